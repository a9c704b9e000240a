//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// A File is a file that is mapped, or open and not mapped yet. It has two open file
// descriptions. Any goroutine may call its methods, but see [File.Unmap]. A File is not closed
// when it is garbage collected: Unmap it.
type File struct {
	name string
	opts Options
	size int64 // when it was opened

	mem atomic.Pointer[[]byte] // changes under mu

	mu      sync.Mutex
	own     int          // descriptor of the description that is or will be mapped, or -1
	private int          // descriptor of the description for queries and recovery, or -1
	held    map[int]bool // bytes that own has locked
	locked  map[int]bool // bytes that private has locked
}

// newFile makes a File that owns the descriptors own and private.
func newFile(name string, opts Options, size int64, own, private int) *File {
	return &File{name: name, opts: opts, size: size, own: own, private: private, held: map[int]bool{}, locked: map[int]bool{}}
}

// Size returns the size that the file had when it was opened. Before Map, compare it with the
// size in the header, read by ReadAt.
func (f *File) Size() int64 { return f.size }

// ReadAt reads from the file, not from the mapping: it can't fault. It implements io.ReaderAt.
func (f *File) ReadAt(p []byte, off int64) (n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.private < 0 {
		return 0, f.closed()
	}
	for n < len(p) {
		m, err := ignoringEINTR(func() (int, error) { return unix.Pread(f.private, p[n:], off+int64(n)) })
		if err != nil {
			return n, failed("read", f.name, err)
		}
		if m == 0 {
			return n, io.EOF
		}
		n += m
	}
	return n, nil
}

// Map maps exactly size bytes and returns them: the file must be that long, neither shorter (ErrTruncated) nor longer
// (ErrSize).
func (f *File) Map(size int64) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.own < 0 || f.private < 0 {
		return nil, f.closed()
	}
	if f.Mem() != nil {
		return nil, fmt.Errorf("map %s: mapped already", f.name)
	}
	if err := checkSize(f.name, size); err != nil {
		return nil, err
	}
	if err := f.checkLength(size); err != nil {
		return nil, err
	}
	prot := unix.PROT_READ
	if !f.opts.ReadOnly {
		prot |= unix.PROT_WRITE
	}
	mem, err := unix.Mmap(f.own, 0, int(size), prot, unix.MAP_SHARED)
	if err != nil {
		return nil, failed("map", f.name, err)
	}
	if err := f.prepare(mem); err != nil {
		_ = unix.Munmap(mem)
		return nil, err
	}
	f.mem.Store(&mem)
	return mem, nil
}

// prepare keeps mem from children of fork(2), and makes its pages present.
func (f *File) prepare(mem []byte) error {
	if err := unix.Madvise(mem, unix.MADV_DONTFORK); err != nil {
		return failed("madvise", f.name, err)
	}
	if !f.opts.NoPrefault {
		if err := prefault(mem, f.opts.ReadOnly); err != nil {
			return fmt.Errorf("prefault %s: %w", f.name, err)
		}
	}
	// The file may have been cut since the first check.
	return f.checkLength(int64(len(mem)))
}

func (f *File) checkLength(want int64) error {
	var st unix.Stat_t
	if err := unix.Fstat(f.private, &st); err != nil {
		return failed("stat", f.name, err)
	}
	if st.Size < want {
		return fmt.Errorf("%w: %s has %d bytes, not %d", ErrTruncated, f.name, st.Size, want)
	}
	if st.Size > want {
		return fmt.Errorf("%w: %s has %d bytes, not %d", ErrSize, f.name, st.Size, want)
	}
	return nil
}

// Mem returns the mapping, or nil.
func (f *File) Mem() []byte {
	if mem := f.mem.Load(); mem != nil {
		return *mem
	}
	return nil
}

// NamedBy reports whether path still names this file. It reports false if path names another
// file or none.
func (f *File) NamedBy(path string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.private < 0 {
		return false, f.closed()
	}
	var there, here unix.Stat_t
	if err := unix.Lstat(path, &there); err != nil {
		if err == unix.ENOENT {
			return false, nil
		}
		return false, failed("stat", path, err)
	}
	if err := unix.Fstat(f.private, &here); err != nil {
		return false, failed("stat", f.name, err)
	}
	return there.Dev == here.Dev && there.Ino == here.Ino, nil
}

// Sealed reports whether nobody can change the size of the file any more.
func (f *File) Sealed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.private < 0 {
		return false
	}
	const size = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW
	seals, err := unix.FcntlInt(uintptr(f.private), unix.F_GET_SEALS, 0)
	return err == nil && seals&size == size
}

// Descriptor opens the file once more, to pass it to another process in exec.Cmd.ExtraFiles or
// by SCM_RIGHTS. The other process gives it to OpenFD. It shares no locks with f. Close it after
// passing it.
func (f *File) Descriptor() (*os.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.private < 0 {
		return nil, f.closed()
	}
	fd, err := reopen(f.private, f.name, f.opts.ReadOnly)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.name), nil
}

// CloseDescriptor closes the descriptor that the mapping was made with. The bytes that f holds
// stay held until Unmap, and f can't hold or release bytes any more. Call it once everything is
// held: then a child of fork(2) can't keep the locks.
func (f *File) CloseDescriptor() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.own < 0 || f.Mem() == nil {
		return f.closed()
	}
	fd := f.own
	f.own = -1
	return failed("close", f.name, unix.Close(fd))
}

// Unmap unmaps the file and closes its descriptors, which releases all that f holds. A second
// Unmap returns ErrClosed. No goroutine may use the memory any more: a load or store of it ends
// the program.
func (f *File) Unmap() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.private < 0 {
		return f.closed()
	}
	if mem := f.Mem(); mem != nil {
		if err := unix.Munmap(mem); err != nil {
			return failed("unmap", f.name, err)
		}
		f.mem.Store(nil)
	}
	closeAll(f.own, f.private)
	f.own, f.private = -1, -1
	clear(f.held)
	clear(f.locked)
	return nil
}

func (f *File) closed() error { return fmt.Errorf("%w: %s", ErrClosed, f.name) }

func closeAll(fds ...int) {
	for _, fd := range fds {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}

// checkSize returns an error if a file of that size can't be mapped.
func checkSize(name string, size int64) error {
	if size <= 0 || size > math.MaxInt64-1<<30 {
		return fmt.Errorf("%w: %s: %d bytes", ErrSize, name, size)
	}
	return nil
}
