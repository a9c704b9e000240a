//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Probes lock one of so many bytes behind MaxByte, at random: another process that probes the same file takes another.
const (
	probeBase  = lockBase + MaxByte + 1
	probeBytes = 1 << 40
)

// probeTries is how often a probe starts again that something else disturbed.
const probeTries = 16

// probe reports whether a lock shows, on the file system of fd, that its mapping exists: it must stay when the
// descriptor is closed and go with the mapping. What the file system does decides. Its name is for the error, except
// where another machine could have the file, of which no probe can know.
func probe(fd int, name string, readOnly bool) error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(fd, &st); err != nil {
		return failed("statfs", name, err)
	}
	fs, remote := fileSystem(uint32(st.Type))
	if remote {
		return fmt.Errorf("%w: %s is on %s, and may be in use by another machine", ErrUnsupportedFS, name, fs)
	}
	var err error
	for range probeTries {
		var stays, goes, free bool
		stays, goes, free, err = probeOnce(fd, name, readOnly)
		switch {
		case err != nil:
			return err
		case !free:
			err = fmt.Errorf("%w: probe bytes of %s", ErrForeignLock, name)
		case !stays:
			return fmt.Errorf("%w: %s is on %s, where a lock goes before the mapping does", ErrUnsupportedFS, name, fs)
		case !goes: // or a child that C has made has the descriptor
			err = fmt.Errorf("%w: %s is on %s, where a lock stays when the mapping has gone", ErrUnsupportedFS, name, fs)
		default:
			return nil
		}
	}
	return err
}

// probeOnce reports whether the lock stayed, whether it went, and whether the byte was free in the first place.
func probeOnce(fd int, name string, readOnly bool) (stays, goes, free bool, err error) {
	// A child that has been made and not run its program yet has the descriptor too.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	own, err := reopen(fd, name, readOnly)
	if err != nil {
		return false, false, false, err
	}
	at, free, err := lockProbe(own, name, readOnly)
	if !free || err != nil {
		closeAll(own)
		return false, false, false, err
	}
	page, err := unix.Mmap(own, 0, os.Getpagesize(), unix.PROT_READ, unix.MAP_SHARED)
	closeAll(own)
	if err != nil {
		return false, false, false, failed("map", name, err)
	}
	whileMapped, err := query(fd, at)
	if unmapErr := unix.Munmap(page); err == nil {
		err = unmapErr
	}
	after := whileMapped
	if err == nil {
		after, err = query(fd, at)
	}
	if err != nil {
		return false, false, false, fmt.Errorf("%w: probe %s: %w", ErrUnsupportedFS, name, err)
	}
	return whileMapped != unix.F_UNLCK, after == unix.F_UNLCK, true, nil
}

// lockProbe locks a probe byte, if it is free.
func lockProbe(fd int, name string, readOnly bool) (at int64, free bool, err error) {
	kind := int16(unix.F_WRLCK)
	if readOnly { // the only kind that such a descriptor can have
		kind = unix.F_RDLCK
	}
	at = probeBase + rand.Int64N(probeBytes)
	err = setLock(fd, kind, at)
	if err == unix.EAGAIN || err == unix.EACCES {
		return at, false, nil
	}
	if err != nil {
		return at, false, fmt.Errorf("%w: lock %s: %w", ErrUnsupportedFS, name, err)
	}
	return at, true, nil
}

// distinct reports whether two descriptors have different descriptions: only then is a lock of one in the way of the
// other.
func distinct(own, other int, name string, readOnly bool) error {
	at, free, err := lockProbe(own, name, readOnly)
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("%w: probe byte of %s", ErrForeignLock, name)
	}
	kind, err := query(other, at)
	if unlockErr := setLock(own, unix.F_UNLCK, at); err == nil {
		err = unlockErr
	}
	if err != nil {
		return fmt.Errorf("%w: lock %s: %w", ErrUnsupportedFS, name, err)
	}
	if kind == unix.F_UNLCK {
		return fmt.Errorf("%w: %s can't be opened again", ErrSharedDescription, name)
	}
	return nil
}

// fileSystem names a file system by its number in statfs(2), and reports whether another machine may have the same
// file.
func fileSystem(magic uint32) (name string, remote bool) {
	switch magic {
	case unix.TMPFS_MAGIC:
		return "tmpfs", false
	case unix.EXT4_SUPER_MAGIC:
		return "ext4", false
	case unix.XFS_SUPER_MAGIC:
		return "xfs", false
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs", false
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay", false
	case unix.NFS_SUPER_MAGIC:
		return "NFS", true
	case unix.CIFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "SMB", true
	case unix.FUSE_SUPER_MAGIC:
		return "FUSE", true
	case unix.V9FS_MAGIC:
		return "9p", true
	case unix.CEPH_SUPER_MAGIC:
		return "Ceph", true
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "AFS", true
	case unix.CODA_SUPER_MAGIC:
		return "Coda", true
	case unix.OCFS2_SUPER_MAGIC:
		return "OCFS2", true
	}
	return fmt.Sprintf("a file system with number %#x", magic), false
}
