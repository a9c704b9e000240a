//go:build unix

package command

import "golang.org/x/sys/unix"

// kernel returns the release of the system's kernel, "" if it can't be had.
func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}
