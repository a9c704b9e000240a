//go:build !linux

package host

import (
	"errors"
	"fmt"
	"runtime"
)

// BindThread fails: the system has no call for it, or none that Go can reach.
func BindThread(cpus []int) error {
	return fmt.Errorf("threads are bound to CPUs %v on Linux only, not on %s: %w",
		cpus, runtime.GOOS, errors.ErrUnsupported)
}
