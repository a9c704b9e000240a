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

// Guard calls fn. It returns ErrTruncated if a load or store of the mapping faults in fn, on
// this goroutine, because the file has been cut short (or because fn stores to a mapping for
// loads only). The effects of fn before the fault remain. Guard passes on any other panic, and a
// fault elsewhere. fn should contain this program's accesses and nothing else.
//
// Assembly that accesses the mapping must not move the stack pointer in a way that the assembler
// can't follow: a fault there ends the program. So does one in the code of the race detector, which
// makes atomic accesses on the stack of the scheduler. It looks at the address before, so this
// happens only if the file is cut between the two.
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

// faultIn reports whether r, the value of a panic, is a fault with an address in mem.
func faultIn(mem []byte, r any) bool {
	fault, ok := r.(interface {
		runtime.Error
		Addr() uintptr
	})
	return ok && fault.Addr()-uintptr(unsafe.Pointer(unsafe.SliceData(mem))) < uintptr(len(mem))
}

// prefault makes the pages of mem present. A file without holes has its space, but in each
// process the first access to a page would still fault.
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

// touch is prefault by a load of each page, or by a store that changes nothing. The access must be
// atomic, because other processes may use the memory.
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
