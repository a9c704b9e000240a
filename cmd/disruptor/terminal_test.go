//go:build linux

package main

import (
	"bufio"
	"context"
	"expvar"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// partEnv has the test binary be the command, or a server with rings.
const partEnv = "DISRUPTOR_TEST_PART"

func TestMain(m *testing.M) {
	switch os.Getenv(partEnv) {
	case "command":
		main()
	case "server":
		serve(os.Args[1])
	default:
		os.Exit(m.Run())
	}
}

// serve serves two rings: one that runs, and a full one, which nobody reads.
func serve(address string) {
	ctx := context.Background()
	running, err := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 64})
	must(err)
	running.Handle("apply", disruptor.Each(func(int64, *int) error { return nil }))
	stuck, err := disruptor.New[int](disruptor.Config{Name: "stuck\x1b[31m", Capacity: 4})
	must(err)
	stuck.Consumer("debug")
	for _, r := range []*disruptor.Ring[int]{running, stuck} {
		go func() {
			for p := r.MultiProducer(); ; time.Sleep(time.Millisecond) {
				must(p.Send(ctx, 1))
			}
		}()
	}
	go func() { must(running.Run(ctx)) }()
	rings := expvar.NewMap("rings")
	rings.Set("a", running.Var())
	rings.Set("b", stuck.Var())
	listener, err := net.Listen("tcp", address)
	must(err)
	fmt.Println(listener.Addr())
	go func() { must(http.Serve(listener, nil)) }()
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // until killed, or the parent is dead
	os.Exit(0)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// A server is a process that serves rings.
type server struct {
	address string
	cmd     *exec.Cmd
}

func startServer(t *testing.T, address string) server {
	cmd := exec.Command("/proc/self/exe", address)
	cmd.Env = append(os.Environ(), partEnv+"=server")
	cmd.Stderr = os.Stderr
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	s := server{cmd: cmd}
	t.Cleanup(s.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	s.address = strings.TrimSpace(line)
	return s
}

func (s server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// A terminal is the window of a tmux server that nobody else uses.
type terminal struct {
	t       *testing.T
	dir     string // of its files, with a short path: sockets need one
	resized bool
}

// openTerminal runs the command in a terminal of that size, in a shell that tells how it ended.
// Where there is no tmux the test is skipped, unless $DISRUPTOR_TMUX says that it is required.
func openTerminal(t *testing.T, width, height int, args string, env ...string) *terminal {
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("DISRUPTOR_TMUX") == "required" {
			t.Fatal("DISRUPTOR_TMUX is required, and there is no tmux")
		}
		t.Skip("disruptor top was not looked at: there is no tmux (DISRUPTOR_TMUX=required makes that an error)")
	}
	dir, err := os.MkdirTemp("", "tmux")
	require.NoError(t, err)
	term := &terminal{t: t, dir: dir}
	command, err := os.Executable()
	require.NoError(t, err)
	script := fmt.Sprintf(`cd '%s'
unset NO_COLOR
echo before
stty -a >before
env %s=command %s sh -c 'echo $$ >pid; exec "$0" %s' '%s'
echo "status $?"
stty -a >after
echo done >done
exec cat
`, term.dir, partEnv, strings.Join(env, " "), args, command)
	require.NoError(t, os.WriteFile(filepath.Join(term.dir, "script"), []byte(script), 0o600))
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height), "sh", filepath.Join(term.dir, "script"))
	t.Cleanup(func() {
		term.tmux("kill-server")
		_ = os.RemoveAll(dir)
	})
	return term
}

func (term *terminal) tmux(args ...string) string {
	term.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-u", "-S", filepath.Join(term.dir, "socket")}, args...)...).CombinedOutput()
	require.NoError(term.t, err, "%v: %s", args, out)
	return string(out)
}

func (term *terminal) press(key string) { term.tmux("send-keys", key) }
func (term *terminal) screen() string   { return term.tmux("capture-pane", "-p") }
func (term *terminal) styled() string   { return term.tmux("capture-pane", "-p", "-e") }
func (term *terminal) resize(width, height int) {
	term.resized = true
	term.tmux("resize-window", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// pid returns the process of the command.
func (term *terminal) pid() int {
	text, err := os.ReadFile(filepath.Join(term.dir, "pid"))
	require.NoError(term.t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(term.t, err)
	return pid
}

var negative = regexp.MustCompile(`-[0-9.]+[kMGTPE]?/s`)

// until waits for a screen of which the condition holds. No screen has a negative rate.
func (term *terminal) until(what string, condition func(screen string) bool) {
	term.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		s := term.screen()
		require.NotRegexp(term.t, negative, s)
		if condition(s) {
			return
		}
		if time.Now().After(end) {
			require.Fail(term.t, "the screen never has "+what, s)
		}
	}
}

// wait waits for a screen that matches all expressions.
func (term *terminal) wait(expressions ...string) {
	term.t.Helper()
	term.until(strings.Join(expressions, " and "), func(s string) bool {
		for _, e := range expressions {
			if !regexp.MustCompile(e).MatchString(s) {
				return false
			}
		}
		return true
	})
}

// ended waits for the end of the command, and checks that the terminal is as it was before.
func (term *terminal) ended(status string) {
	t := term.t
	t.Helper()
	term.until("an end", func(string) bool {
		_, err := os.Stat(filepath.Join(term.dir, "done"))
		return err == nil
	})
	screen := strings.TrimSpace(term.screen())
	if term.resized {
		// tmux 3.3 puts lines above it that were on the other screen, if they were scrolled after a resize.
		require.True(t, strings.HasSuffix(screen, "before\n"+status), screen)
	} else {
		require.Equal(t, "before\n"+status, screen)
	}
	require.Equal(t, "0 1 0 0 0\n", term.tmux("display-message", "-p",
		"#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_flag} #{keypad_cursor_flag}"))
	before, err := os.ReadFile(filepath.Join(term.dir, "before"))
	require.NoError(t, err)
	after, err := os.ReadFile(filepath.Join(term.dir, "after"))
	require.NoError(t, err)
	require.Equal(t, settings(before), settings(after))
}

// settings are those of stty without the size, which a test may have changed.
func settings(stty []byte) string {
	return regexp.MustCompile(`rows \d+; columns \d+;`).ReplaceAllString(string(stty), "")
}
