//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Locks are on the bytes from lockBase on. The bytes need not exist.
const lockBase = 1 << 40

// MaxByte is the last byte that can be held or locked. The bytes behind it are for probes.
const MaxByte = 1<<20 - 1

// Hold locks byte i on behalf of the mapping: other processes see it Held until the mapping of
// this process is gone, for whatever reason. Hold fails with ErrHeld if the byte is held or
// locked, and with ErrForeignLock if a program that does not use this package is in the way. It
// needs the descriptor: see [File.CloseDescriptor].
func (f *File) Hold(i int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check(i, f.own); err != nil {
		return err
	}
	if f.Mem() == nil {
		return fmt.Errorf("hold byte %d of %s: not mapped", i, f.name)
	}
	if f.held[i] || f.locked[i] {
		return f.lockError(ErrHeld, i)
	}
	got, err := f.tryLock(f.own, i)
	if err != nil {
		return err
	}
	if !got {
		return f.lockError(ErrHeld, i)
	}
	// If the other description does not see the lock, the two are the same description, and no
	// death would free the lock.
	if kind, err := query(f.private, lockBase+int64(i)); err != nil || kind != unix.F_WRLCK {
		_ = setLock(f.own, unix.F_UNLCK, lockBase+int64(i))
		if err != nil {
			return f.lockFailed(i, err)
		}
		return f.lockError(ErrSharedDescription, i)
	}
	f.held[i] = true
	return nil
}

// Release releases a byte that f holds.
func (f *File) Release(i int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unlock(f.own, f.held, i)
}

// Held reports whether byte i is held or locked, by this process or another. If it isn't, its
// last holder is dead or has released it, and stores nothing any more. If a program that does
// not use this package has locked the byte, Held returns true and ErrForeignLock.
func (f *File) Held(i int) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check(i, f.private); err != nil {
		return false, err
	}
	if f.held[i] || f.locked[i] { // a query through the description that has it would say free
		return true, nil
	}
	kind, err := query(f.private, lockBase+int64(i))
	switch {
	case err != nil:
		return false, f.lockFailed(i, err)
	case kind == unix.F_RDLCK:
		return true, f.lockError(ErrForeignLock, i)
	}
	return kind != unix.F_UNLCK, nil
}

// TryLock locks byte i for a while, to recover what its holder left behind, and reports whether
// it did. It reports false if the byte is held or locked, also by this File. If a program that
// does not use this package is in the way, TryLock returns ErrForeignLock. Unlock, Unmap and the
// death of the process end the lock.
func (f *File) TryLock(i int) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check(i, f.private); err != nil {
		return false, err
	}
	if f.held[i] || f.locked[i] { // a second lock would succeed, and unlocking it would release the first
		return false, nil
	}
	got, err := f.tryLock(f.private, i)
	if got {
		f.locked[i] = true
	}
	return got, err
}

// Unlock unlocks a byte that f has locked by TryLock.
func (f *File) Unlock(i int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unlock(f.private, f.locked, i)
}

// check returns an error if byte i is out of range or fd is closed.
func (f *File) check(i, fd int) error {
	if i < 0 || i > MaxByte {
		return fmt.Errorf("byte %d of %s: not in 0 to %d", i, f.name, MaxByte)
	}
	if fd < 0 {
		return f.closed()
	}
	return nil
}

// tryLock locks byte i by the description of fd, if no other description has locked it.
func (f *File) tryLock(fd, i int) (bool, error) {
	if f.opts.ReadOnly {
		return false, fmt.Errorf("%w: lock byte %d of %s, opened for reading", ErrPermission, i, f.name)
	}
	at := lockBase + int64(i)
	err := setLock(fd, unix.F_WRLCK, at)
	if err == nil {
		return true, nil
	}
	if err != unix.EAGAIN && err != unix.EACCES {
		return false, f.lockFailed(i, err)
	}
	if kind, err := query(fd, at); err == nil && kind == unix.F_RDLCK {
		return false, f.lockError(ErrForeignLock, i)
	}
	return false, nil
}

func (f *File) unlock(fd int, set map[int]bool, i int) error {
	if err := f.check(i, fd); err != nil {
		return err
	}
	if !set[i] {
		return f.lockError(ErrNotHeld, i)
	}
	if err := setLock(fd, unix.F_UNLCK, lockBase+int64(i)); err != nil {
		return f.lockFailed(i, err)
	}
	delete(set, i)
	return nil
}

func (f *File) lockError(kind error, i int) error {
	return fmt.Errorf("%w: byte %d of %s", kind, i, f.name)
}

// lockFailed wraps an error that no state of the byte explains: the file system, or a system call
// filter, does not allow the lock.
func (f *File) lockFailed(i int, err error) error {
	return fmt.Errorf("%w: lock byte %d of %s: %w", ErrUnsupportedFS, i, f.name, err)
}

// setLock sets the lock of the description of fd on a byte to kind, and doesn't wait.
func setLock(fd int, kind int16, at int64) error {
	return unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &unix.Flock_t{Type: kind, Start: at, Len: 1})
}

// query returns the kind of lock that a description other than that of fd has on a byte, or
// F_UNLCK.
func query(fd int, at int64) (kind int16, err error) {
	lock := unix.Flock_t{Type: unix.F_WRLCK, Start: at, Len: 1}
	err = unix.FcntlFlock(uintptr(fd), unix.F_OFD_GETLK, &lock)
	return lock.Type, err
}
