//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
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
	var inside atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for got := 0; got < 100; runtime.Gosched() {
				ok, err := f.TryLock(3)
				if err != nil {
					t.Error(err)
					return
				}
				if !ok {
					continue
				}
				if inside.Add(1) != 1 {
					t.Error("two have it")
				}
				got++
				runtime.Gosched()
				inside.Add(-1)
				if err := f.Unlock(3); err != nil {
					t.Error(err)
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
			require.NoError(t, g.Hold(3))
			require.True(t, isHeld(t, f, 3))
			require.False(t, isHeld(t, f, 4))
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
