package mapfile

import "errors"

// The errors of this package. They may be wrapped, with the path and the error of the system call:
// compare with errors.Is. If the path doesn't exist the error is fs.ErrNotExist.
var (
	// ErrUnsupported: the package doesn't work on this system.
	ErrUnsupported = errors.New("not supported on this system")
	// ErrUnsupportedFS: locks on this file system don't show which processes live, or it can't
	// create a file in one step.
	ErrUnsupportedFS = errors.New("file system not supported")
	// ErrExist: the path exists already.
	ErrExist = errors.New("file exists already")
	// ErrNoSpace: the file system, or the user's quota, has no space for the file.
	ErrNoSpace = errors.New("no space for the file")
	// ErrPermission: the system does not permit the call, or everybody may write to the file.
	ErrPermission = errors.New("not permitted")
	// ErrNotRegular: the path is a symbolic link, a directory, a device or a pipe.
	ErrNotRegular = errors.New("not a regular file")
	// ErrSize: the size is not positive or too large, or the file is longer than expected.
	ErrSize = errors.New("wrong size")
	// ErrTruncated: the file is shorter than expected, or became so while it was mapped.
	ErrTruncated = errors.New("file truncated")
	// ErrSharedDescription: another process could share the description that the locks would
	// belong to.
	ErrSharedDescription = errors.New("file description shared")
	// ErrForeignLock: a program that does not use this package has locked the byte for reading.
	ErrForeignLock = errors.New("foreign lock")
	// ErrHeld: the byte is held already, by this process or another.
	ErrHeld = errors.New("lock held")
	// ErrNotHeld: this File does not hold the byte.
	ErrNotHeld = errors.New("lock not held")
	// ErrClosed: the file is unmapped, or the descriptor that the call needs is closed.
	ErrClosed = errors.New("file closed")
)

// Options says how to open a file.
type Options struct {
	ReadOnly      bool // map it for loads only; such a File can't Hold or TryLock
	WorldWritable bool // open it even if everybody may write to it
	NoPrefault    bool // don't make the pages present in Map: each costs a fault later
}
