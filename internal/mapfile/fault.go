//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Guard calls fn, and returns ErrTruncated if a load or store of the mapping faulted in it, on this goroutine: the file
// has been cut short. (Or the mapping is for loads only, and fn stored to it.) What fn did until then is done. Any
// other panic, and a fault elsewhere, panics on. Fn should be this program's own accesses and no more.
//
// Assembly that accesses the mapping must not move the stack pointer in a way that the assembler can't follow: a fault
// there ends the program.
func (f *File) Guard(fn func()) (err error) {
	mem := f.Mem()
	if mem == nil {
		return f.closed()
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if !faultIn(mem, r) {
				panic(r)
			}
			err = fmt.Errorf("%w: %s faulted while it was mapped", ErrTruncated, f.name)
		}
	}()
	fn()
	return nil
}

// faultIn reports whether r, of a panic, is a fault with an address in mem.
func faultIn(mem []byte, r any) bool {
	fault, ok := r.(interface {
		runtime.Error
		Addr() uintptr
	})
	return ok && fault.Addr()-uintptr(unsafe.Pointer(unsafe.SliceData(mem))) < uintptr(len(mem))
}

// prefault makes the pages of mem present. A file without holes has the space, but its first use would still fault,
// in each process.
func prefault(mem []byte, readOnly bool) error {
	advice := unix.MADV_POPULATE_WRITE
	if readOnly {
		advice = unix.MADV_POPULATE_READ
	}
	_, err := ignoringEINTR(func() (int, error) { return 0, unix.Madvise(mem, advice) })
	switch err {
	case unix.EINVAL, unix.ENOSYS: // Linux before 5.14
		return touch(mem, readOnly)
	case unix.EFAULT:
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	case unix.ENOMEM:
		return fmt.Errorf("%w: %w", ErrNoSpace, err)
	}
	return err
}

// touch is prefault by a load, or a store that changes nothing, of each page. It must be atomic: other processes may
// use the memory.
func touch(mem []byte, readOnly bool) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if !faultIn(mem, r) {
				panic(r)
			}
			err = ErrTruncated
		}
	}()
	for at := 0; at < len(mem); at += os.Getpagesize() {
		word := (*uint32)(unsafe.Pointer(&mem[at])) // all of it is in the page, if not in mem
		if readOnly {
			atomic.LoadUint32(word)
		} else {
			atomic.AddUint32(word, 0)
		}
	}
	return nil
}
