//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func isHeld(t *testing.T, f *File, i int) bool {
	t.Helper()
	held, err := f.Held(i)
	require.NoError(t, err)
	return held
}

func tryLock(t *testing.T, f *File, i int) bool {
	t.Helper()
	got, err := f.TryLock(i)
	require.NoError(t, err)
	return got
}

func TestHold(t *testing.T) {
	f, path := created(t, 4096)
	g := opened(t, path, Options{})
	require.False(t, isHeld(t, f, 16))
	require.NoError(t, f.Hold(16))
	require.True(t, isHeld(t, f, 16))
	require.True(t, isHeld(t, g, 16))
	require.False(t, isHeld(t, g, 15))
	require.False(t, isHeld(t, g, 17))
	require.EqualError(t, f.Hold(16), "lock held: byte 16 of "+path)
	require.EqualError(t, g.Hold(16), "lock held: byte 16 of "+path)
	require.NoError(t, g.Hold(17))
	require.ErrorIs(t, g.Release(16), ErrNotHeld)
	require.NoError(t, f.Release(16))
	require.False(t, isHeld(t, g, 16))
	require.ErrorIs(t, f.Release(16), ErrNotHeld)
	require.NoError(t, g.Hold(16))
	require.NoError(t, g.Unmap())
	require.False(t, isHeld(t, f, 16))
	require.False(t, isHeld(t, f, 17))
	for _, i := range []int{-1, MaxByte + 1} {
		require.ErrorContains(t, f.Hold(i), "not in 0 to")
		_, err := f.Held(i)
		require.ErrorContains(t, err, "not in 0 to")
	}
	require.NoError(t, f.Hold(0))
	require.NoError(t, f.Hold(MaxByte))
}

func TestHoldNeedsAMapping(t *testing.T) {
	_, path := created(t, 4096)
	g, err := Open(path, Options{})
	require.NoError(t, err)
	require.ErrorContains(t, g.Hold(1), "not mapped")
	require.NoError(t, g.Unmap())
}

// A lock of one's own, asked through its description, looks free, and unlocking it again lets go of it.
func TestOwnBytesAreNotForRecovery(t *testing.T) {
	f, path := created(t, 4096)
	g := opened(t, path, Options{})
	require.NoError(t, f.Hold(1))
	require.False(t, tryLock(t, f, 1))
	require.ErrorIs(t, f.Unlock(1), ErrNotHeld)
	require.True(t, isHeld(t, g, 1))

	require.True(t, tryLock(t, f, 2))
	require.False(t, tryLock(t, f, 2), "twice by one File")
	require.False(t, tryLock(t, g, 2))
	require.True(t, isHeld(t, f, 2))
	require.True(t, isHeld(t, g, 2))
	require.ErrorIs(t, f.Hold(2), ErrHeld)
	require.ErrorIs(t, f.Release(2), ErrNotHeld)
	require.NoError(t, f.Unlock(2))
	require.False(t, isHeld(t, g, 2))
	require.True(t, tryLock(t, g, 2))
	require.NoError(t, g.Unmap())
	require.True(t, tryLock(t, f, 2))
}

func TestTryLockExcludesGoroutines(t *testing.T) {
	f, _ := created(t, 4096)
	var got, inside atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for got.Load() < 200 {
				ok, err := f.TryLock(3)
				if err != nil {
					t.Error(err)
					return
				}
				if ok {
					if inside.Add(1) != 1 {
						t.Error("two have it")
					}
					inside.Add(-1)
					got.Add(1)
					if err := f.Unlock(3); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
}

func TestForeignLock(t *testing.T) {
	f, path := created(t, 4096)
	foreign, err := os.Open(path)
	require.NoError(t, err)
	require.NoError(t, setLock(int(foreign.Fd()), unix.F_RDLCK, lockBase+4))
	held, err := f.Held(4)
	require.True(t, held)
	require.EqualError(t, err, "foreign lock: byte 4 of "+path)
	require.ErrorIs(t, f.Hold(4), ErrForeignLock)
	got, err := f.TryLock(4)
	require.False(t, got)
	require.ErrorIs(t, err, ErrForeignLock)
	require.NoError(t, foreign.Close())
	require.False(t, isHeld(t, f, 4))
	require.NoError(t, f.Hold(4))
}

func TestForeignLockOnProbeBytes(t *testing.T) {
	_, path := created(t, 4096)
	foreign, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = foreign.Close() }()
	require.NoError(t, unix.FcntlFlock(foreign.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_RDLCK, Start: probeBase}))
	before := openFiles(t)
	_, err = Open(path, Options{})
	require.ErrorIs(t, err, ErrForeignLock)
	require.Equal(t, before, openFiles(t))
}

func TestMappingKeepsTheLock(t *testing.T) {
	for name, dir := range map[string]string{"memory": memoryDir(t), "disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			f, err := Create(dir+"/file", 4096, 0, nothing)
			require.NoError(t, err)
			g := opened(t, dir+"/file", Options{})
			require.NoError(t, f.Hold(1))
			before := openFiles(t)
			require.NoError(t, f.CloseDescriptor())
			require.Equal(t, before-1, openFiles(t))
			require.True(t, isHeld(t, g, 1))
			require.True(t, isHeld(t, f, 1))
			require.ErrorIs(t, f.Hold(2), ErrClosed)
			require.ErrorIs(t, f.Release(1), ErrClosed)
			require.ErrorIs(t, f.CloseDescriptor(), ErrClosed)
			require.True(t, tryLock(t, f, 2))
			d, err := f.Descriptor()
			require.NoError(t, err)
			f.Mem()[0] = 1
			require.NoError(t, f.Unmap())
			require.False(t, isHeld(t, g, 1))
			require.False(t, isHeld(t, g, 2))
			require.NoError(t, d.Close())
		})
	}
}

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

// A System that opens /proc/self/fd by duplicating, as some do, is found out.
func TestReopenThatDuplicates(t *testing.T) {
	f, path := created(t, 4096)
	dup, err := unix.FcntlInt(uintptr(f.own), unix.F_DUPFD_CLOEXEC, 0)
	require.NoError(t, err)
	require.ErrorIs(t, distinct(f.own, dup, path, false), ErrSharedDescription)
	require.NoError(t, distinct(f.own, f.private, path, false))
	private := f.private
	f.private = dup
	require.ErrorIs(t, f.Hold(1), ErrSharedDescription)
	f.private = private
	require.False(t, isHeld(t, opened(t, path, Options{}), 1))
	closeAll(dup)
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
