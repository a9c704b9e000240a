//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import "golang.org/x/sys/unix"

// lock takes the only lock of an open directory, or fails. The lock ends when the directory is
// closed, also by the end of the process.
func lock(fd uintptr) error { return unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB) }
