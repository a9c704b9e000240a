//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The test binary runs itself, with a name in childEnv, for what needs another process.
const childEnv = "MAPFILE_TEST_CHILD"

func TestMain(m *testing.M) {
	name := os.Getenv(childEnv)
	if name == "" {
		os.Exit(m.Run())
	}
	children := map[string]func(args []string){
		"holder":        holder,
		"opener":        opener,
		"dies in fill":  diesInFill,
		"passed on":     passedOn,
		"small tmpfs":   smallTmpfs,
		"overlay":       overlay,
		"modes":         modes,
		"not permitted": notPermitted,
		"read only":     readOnly,
	}
	children[name](os.Args[1:])
}

// A child is a process that a test started. It dies with the test.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Scanner
	ended bool
}

// start starts a child; change may be nil.
func start(t *testing.T, change func(*exec.Cmd), name string, args ...string) *child {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if change != nil {
		change(cmd)
	}
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	if err := cmd.Start(); err != nil && cmd.SysProcAttr.Unshareflags != 0 {
		t.Skipf("no namespace of mounts: %v", err)
	} else {
		require.NoError(t, err)
	}
	c := &child{t: t, cmd: cmd, in: in, out: bufio.NewScanner(out)}
	t.Cleanup(c.kill)
	return c
}

// line returns the next line that the child writes.
func (c *child) line() string {
	c.t.Helper()
	require.True(c.t, c.out.Scan(), "the child has ended")
	return c.out.Text()
}

// rest returns all that the child writes until it ends.
func (c *child) rest() (lines []string) {
	for c.out.Scan() {
		lines = append(lines, c.out.Text())
	}
	return lines
}

// say writes a line to the child.
func (c *child) say() {
	_, err := io.WriteString(c.in, "\n")
	require.NoError(c.t, err)
}

func (c *child) signal(sig syscall.Signal) {
	require.NoError(c.t, syscall.Kill(c.cmd.Process.Pid, sig))
}

// kill kills the child and waits for it.
func (c *child) kill() {
	if !c.ended {
		c.ended = true
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
}

// state returns the letter of the child's state, from proc(5).
func (c *child) state() string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	require.NoError(c.t, err)
	_, after, _ := strings.Cut(string(stat), ") ")
	return after[:1]
}

// eventually waits until condition holds, or the test is told to end.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for !condition() {
		require.NoError(t, t.Context().Err())
		time.Sleep(time.Millisecond) // to leave the CPU to the child
	}
}

// listen waits, in a child, for a line, and ends the process when its parent is dead.
func listen() {
	if _, err := bufio.NewReaderSize(os.Stdin, 1).ReadByte(); err != nil {
		os.Exit(3)
	}
}

// must ends a child.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// ownMounts gives a child a mount namespace of its own, so that what it mounts goes with it.
func ownMounts(cmd *exec.Cmd) { cmd.SysProcAttr.Unshareflags = unix.CLONE_NEWNS }

func nothing([]byte) error { return nil }

// openFiles returns how many files this process has open, without those of Go's poller.
func openFiles(t *testing.T) (n int) {
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, e := range entries {
		if link, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && !strings.HasPrefix(link, "anon_inode:") {
			n++
		}
	}
	return n
}

// names returns what is in a folder.
func names(dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	must(err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// created returns a File and its path, in memory.
func created(t *testing.T, size int64) (*File, string) {
	t.Helper()
	path := memoryDir(t) + "/file"
	f, err := Create(path, size, 0, nothing)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Unmap() })
	return f, path
}

// opened returns one more File of path, mapped.
func opened(t *testing.T, path string, opts Options) *File {
	t.Helper()
	f, err := Open(path, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Unmap() })
	_, err = f.Map(f.Size())
	require.NoError(t, err)
	return f
}

// memoryDir returns a folder on a tmpfs, if there is one. Everybody may enter it.
func memoryDir(t *testing.T) string {
	parent := "/dev/shm"
	if unix.Access(parent, unix.W_OK) != nil {
		parent = os.TempDir()
	}
	dir, err := os.MkdirTemp(parent, "mapfile")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// asNobody makes a child, started by root, a process of no rights.
func asNobody() {
	if os.Getuid() == 0 {
		must(syscall.Setgroups(nil))
		must(syscall.Setgid(65534))
		must(syscall.Setuid(65534))
	}
}

// asRoot skips a test that only root can do.
func asRoot(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
}
