package journal

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// disk is a system that knows what a loss of power would leave. It keeps files in a real
// directory, and remembers what was synced. Nothing on it is synced for real.
type disk struct {
	before func(op, path string) error // what is about to be done, or its failure; may be nil
	names  map[string]bool             // of files and directories that would be there
	synced map[string][]byte           // what would be in each file
	read   atomic.Int64                // bytes
}

func newDisk() *disk { return &disk{names: map[string]bool{}, synced: map[string][]byte{}} }

func (d *disk) step(op, path string) error {
	if d.before == nil {
		return nil
	}
	return d.before(op, path)
}

func (d *disk) mkdir(path string) error {
	if err := d.step("mkdir", path); err != nil {
		return err
	}
	return os.Mkdir(path, 0o755)
}

func (d *disk) open(path string, flag int) (file, error) {
	if flag&os.O_CREATE != 0 {
		if err := d.step("create", path); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, flag, 0o644)
	if err != nil {
		return nil, err
	}
	return &diskFile{f, d}, nil
}

type diskFile struct {
	*os.File
	disk *disk
}

// Write leaves half of what it should write when it fails.
func (f *diskFile) Write(b []byte) (int, error) {
	if err := f.disk.step("write", f.Name()); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

func (f *diskFile) ReadAt(b []byte, offset int64) (int, error) {
	if err := f.disk.step("read", f.Name()); err != nil {
		return 0, err
	}
	n, err := f.File.ReadAt(b, offset)
	f.disk.read.Add(int64(n))
	return n, err
}

func (f *diskFile) Truncate(size int64) error {
	if err := f.disk.step("truncate", f.Name()); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *diskFile) Sync() error {
	if err := f.disk.step("sync", f.Name()); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := os.ReadDir(f.Name())
		for _, e := range entries {
			f.disk.names[filepath.Join(f.Name(), e.Name())] = true
		}
		return err
	}
	f.disk.synced[f.Name()], err = os.ReadFile(f.Name())
	return err
}

// powerLoss changes the directory below root to what a loss of power might leave: a file or
// directory whose parent wasn't synced since may be gone, and of what wasn't synced in a file, any
// part may be lost.
func (d *disk) powerLoss(t *testing.T, root string, rng *rand.Rand) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || path == root:
			return err
		case !d.names[path] && rng.IntN(2) == 0:
			delete(d.synced, path)
			if err := os.RemoveAll(path); err != nil || !e.IsDir() {
				return err
			}
			return fs.SkipDir
		case e.IsDir():
			return nil
		}
		now, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		after := d.synced[path]
		if tail, grown := bytes.CutPrefix(now, after); grown {
			after = append(bytes.Clone(after), lossy(tail, rng)...)
		} else if rng.IntN(2) == 0 { // it was cut
			after = now
		}
		if bytes.Equal(now, after) {
			return nil
		}
		return replace(path, after)
	}))
	d.restart(t, root)
}

// restart makes all that is below root durable: it was read from the disk.
func (d *disk) restart(t *testing.T, root string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		d.names[path] = true
		if err == nil && !e.IsDir() {
			d.synced[path], err = os.ReadFile(path)
		}
		return err
	}))
}

const sector = 64 // small, so that small records too are spread over many

// lossy returns what may be left of bytes that weren't synced.
func lossy(tail []byte, rng *rand.Rand) []byte {
	tail = bytes.Clone(tail)
	garbage := func(b []byte) {
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
	}
	switch rng.IntN(5) {
	case 0: // the length was not written
		return nil
	case 1: // nor was the whole length
		return tail[:rng.IntN(len(tail)+1)]
	case 2: // sectors were written in any order, or not at all
		for at := 0; at < len(tail); at += sector {
			part := tail[at:min(at+sector, len(tail))]
			switch rng.IntN(4) {
			case 0:
				clear(part)
			case 1:
				garbage(part)
			}
		}
	case 3: // the length was, and only zeros
		clear(tail[rng.IntN(len(tail)+1):])
	}
	return tail
}

var errPower = errors.New("no power")
