package host

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// BindThread has the calling thread run on these CPUs only; none is negative. The caller is locked to its
// thread. On an error the thread may run on some of them only.
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
		if !got.IsSet(cpu) { // the kernel says nothing about those if there are others
			return fmt.Errorf("CPU %d is not there, or not for this process: %w", cpu, unix.EINVAL)
		}
	}
	return nil
}
