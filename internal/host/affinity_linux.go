package host

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// BindThread makes the calling thread run only on these CPUs; none is negative. The caller must
// have locked its goroutine to the thread. After an error the thread may be bound to some of the
// CPUs.
func BindThread(cpus []int) error {
	var want, got unix.CPUSet
	for _, cpu := range cpus {
		if want.Set(cpu); !want.IsSet(cpu) {
			return fmt.Errorf("CPU %d is beyond the 1024 that a set may name: %w", cpu, unix.EINVAL)
		}
	}
	if err := unix.SchedSetaffinity(0, &want); err != nil {
		return fmt.Errorf("sched_setaffinity to CPUs %v: %w", cpus, err)
	}
	if err := unix.SchedGetaffinity(0, &got); err != nil {
		return fmt.Errorf("sched_getaffinity: %w", err)
	}
	for _, cpu := range cpus {
		if !got.IsSet(cpu) { // the kernel ignores missing CPUs if others are there
			return fmt.Errorf("CPU %d is not there, or not for this process: %w", cpu, unix.EINVAL)
		}
	}
	return nil
}
