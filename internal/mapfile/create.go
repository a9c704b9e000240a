//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"
	"io/fs"
	"math"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// defaultMode stands in for a mode of 0. It admits only the owner's processes.
const defaultMode = 0o600

// allocateStep is how many bytes one call allocates. The call starts again after a signal, so it
// must end before the next signal of a profiler.
const allocateStep = 8 << 20

// Create creates the file path of size bytes, all zero, maps it, calls fill to store the first
// contents, and only then gives the file its name. If it fails, or the process dies before that,
// no file remains. The permissions are mode, or 0600 if mode is 0, whatever the umask. If fill
// fails, Create returns its error. [File.Mem] returns the memory.
//
// It fails with ErrExist if there is anything at path.
func Create(path string, size int64, mode fs.FileMode, fill func(mem []byte) error) (*File, error) {
	if err := checkNew(path, size, mode); err != nil {
		return nil, err
	}
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	if base == "" || base == "." || base == ".." {
		return nil, fmt.Errorf("%w: %s is a directory", ErrNotRegular, path)
	}
	at, err := open(dir, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return nil, failed("open", dir, err)
	}
	defer closeAll(at)
	fd, err := ignoringEINTR(func() (int, error) {
		return unix.Openat(at, ".", unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, defaultMode)
	})
	if err == unix.EISDIR || err == unix.EOPNOTSUPP { // the kernel, or the file system, has no O_TMPFILE
		return nil, fmt.Errorf("%w: %s can't have a file without a name: %w", ErrUnsupportedFS, dir, err)
	}
	if err != nil {
		return nil, failed("create in", dir, err)
	}
	return create(fd, path, size, mode, fill, func() error {
		return failed("create", path, unix.Linkat(unix.AT_FDCWD, procPath(fd), at, base, unix.AT_SYMLINK_FOLLOW))
	})
}

// CreateAnonymous creates a file as Create does, but in memory and without a name. Its size can't change any more.
// [File.Descriptor] gives it to a child. The name is for /proc.
func CreateAnonymous(name string, size int64, mode fs.FileMode, fill func(mem []byte) error) (*File, error) {
	if err := checkNew(name, size, mode); err != nil {
		return nil, err
	}
	flags := unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate(name, flags|unix.MFD_NOEXEC_SEAL)
	if err == unix.EINVAL { // Linux before 6.3
		fd, err = unix.MemfdCreate(name, flags)
	}
	if err == unix.ENOSYS {
		return nil, fmt.Errorf("%w: memfd_create: %w", ErrUnsupported, err)
	}
	if err != nil {
		return nil, failed("create", name, err)
	}
	return create(fd, name, size, mode, fill, func() error {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SEAL|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW)
		return failed("seal", name, err)
	})
}

func checkNew(name string, size int64, mode fs.FileMode) error {
	if mode&^fs.ModePerm != 0 {
		return fmt.Errorf("create %s: mode %v has more than permissions", name, mode)
	}
	return checkSize(name, size)
}

// create makes a File of fd, a new and empty file, and takes fd over. It calls finish last.
func create(fd int, name string, size int64, mode fs.FileMode, fill func([]byte) error, finish func() error) (*File, error) {
	f := newFile(name, Options{}, size, fd, -1)
	done := false
	defer func() {
		if !done { // it failed, or fill panicked
			if mem := f.Mem(); mem != nil {
				_ = unix.Munmap(mem)
			}
			closeAll(f.own, f.private)
		}
	}()
	chmod := func(mode fs.FileMode) error { return failed("chmod", name, unix.Fchmod(fd, uint32(mode))) }
	if err := chmod(defaultMode); err != nil { // the umask may keep us from opening it again; so may mode
		return nil, err
	}
	var err error
	if f.private, err = reopen(fd, name, false); err != nil {
		return nil, err
	}
	if err := probe(fd, f.private, name, false); err != nil {
		return nil, err
	}
	if err := allocate(fd, name, size); err != nil {
		return nil, err
	}
	mem, err := f.Map(size)
	if err != nil {
		return nil, err
	}
	if err := fill(mem); err != nil {
		return nil, err
	}
	if mode != 0 {
		if err := chmod(mode); err != nil {
			return nil, err
		}
	}
	if err := finish(); err != nil {
		return nil, err
	}
	done = true
	return f, nil
}

// allocate gives the file its size and all of its space, without holes that a later store would
// have to fill.
func allocate(fd int, name string, size int64) error {
	free, err := space(fd)
	if err != nil {
		return failed("statfs", name, err)
	}
	if uint64(size) > free {
		return fmt.Errorf("%w: %s: %d bytes, and %d are free", ErrNoSpace, name, size, free)
	}
	for at := int64(0); at < size; at += allocateStep {
		_, err := ignoringEINTR(func() (int, error) {
			return 0, unix.Fallocate(fd, 0, at, min(allocateStep, size-at))
		})
		if err != nil {
			return failed("allocate", name, err)
		}
	}
	return nil
}

// space returns an upper bound of the free bytes on the file system of fd. Create looks at it
// first: otherwise a far too large size would use up the space, step by step, before it fails.
func space(fd int) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Fstatfs(fd, &st); err != nil {
		return 0, err
	}
	free := uint64(math.MaxUint64)
	if st.Blocks > 0 { // else it has no limit
		free = st.Bfree * uint64(st.Bsize)
	}
	if st.Type == unix.TMPFS_MAGIC {
		var memory unix.Sysinfo_t
		if err := unix.Sysinfo(&memory); err != nil {
			return 0, err
		}
		free = min(free, (memory.Totalram+memory.Totalswap)*uint64(memory.Unit))
	}
	return free, nil
}
