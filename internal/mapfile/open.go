//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Open opens the file path. It maps nothing yet: see [File.Size], [File.ReadAt] and [File.Map]. It never creates a file,
// follows no symbolic link at path, opens nothing but a regular file, and none that everybody may write to unless
// [Options] say so.
func Open(path string, opts Options) (*File, error) {
	// O_PATH does not really open a device or a pipe, which the other end would notice.
	fd, err := open(path, unix.O_PATH|unix.O_NOFOLLOW)
	if err != nil {
		return nil, failed("open", path, err)
	}
	defer closeAll(fd)
	return attach(fd, path, opts)
}

// OpenFD opens the file of a descriptor that another process has passed on: see
// [File.Descriptor]. It leaves fd open and doesn't use it later. It fails with
// ErrSharedDescription if it can't open a new description.
func OpenFD(fd uintptr, opts Options) (*File, error) {
	name := fmt.Sprintf("descriptor %d", fd)
	f, err := attach(int(fd), name, opts)
	if errors.Is(err, unix.ENOENT) { // no /proc
		return nil, fmt.Errorf("%w: %w", ErrSharedDescription, err)
	}
	return f, err
}

// attach opens the file of fd twice, as newFile needs it.
func attach(fd int, name string, opts Options) (*File, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, failed("stat", name, err)
	}
	if err := checkKind(&st, name, opts); err != nil {
		return nil, err
	}
	own, err := reopen(fd, name, opts.ReadOnly)
	if err != nil {
		return nil, err
	}
	private, err := reopen(fd, name, opts.ReadOnly)
	if err != nil {
		closeAll(own)
		return nil, err
	}
	if err := probe(own, private, name, opts.ReadOnly); err != nil {
		closeAll(own, private)
		return nil, err
	}
	return newFile(name, opts, st.Size, own, private), nil
}

func checkKind(st *unix.Stat_t, name string, opts Options) error {
	if kind := st.Mode & unix.S_IFMT; kind != unix.S_IFREG {
		return fmt.Errorf("%w: %s is a %s", ErrNotRegular, name, kindName(kind))
	}
	if st.Mode&0o002 != 0 && !opts.WorldWritable {
		return fmt.Errorf("%w: everybody may write to %s (mode %04o)", ErrPermission, name, st.Mode&0o7777)
	}
	return nil
}

func kindName(kind uint32) string {
	switch kind {
	case unix.S_IFLNK:
		return "symbolic link"
	case unix.S_IFDIR:
		return "directory"
	case unix.S_IFIFO:
		return "pipe"
	case unix.S_IFSOCK:
		return "socket"
	}
	return "device"
}
