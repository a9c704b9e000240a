package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// runMain is set in the environment of a test binary that must run as the program.
const runMain = "PIPELINE_TEST_RUNS_MAIN"

// A program is this test binary running as the program, in a separate process.
type program struct {
	*exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	unread func() error // closes stdout
	stderr bytes.Buffer
}

func startProgram(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.CommandContext(t.Context(), os.Args[0], args...)}
	p.Env = append(os.Environ(), runMain+"=1", "GORACE=atexit_sleep_ms=0") // else each exit under -race takes a second
	p.Stderr = &p.stderr
	var err error
	p.stdin, err = p.StdinPipe()
	require.NoError(t, err)
	stdout, err := p.StdoutPipe()
	require.NoError(t, err)
	p.stdout, p.unread = bufio.NewReader(stdout), stdout.Close
	require.NoError(t, p.Start())
	return p
}

// echoes sends lines and waits until the program has notified all of them.
func (p *program) echoes(t *testing.T, lines string) {
	t.Helper()
	_, err := io.WriteString(p.stdin, lines)
	require.NoError(t, err)
	want := notified(0, split(lines)...)
	got := make([]byte, len(want))
	_, err = io.ReadFull(p.stdout, got)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}

// exits waits for the program and returns its status.
func (p *program) exits(t *testing.T) int {
	t.Helper()
	_, err := io.Copy(io.Discard, p.stdout)
	require.NoError(t, err)
	_ = p.Wait() // its error says no more than the status
	return p.ProcessState.ExitCode()
}

func TestProgramFlippedByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	p := startProgram(t, "-echo", "-journal", path)
	p.echoes(t, "first\nsecond\nthird\n")
	journal, err := os.ReadFile(path)
	require.NoError(t, err)
	second := frameHead + len("first")
	journal[second+frameHead] ^= 1
	require.NoError(t, os.WriteFile(path, journal, 0))
	require.NoError(t, p.stdin.Close())
	require.Equal(t, 1, p.exits(t))
	require.Contains(t, p.stderr.String(), "pipeline: journal, record 1: frame at offset 13: checksum ")
}

func TestProgramUsage(t *testing.T) {
	for _, c := range []struct {
		arg    string
		status int
		says   string
	}{
		{"-h", 0, "usage: pipeline [flags] [file ... | -]"},
		{"-no-such-flag", 2, "usage: "},
		{"-n=-1", 2, "-n -1"},
		{"-ring=3", 1, "power of two"},
	} {
		p := startProgram(t, c.arg)
		require.NoError(t, p.stdin.Close())
		require.Equal(t, c.status, p.exits(t), c.arg)
		require.Contains(t, p.stderr.String(), c.says)
	}
}
