//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The real program, stopped by a real signal while its input is still open.
func TestProgramSignal(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		p := startProgram(t, "-echo")
		p.echoes(t, "first\nsecond\nthird\n")
		require.NoError(t, p.Process.Signal(sig))
		require.Equal(t, 0, p.exits(t), p.stderr.String())
		require.Contains(t, p.stderr.String(), "interrupted: every accepted record was delivered")
		require.Contains(t, p.stderr.String(), "journal read back: 3 records, the same as were accepted")
	}
}

// A drain may take long. A second signal ends the program at once.
func TestProgramSignalTwice(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "journal") // a temporary one would stay
	p := startProgram(t, "-echo", "-journal", journal, writeFile(t, numbered(100_000)))
	_, err := p.stdout.ReadString('\n') // the rest stays unread, so that notify blocks
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.Wait()
	}()
	until(t, func() bool {
		_ = p.Process.Signal(syscall.SIGINT) // an error means that it has ended
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
}

// With -echo into a pipe that nobody reads any more, notify fails like any stage and no file is
// left.
func TestProgramBrokenPipe(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	p := startProgram(t, "-echo", writeFile(t, numbered(100_000)))
	_, err := p.stdout.ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, p.unread())
	_ = p.Wait()
	require.Equal(t, 1, p.ProcessState.ExitCode())
	require.Contains(t, p.stderr.String(), "broken pipe")
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}
