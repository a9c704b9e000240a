package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience bounds the waits of a test. It only decides when a hanging test is given up.
const patience = time.Minute

func TestMain(m *testing.M) {
	if os.Getenv(runMain) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// text is an input in memory. Repeated, it has no end.
func text(s string, repeat bool) *input {
	read := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
	return &input{name: "a string", parts: []part{read}, repeat: repeat, again: true}
}

// numbered returns n different lines.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d of a test\n", i)
	}
	return b.String()
}

// notified returns what notify makes of these lines if the first is record first.
func notified(first int, lines ...string) string {
	var b strings.Builder
	for i, line := range lines {
		fmt.Fprintln(&b, first+i, len(strings.Fields(line)), line)
	}
	return b.String()
}

// split is the inverse of strings.Join(lines, "\n") + "\n".
func split(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }

// small returns options for a test: few slots, so that the ring goes round often.
func small(t *testing.T) options {
	return options{ring: 64, journal: filepath.Join(t.TempDir(), "journal"), listen: "127.0.0.1:0", patience: patience, drain: patience}
}

func start(t *testing.T, opt options, in *input, echo io.Writer) *pipeline {
	t.Helper()
	p, err := newPipeline(opt, in, echo)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.close()) })
	return p
}

// results runs the program and returns what it wrote.
func results(t *testing.T, ctx context.Context, stdin *os.File, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	opt, err := parseFlags(args, &diagnostics)
	require.NoError(t, err)
	err = run(ctx, opt, stdin, &out, &diagnostics)
	return out.String(), diagnostics.String(), err
}

// piped is a standard input that is a pipe. The test writes to w and closes it.
func piped(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { w.Close(); r.Close() })
	return r, w
}

func nullDevice(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open(os.DevNull)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// until polls a condition that other goroutines make true.
func until(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, patience, time.Millisecond)
}

// A gate is a writer that lets nothing through until it is opened.
type gate struct {
	opened  chan struct{}
	entered chan struct{} // closed by the first Write
	once    sync.Once
	bytes.Buffer
}

func newGate() *gate { return &gate{opened: make(chan struct{}), entered: make(chan struct{})} }

func (g *gate) Write(p []byte) (int, error) {
	g.once.Do(func() { close(g.entered) })
	<-g.opened
	return g.Buffer.Write(p)
}
