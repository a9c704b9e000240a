//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// holder opens a path, or descriptor 3, holds a byte and waits.
func holder(args []string) {
	i, err := strconv.Atoi(args[1])
	must(err)
	var f *File
	if args[0] == "" {
		f, err = OpenFD(3, Options{})
	} else {
		f, err = Open(args[0], Options{})
	}
	must(err)
	_, err = f.Map(f.Size())
	must(err)
	must(f.Hold(i))
	if slices.Contains(args, "closed") {
		must(f.CloseDescriptor())
	}
	fmt.Println("holds")
	listen()
	must(f.Unmap())
	fmt.Println("gone")
	listen()
}

func TestHolderDies(t *testing.T) {
	f, path := created(t, 4096)
	for n, more := range []string{"open", "closed"} {
		i := 20 + n
		c := start(t, nil, "holder", path, strconv.Itoa(i), more)
		require.Equal(t, "holds", c.line())
		require.True(t, isHeld(t, f, i))
		require.False(t, tryLock(t, f, i))
		c.signal(syscall.SIGSTOP)
		eventually(t, func() bool { return c.state() == "T" })
		require.True(t, isHeld(t, f, i), "it lives, though it stands still")
		c.signal(syscall.SIGKILL)
		eventually(t, func() bool { return !isHeld(t, f, i) })
		// Nobody has waited for it.
		eventually(t, func() bool { return c.state() == "Z" })
		require.True(t, tryLock(t, f, i))
		c.kill()
		require.NoError(t, f.Unlock(i))
		require.NoError(t, f.Hold(i))
	}
}

func TestHolderUnmaps(t *testing.T) {
	f, path := created(t, 4096)
	c := start(t, nil, "holder", path, "5", "closed")
	require.Equal(t, "holds", c.line())
	require.True(t, isHeld(t, f, 5))
	c.say()
	require.Equal(t, "gone", c.line())
	require.False(t, isHeld(t, f, 5))
}

// inherit has a child inherit a descriptor as number 3.
func inherit(d *os.File) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) { cmd.ExtraFiles = []*os.File{d} }
}

func TestDescriptorForAChild(t *testing.T) {
	f, err := CreateAnonymous("ring", 4096, 0, nothing)
	require.NoError(t, err)
	require.NoError(t, f.Hold(1))
	d, err := f.Descriptor()
	require.NoError(t, err)
	first := start(t, inherit(d), "holder", "", "2")
	second := start(t, inherit(d), "holder", "", "3")
	require.Equal(t, "holds", first.line())
	require.Equal(t, "holds", second.line())
	require.True(t, isHeld(t, f, 2))
	require.True(t, isHeld(t, f, 3))
	first.kill()
	eventually(t, func() bool { return !isHeld(t, f, 2) })
	require.True(t, isHeld(t, f, 3))
	// The child has what it inherited still, and keeps nothing of this process by it.
	g, err := OpenFD(d.Fd(), Options{})
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.True(t, isHeld(t, g, 1))
	require.NoError(t, f.Unmap())
	require.False(t, isHeld(t, g, 1))
	require.True(t, isHeld(t, g, 3))
	require.NoError(t, g.Unmap())
}

// passedOn gets the parent's very description as descriptor 3.
func passedOn([]string) {
	fmt.Println(setLock(3, unix.F_WRLCK, lockBase+1) == nil) // the parent holds it
	fmt.Println(distinct(3, 3, "it", false))
	f, err := OpenFD(3, Options{})
	must(err)
	_, err = f.Map(4096)
	must(err)
	fmt.Println(f.Hold(1))
	must(f.Hold(2))
	procFD = "/missing/"
	_, err = OpenFD(3, Options{})
	fmt.Println(err)
	listen()
}

func TestSharedDescription(t *testing.T) {
	f, path := created(t, 4096)
	require.NoError(t, f.Hold(1))
	dup, err := unix.FcntlInt(uintptr(f.own), unix.F_DUPFD_CLOEXEC, 0)
	require.NoError(t, err)
	shared := os.NewFile(uintptr(dup), "shared")
	c := start(t, inherit(shared), "passed on")
	require.NoError(t, shared.Close())
	require.Equal(t, "true", c.line())
	require.Equal(t, "file description shared: it can't be opened again", c.line())
	require.Equal(t, "lock held: byte 1 of descriptor 3", c.line())
	require.Equal(t, "file description shared: open descriptor 3 again: no /missing/3: no such file or directory", c.line())
	require.True(t, isHeld(t, f, 2))
	c.kill()
	eventually(t, func() bool { return !isHeld(t, f, 2) })
	g := opened(t, path, Options{})
	require.True(t, isHeld(t, g, 1))
}

// A system that opens /proc/self/fd by duplicating, as some do, is found out.
func TestReopenThatDuplicates(t *testing.T) {
	f, path := created(t, 4096)
	dup, err := unix.FcntlInt(uintptr(f.own), unix.F_DUPFD_CLOEXEC, 0)
	require.NoError(t, err)
	require.ErrorIs(t, distinct(f.own, dup, path, false), ErrSharedDescription)
	require.NoError(t, distinct(f.own, f.private, path, false))
	openedAgain := openAgain
	defer func() { openAgain = openedAgain }()
	openAgain = func(fd, _ int) (int, error) { return unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0) }
	before := openFiles(t)
	for _, readOnly := range []bool{false, true} {
		_, err = OpenFD(uintptr(dup), Options{ReadOnly: readOnly})
		require.ErrorIs(t, err, ErrSharedDescription)
	}
	_, err = Create(path+"2", 1, 0, nothing)
	require.ErrorIs(t, err, ErrSharedDescription)
	require.NoFileExists(t, path+"2")
	require.Equal(t, before, openFiles(t))
	private := f.private
	f.private = dup
	require.ErrorIs(t, f.Hold(1), ErrSharedDescription)
	f.private = private
	openAgain = openedAgain
	require.False(t, isHeld(t, opened(t, path, Options{}), 1))
	closeAll(dup)
}

// A lock that stays when the mapping has gone would show dead processes as living for ever.
func TestLockThatStays(t *testing.T) {
	_, path := created(t, 4096)
	openedAgain := openAgain
	defer func() { openAgain = openedAgain }()
	var more []int
	openAgain = func(fd, flags int) (int, error) {
		own, err := openedAgain(fd, flags)
		require.NoError(t, err)
		dup, err := unix.FcntlInt(uintptr(own), unix.F_DUPFD_CLOEXEC, 0)
		more = append(more, dup)
		return own, err
	}
	_, err := Open(path, Options{})
	require.ErrorIs(t, err, ErrUnsupportedFS)
	require.ErrorContains(t, err, "where a lock stays when the mapping has gone")
	closeAll(more...)
}

func TestRightsPassed(t *testing.T) {
	f, _ := created(t, 4096)
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	defer closeAll(ends[0], ends[1])
	require.NoError(t, unix.Sendmsg(ends[0], []byte{0}, unix.UnixRights(f.own), nil, 0))
	oob := make([]byte, 64)
	_, n, _, _, err := unix.Recvmsg(ends[1], make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	require.NoError(t, err)
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	require.NoError(t, err)
	fds, err := unix.ParseUnixRights(&messages[0])
	require.NoError(t, err)
	defer closeAll(fds...)
	require.ErrorIs(t, distinct(f.own, fds[0], "it", false), ErrSharedDescription)
	g, err := OpenFD(uintptr(fds[0]), Options{})
	require.NoError(t, err)
	_, err = g.Map(4096)
	require.NoError(t, err)
	require.NoError(t, g.Hold(1))
	require.True(t, isHeld(t, f, 1))
	require.NoError(t, g.Unmap())
	require.False(t, isHeld(t, f, 1))
}
