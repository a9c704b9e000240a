// Package ringview looks at a ring between processes without taking part in it: by pread, never by a mapping, so a file
// that is cut while it is read is an error and no fault. It works on rings that are damaged, and says what is wrong.
package ringview

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/be395dad/disruptor/internal/mapfile"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// A File is the file of a ring that is looked at.
type File struct {
	Path     string
	Size     int64 // when it was opened
	Header   ringfile.Header
	Text     string // of the layout
	Geometry ringfile.Geometry
	// Err is what is wrong with the header or the size. If Usable is true nevertheless, the geometry is known, and the
	// rest can be looked at.
	Err    error
	Usable bool

	data  *os.File
	locks *mapfile.File // nil: not known which processes are alive
	// LockErr is why nobody does.
	LockErr error
}

// IsRing reports whether the file begins as a ring does.
func (f *File) IsRing() bool { return !errors.Is(f.Err, ringfile.ErrNotRing) }

// Open opens the file path for reading. It fails if it can't be read, or is not a regular file: if it is not a ring, or
// a damaged one, File.Err tells. It locks bytes of a ring that mean nothing, for a moment, to
// detect whether locks on it show which processes are alive.
func Open(path string) (*File, error) {
	if st, err := os.Stat(path); err != nil {
		return nil, err
	} else if !st.Mode().IsRegular() { // opening a pipe would be heard of at the other end
		return nil, fmt.Errorf("%w: %s", mapfile.ErrNotRegular, path)
	}
	data, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, data: data}
	if err := f.readHeader(); err != nil {
		_ = data.Close()
		return nil, err
	}
	if f.IsRing() {
		f.openLocks()
	}
	return f, nil
}

func (f *File) readHeader() error {
	st, err := f.data.Stat()
	if err != nil {
		return err
	}
	f.Size = st.Size()
	f.Header, f.Text, f.Geometry, f.Err = ringfile.ReadHeader(f.data, f.Size)
	switch {
	case f.Err == nil:
		f.Usable = true
	case !f.IsRing() || errors.Is(f.Err, ringfile.ErrVersion) || errors.Is(f.Err, ringfile.ErrFeature):
	default:
		if g, err := f.Header.Geometry(); err == nil {
			f.Geometry, f.Usable = g, true
		}
	}
	return nil
}

// openLocks opens the file a second time, to ask for locks. It goes by the descriptor, and not by the path,
// which may name nothing any more, or another ring.
func (f *File) openLocks() {
	locks, err := mapfile.OpenFD(f.data.Fd(), mapfile.Options{ReadOnly: true, WorldWritable: true})
	if err != nil {
		f.LockErr = err
		return
	}
	f.locks = locks
}

// Close closes the file.
func (f *File) Close() {
	_ = f.data.Close()
	if f.locks != nil {
		_ = f.locks.Unmap()
	}
}

// Removed reports whether the path names no file any more, or another.
func (f *File) Removed() bool {
	there, err := os.Stat(f.Path)
	if err != nil {
		return true
	}
	here, err := f.data.Stat()
	return err == nil && !os.SameFile(here, there)
}

// Words are a part of the file, as it was read. What is beyond its end reads as 0.
type Words []byte

func (w Words) uint64(off int64) uint64 {
	if off+8 > int64(len(w)) {
		return 0
	}
	return binary.LittleEndian.Uint64(w[off:])
}
func (w Words) int64(off int64) int64          { return int64(w.uint64(off)) }
func (w Words) state(off int64) ringfile.State { return ringfile.State(w.uint64(off)) }

func (w Words) name(off int64) string {
	if off+ringfile.MaxName > int64(len(w)) {
		return ""
	}
	return ringfile.Name(w[off : off+ringfile.MaxName])
}

// entry returns entry i of a region of entries of that size.
func (w Words) entry(i int, size int64) Words {
	from := int64(i) * size
	if from+size > int64(len(w)) {
		return nil
	}
	return w[from : from+size]
}

// read reads n bytes at off. If the file ends before, it returns as many as there are, and an error.
func (f *File) read(off, n int64) (Words, error) {
	w := make(Words, n)
	m, err := f.data.ReadAt(w, off)
	if err == io.EOF || err == nil && int64(m) < n {
		err = fmt.Errorf("%w: it ends at %d, before %d", ringfile.ErrTruncated, off+int64(m), off+n)
	}
	return w[:m], err
}

// word reads one word.
func (f *File) word(off int64) (int64, error) {
	w, err := f.read(off, 8)
	return w.int64(0), err
}

// Cursor reads the end of what is claimed, and whether the ring is closed.
func (f *File) Cursor() (end int64, closed bool, err error) {
	w, err := f.word(f.Geometry.Control + ringfile.ControlCursor)
	end, closed = ringfile.Cursor(w)
	return end, closed, err
}

// The states of a lock.
const (
	Alive   = "alive"
	Dead    = "dead"
	Foreign = "foreign lock" // a program that is no user of the ring has locked the byte
	Unknown = "unknown"
)

// lock looks at the lock of a byte.
func (f *File) lock(i int) string {
	if f.locks == nil {
		return Unknown
	}
	held, err := f.locks.Held(i)
	switch {
	case errors.Is(err, mapfile.ErrForeignLock):
		return Foreign
	case err != nil:
		return Unknown
	case held:
		return Alive
	}
	return Dead
}

// Failure returns why the ring has failed, or "".
func (f *File) Failure() (string, error) {
	w, err := f.word(f.Geometry.Control + ringfile.ControlFailure)
	return failure(uint64(w)), err
}

// InUse reports whether a process may be attached: one that is seen to be, or of which nobody knows. A ring of which
// the header is damaged may have as many as any.
func (f *File) InUse() bool {
	n := ringfile.MaxRoles
	if f.Usable && f.Err == nil {
		n = f.Geometry.Processes
	}
	for i := range n {
		if f.lock(ringfile.AttachmentByte(i)) != Dead {
			return true
		}
	}
	return false
}
