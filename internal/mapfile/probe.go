//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Probes lock a random one of these bytes behind MaxByte, so that processes that probe the same
// file use different bytes.
const (
	probeBase  = lockBase + MaxByte + 1
	probeBytes = 1 << 40
)

// probeTries is how often a lock may stay although its mapping has gone, before probe blames the
// file system.
const probeTries = 16

// probe returns an error unless own and private, descriptors of one file, are fit for a File.
// They must have different descriptions. A lock must show that its mapping exists: it must stay
// when the descriptor is closed, and go with the mapping. The observed behaviour decides, and
// the name of the file system is only for the error. The exceptions are file systems on which
// another machine could have the file, which no probe can find out.
func probe(own, private int, name string, readOnly bool) error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(private, &st); err != nil {
		return failed("statfs", name, err)
	}
	fs, remote := fileSystem(uint32(st.Type))
	if remote {
		return fmt.Errorf("%w: %s is on %s, and may be in use by another machine", ErrUnsupportedFS, name, fs)
	}
	if err := distinct(own, private, name, readOnly); err != nil {
		return err
	}
	for range probeTries {
		stays, goes, err := probeOnce(private, name, readOnly)
		if err != nil {
			return err
		}
		if !stays {
			return fmt.Errorf("%w: %s is on %s, where a lock goes before the mapping does", ErrUnsupportedFS, name, fs)
		}
		if goes {
			return nil
		}
		// A child made by C code has the descriptor too, until it calls exec.
	}
	return fmt.Errorf("%w: %s is on %s, where a lock stays when the mapping has gone", ErrUnsupportedFS, name, fs)
}

// probeOnce reports whether the lock stayed with the mapping, and whether it went with it.
func probeOnce(fd int, name string, readOnly bool) (stays, goes bool, err error) {
	// A child made by Go that has not called exec yet would have the descriptor too.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	own, err := reopen(fd, name, readOnly)
	if err != nil {
		return false, false, err
	}
	at, err := lockProbe(own, name, readOnly)
	if err != nil {
		closeAll(own)
		return false, false, err
	}
	page, err := unix.Mmap(own, 0, os.Getpagesize(), unix.PROT_READ, unix.MAP_SHARED)
	closeAll(own)
	if err != nil {
		return false, false, failed("map", name, err)
	}
	mapped, err := query(fd, at)
	if unmapErr := unix.Munmap(page); err == nil {
		err = unmapErr
	}
	unmapped := mapped
	if err == nil {
		unmapped, err = query(fd, at)
	}
	if err != nil {
		return false, false, fmt.Errorf("%w: probe %s: %w", ErrUnsupportedFS, name, err)
	}
	return mapped != unix.F_UNLCK, unmapped == unix.F_UNLCK, nil
}

// lockProbe locks a random probe byte and returns its offset.
func lockProbe(fd int, name string, readOnly bool) (at int64, err error) {
	kind := int16(unix.F_WRLCK)
	if readOnly { // such a descriptor can have only this kind of lock
		kind = unix.F_RDLCK
	}
	at = probeBase + rand.Int64N(probeBytes)
	switch err := setLock(fd, kind, at); err {
	case nil:
		return at, nil
	case unix.EAGAIN, unix.EACCES:
		return 0, fmt.Errorf("%w: probe bytes of %s", ErrForeignLock, name)
	default:
		return 0, fmt.Errorf("%w: lock %s: %w", ErrUnsupportedFS, name, err)
	}
}

// distinct fails with ErrSharedDescription unless two descriptors have different descriptions:
// only then does one see a lock of the other.
func distinct(own, other int, name string, readOnly bool) error {
	at, err := lockProbe(own, name, readOnly)
	if err != nil {
		return err
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

// fileSystem returns the name of a file system from its number in statfs(2), and whether another
// machine may have the same file.
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
