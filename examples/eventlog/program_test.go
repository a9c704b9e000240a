package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience bounds the waits of a test.
const patience = time.Minute

// runMain has this test binary be the command.
const runMain = "EVENTLOG_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(runMain) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A process is the command, started.
type process struct {
	cmd      *exec.Cmd
	web, tcp string // addresses
	stderr   *bytes.Buffer
}

// launch starts the command on free ports, or on those named.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], append([]string{"-http", "127.0.0.1:0", "-tcp", "127.0.0.1:0"}, args...)...)}
	p.cmd.Env = append(os.Environ(), runMain+"=1")
	p.stderr = new(bytes.Buffer)
	p.cmd.Stderr = p.stderr
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(p.kill)
	lines := bufio.NewScanner(out)
	for _, to := range []*string{&p.web, &p.tcp} {
		require.True(t, lines.Scan(), "it ended: %v", p.stderr)
		_, *to, _ = strings.Cut(lines.Text(), ": ")
		*to = strings.TrimPrefix(*to, "http://")
	}
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func TestTheCommandEndsOnASignal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		p := launch(t, "-dir", t.TempDir())
		require.NoError(t, p.cmd.Process.Signal(signal))
		require.NoError(t, p.cmd.Wait(), p.stderr)
		require.Empty(t, p.stderr.String())
	}
}

func TestBadFlagsAreRefused(t *testing.T) {
	for _, c := range []struct {
		args   []string
		reason string
	}{
		{[]string{"-http", "nowhere"}, "missing port"},
		{[]string{"-capacity", "3"}, "3"},
		{[]string{"-segment", "-1"}, "-1"},
		{[]string{"-dir", "/dev/null/x"}, "/dev/null"},
		{[]string{"more"}, `"more" is not a flag`},
		{[]string{"-colour"}, "not defined"},
	} {
		var out bytes.Buffer
		o, err := parseFlags(append([]string{"-http", "127.0.0.1:0", "-tcp", "127.0.0.1:0", "-dir", t.TempDir()}, c.args...), &out)
		if err == nil {
			err = run(t.Context(), o, &out)
		}
		require.ErrorContains(t, err, c.reason)
	}
}
