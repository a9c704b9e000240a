//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestModes(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	for mode, want := range map[fs.FileMode]fs.FileMode{0: 0o600, 0o640: 0o640, 0o666: 0o666, 0o400: 0o400} {
		_, path := newRing[tick](t, Config{Capacity: 2, Mode: mode})
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, want, info.Mode())
	}
	path := newPath(t)
	_, err := Create[tick](path, Config{Capacity: 2, Mode: fs.ModeSetuid | 0o600})
	require.Error(t, err)
	require.NoFileExists(t, path)
}

func TestWorldWritable(t *testing.T) {
	_, path := newRing[tick](t, Config{Capacity: 2, Mode: 0o602})
	_, err := Open[tick](path, Options{})
	require.ErrorIs(t, err, ErrPermission)
	require.ErrorContains(t, err, "everybody may write to "+path+" (mode 0602)")
	r := openRing[tick](t, path, Options{WorldWritable: true})
	f, err := r.File()
	require.NoError(t, err)
	defer f.Close()
	_, err = OpenFile[tick](f, Options{})
	require.ErrorIs(t, err, ErrPermission)
}

func TestPathsThatAreNoFiles(t *testing.T) {
	_, path := newRing[tick](t, Config{Capacity: 2})
	link := newPath(t)
	require.NoError(t, os.Symlink(path, link))
	_, err := Open[tick](link, Options{})
	require.ErrorIs(t, err, ErrNotRegular)
	require.ErrorIs(t, Remove(link), ErrNotRegular)
	_, err = Open[tick]("/dev/shm", Options{})
	require.ErrorIs(t, err, ErrNotRegular)
	_, err = Open[tick]("/dev/null", Options{})
	require.ErrorIs(t, err, ErrNotRegular)
	_, err = Open[tick](newPath(t), Options{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Create[tick](path, Config{Capacity: 2})
	require.ErrorIs(t, err, ErrExist)
	_, err = Create[tick](link, Config{Capacity: 2})
	require.ErrorIs(t, err, ErrExist)
	_, err = Create[tick](path+"/x", Config{Capacity: 2})
	require.Error(t, err)
}

func init() {
	children["another user"] = func() {
		if os.Getuid() == 0 {
			must(syscall.Setgroups(nil))
			must(syscall.Setgid(65534))
			must(syscall.Setuid(65534))
		}
		_, err := Open[tick](os.Args[1], Options{})
		if err == nil {
			os.Exit(1)
		}
		if !errors.Is(err, ErrPermission) {
			panic(err)
		}
		if err := Remove(os.Args[1]); !errors.Is(err, ErrPermission) {
			panic(err)
		}
	}
}

// A user can neither open nor remove a file that this user must not write to.
func TestAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	for _, mode := range []fs.FileMode{0o600, 0o400, 0o040, 0o644} {
		_, path := newRing[tick](t, Config{Capacity: 2, Mode: mode})
		out, err := child(t, "another user", path).CombinedOutput()
		require.NoError(t, err, "mode %v: %s", mode, out)
	}
}

// If there is no space for a ring of that size, Create fails and leaves no file.
func TestNoSpace(t *testing.T) {
	path := newPath(t)
	r, err := Create[[1 << 20]byte](path, Config{Capacity: 1 << 30})
	require.Nil(t, r)
	require.ErrorIs(t, err, ErrNoSpace)
	require.NoFileExists(t, path)
	_, err = CreateAnonymous[[1 << 20]byte]("large", Config{Capacity: 1 << 30})
	require.ErrorIs(t, err, ErrNoSpace)
	_, err = Create[[1 << 29]byte](path, Config{Capacity: 1 << 30})
	require.ErrorIs(t, err, ErrNoSpace)
}
