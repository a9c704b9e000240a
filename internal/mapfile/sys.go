//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

func open(path string, flags int) (int, error) {
	return ignoringEINTR(func() (int, error) { return unix.Open(path, flags|unix.O_CLOEXEC, 0) })
}

// procFD is the folder of this process's descriptors. A test replaces it.
var procFD = "/proc/self/fd/"

func procPath(fd int) string { return procFD + strconv.Itoa(fd) }

// openAgain opens the file of fd anew. On some systems other than Linux such an open is a dup,
// which a test puts here.
var openAgain = func(fd, flags int) (int, error) {
	return ignoringEINTR(func() (int, error) { return unix.Open(procPath(fd), flags, 0) })
}

// reopen opens the file of fd with a new description, which shares neither locks nor offset with
// that of fd.
func reopen(fd int, name string, readOnly bool) (int, error) {
	flags := unix.O_RDWR | unix.O_CLOEXEC
	if readOnly {
		flags = unix.O_RDONLY | unix.O_CLOEXEC
	}
	own, err := openAgain(fd, flags)
	if err == unix.ENOENT {
		return -1, fmt.Errorf("open %s again: no %s: %w", name, procPath(fd), err)
	}
	if err != nil {
		return -1, failed("open", name, err)
	}
	return own, nil
}

func ignoringEINTR(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}

// failed wraps the error of a system call, together with an error of this package if one fits. It
// returns nil for nil.
func failed(call, name string, err error) error {
	var kind error
	switch err {
	case nil:
		return nil
	case unix.EACCES, unix.EPERM, unix.EROFS:
		kind = ErrPermission
	case unix.ENOSPC, unix.EDQUOT:
		kind = ErrNoSpace
	case unix.EEXIST:
		kind = ErrExist
	case unix.EFBIG:
		kind = ErrSize
	case unix.EOPNOTSUPP:
		kind = ErrUnsupportedFS
	default:
		return fmt.Errorf("%s %s: %w", call, name, err)
	}
	return fmt.Errorf("%w: %s %s: %w", kind, call, name, err)
}
