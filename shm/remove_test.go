//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/mapfile"
)

func TestRemove(t *testing.T) {
	r, path := newRing[tick](t, Config{Capacity: 2})
	err := Remove(path)
	require.ErrorIs(t, err, ErrInUse)
	require.EqualError(t, err, "shm: ring in use: "+path)
	o := openRing[tick](t, path, Options{})
	require.NoError(t, r.Detach(long(t)))
	require.ErrorIs(t, Remove(path), ErrInUse)
	require.NoError(t, o.Detach(long(t)))
	require.NoError(t, Remove(path))
	require.NoFileExists(t, path)
	require.ErrorIs(t, Remove(path), fs.ErrNotExist)
}

func TestRemoveLeavesWhatIsNoRing(t *testing.T) {
	path := newPath(t)
	require.NoError(t, os.WriteFile(path, []byte("something else"), 0o600))
	err := Remove(path)
	require.ErrorIs(t, err, ErrNotRing)
	require.FileExists(t, path)
	require.ErrorIs(t, Remove("/dev/shm"), ErrNotRegular)
}

// A ring whose header is damaged can be removed, but not while it is in use.
func TestRemoveOfADamagedRing(t *testing.T) {
	damage := func(path string) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		require.NoError(t, err)
		defer f.Close()
		_, err = f.WriteAt([]byte{1, 2, 3, 4}, 100)
		require.NoError(t, err)
	}
	path := damaged(t, damage)
	require.ErrorIs(t, refused(t, path), ErrCorrupt)
	require.NoError(t, Remove(path))
	require.NoFileExists(t, path)

	path = damaged(t, func(path string) { require.NoError(t, os.Truncate(path, 100)) })
	require.NoError(t, Remove(path))

	r, path := newRing[tick](t, Config{Capacity: 2})
	damage(path)
	require.ErrorIs(t, Remove(path), ErrInUse)
	require.NoError(t, r.Detach(long(t)))
	require.NoError(t, Remove(path))
}

// A ring that everybody may write to can be removed.
func TestRemoveOfAWorldWritableRing(t *testing.T) {
	path := newPath(t)
	r, err := Create[tick](path, Config{Capacity: 2, Mode: 0o666})
	require.NoError(t, err)
	require.NoError(t, r.Detach(long(t)))
	require.NoError(t, Remove(path))
	require.NoFileExists(t, path)
}

// The path has become another ring's. Opening or removing the first ring finds that out.
func TestPathReplacedMeanwhile(t *testing.T) {
	path := newPath(t)
	r, err := Create[tick](path, Config{Capacity: 2})
	require.NoError(t, err)
	require.NoError(t, r.Detach(long(t)))
	file, err := mapfile.Open(path, mapfile.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Unmap()) }()
	replace := func() {
		require.NoError(t, os.Remove(path))
		r, err := Create[tick](path, Config{Capacity: 2})
		require.NoError(t, err)
		require.NoError(t, r.Detach(long(t)))
	}
	replace()
	err = remove(file, path)
	require.ErrorIs(t, err, ErrRetired)
	require.EqualError(t, err, "shm: ring removed: "+path)
	require.FileExists(t, path)

	for name, meanwhile := range map[string]func(){"replaced": replace, "removed": func() { require.NoError(t, os.Remove(path)) }} {
		if _, err := os.Stat(path); err != nil {
			r, err := Create[tick](path, Config{Capacity: 2})
			require.NoError(t, err)
			require.NoError(t, r.Detach(long(t)))
		}
		files := openFiles(t)
		r, err := open[tick](Options{}, func(o mapfile.Options) (*mapfile.File, error) { return mapfile.Open(path, o) })
		require.NoError(t, err)
		meanwhile()
		r, err = r.unlessRetired(path)
		require.Nil(t, r, name)
		require.ErrorIs(t, err, ErrRetired)
		require.EqualError(t, err, "shm: ring removed: "+path)
		require.Equal(t, files, openFiles(t))
	}
}
