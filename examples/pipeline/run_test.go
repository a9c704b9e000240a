package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// awkward has lines of every kind: empty, longer than the buffers of the reader and the slot,
// with a carriage return, with bytes that are not text, and a last one without a newline.
var awkward = "one\n\n two  words \n" + strings.Repeat("long ", 40_000) + "\nwindows\r\n\xff\x00\xfe\n" + numbered(500) + "torn"

func TestFiles(t *testing.T) {
	first, second := writeFile(t, awkward), writeFile(t, "next file\n")
	stdout, stderr, err := results(t, t.Context(), nullDevice(t), "-ring", "64", "-echo", first, os.DevNull, second)
	require.NoError(t, err)
	require.Equal(t, notified(0, append(split(awkward), "next file")...), stdout)
	require.Contains(t, stderr, "journal read back: 508 records, the same as were accepted")

	stdout, _, err = results(t, t.Context(), nullDevice(t), "-n", "2", "-echo", first)
	require.NoError(t, err)
	require.Equal(t, "0 1 one\n1 0 \n", stdout)
}

func TestStandardInput(t *testing.T) {
	for _, args := range [][]string{{}, {"-"}} {
		r, w := piped(t)
		go func() {
			w.WriteString(awkward)
			w.Close()
		}()
		stdout, stderr, err := results(t, t.Context(), r, append([]string{"-ring", "64", "-echo"}, args...)...)
		require.NoError(t, err)
		require.Equal(t, notified(0, split(awkward)...), stdout)
		require.Contains(t, stderr, "journal read back: 507 records")
	}
}

func TestStandardInputFromFile(t *testing.T) {
	f, err := os.Open(writeFile(t, awkward))
	require.NoError(t, err)
	defer f.Close()
	stdout, _, err := results(t, t.Context(), f, "-echo")
	require.NoError(t, err)
	require.Equal(t, notified(0, split(awkward)...), stdout)
}

// The null device and an empty pipe are inputs only if they are asked for.
func TestOwnText(t *testing.T) {
	empty, w := piped(t)
	require.NoError(t, w.Close())
	for _, stdin := range []*os.File{nullDevice(t), empty} {
		stdout, _, err := results(t, t.Context(), stdin, "-n", "20000")
		require.NoError(t, err)
		require.Contains(t, stdout, "records from the sources in ")
		require.Contains(t, stdout, "journal read back: 20,000 records")
	}
	stdout, _, err := results(t, t.Context(), nullDevice(t), "-")
	require.NoError(t, err)
	require.Contains(t, stdout, "journal read back: 0 records")
}

func TestOwnTextOfAWorkspace(t *testing.T) {
	root := t.TempDir()
	inner := filepath.Join(root, "module", "package")
	require.NoError(t, os.MkdirAll(filepath.Join(inner, ".hidden"), 0o700))
	for name, content := range map[string]string{
		"go.work":                          "not a source",
		"a.md":                             "text\n",
		"empty.go":                         "",
		"module/go.mod":                    "not a source",
		"module/m.s":                       "assembly",
		"module/package/p.go":              "package p\n",
		"module/package/p.txt":             "not a source",
		"module/package/.hidden/hidden.go": "not a source",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o600))
	}
	t.Chdir(inner)
	stdout, _, err := results(t, t.Context(), nullDevice(t), "-n", "5", "-echo")
	require.NoError(t, err)
	require.Equal(t, notified(0, "text", "assembly", "package p", "text", "assembly"), stdout)

	require.NoError(t, os.Remove(filepath.Join(root, "go.work")))
	stdout, _, err = results(t, t.Context(), nullDevice(t), "-n", "3", "-echo")
	require.NoError(t, err)
	require.Equal(t, notified(0, "assembly", "package p", "assembly"), stdout)
}

// The program runs in an empty folder, as with `go run PACKAGE@VERSION`.
func TestOwnTextOutsideAnyModule(t *testing.T) {
	t.Chdir(t.TempDir())
	if root, err := findRoot(); err != nil || root != "" {
		t.Skipf("the folder for temporary files is inside the module at %s", root)
	}
	stdout, _, err := results(t, t.Context(), nullDevice(t), "-n", "20000")
	require.NoError(t, err)
	require.Contains(t, stdout, "records from the sources of this program")
	require.Contains(t, stdout, "journal read back: 20,000 records")
}

func TestNoInput(t *testing.T) {
	for _, name := range []string{filepath.Join(t.TempDir(), "missing"), t.TempDir()} {
		_, _, err := results(t, t.Context(), nullDevice(t), name)
		require.ErrorContains(t, err, name)
	}
}

// A log that grows while it is read is read up to its first size, both times.
func TestFileGrows(t *testing.T) {
	path := writeFile(t, "whole\nhalf a l")
	in, err := chooseInput(t.Context(), []string{path}, nil)
	require.NoError(t, err)
	p := start(t, small(t), in, nil)
	require.NoError(t, p.process(t.Context()))

	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = f.WriteString("ine\nand more\n")
	require.NoError(t, errors.Join(err, f.Close()))
	require.EqualValues(t, 2, p.accepted)
	require.NoError(t, p.verify())
}

func TestLineTooLong(t *testing.T) {
	p := start(t, small(t), text("short\n"+strings.Repeat("x", maxRecord+1), false), nil)
	require.ErrorContains(t, p.process(t.Context()), "a line of more than")
	require.EqualValues(t, 1, p.notified.Position(), "the record before it is delivered")
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

// A stage that fails ends the run, even while the producer waits for input that never comes.
func TestStageFails(t *testing.T) {
	broken := errors.New("broken")
	r, w := piped(t)
	_, err := w.WriteString("a record\n")
	require.NoError(t, err)
	in := &input{name: "a pipe", parts: []part{once(breakable(t.Context(), r))}}
	p := start(t, small(t), in, failing{broken})
	require.ErrorIs(t, p.process(t.Context()), broken)

	p = start(t, small(t), text("endless\n", true), failing{broken})
	err = p.process(t.Context())
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "notify")
}

func TestJournalFails(t *testing.T) {
	p, err := newPipeline(small(t), text("endless\n", true), nil)
	require.NoError(t, err)
	require.NoError(t, p.journal.file.Close())
	require.ErrorIs(t, p.process(t.Context()), os.ErrClosed)
}
