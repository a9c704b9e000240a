//go:build unix

package harness

import (
	"syscall"
	"time"
)

// cpuTime returns what this process has used of all processors.
func cpuTime() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}
