package shm

import (
	"fmt"
	"math"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The operations of futex(2), without FUTEX_PRIVATE_FLAG: several processes share the word.
const (
	opWait = 0
	opWake = 1
)

// futexWait sleeps while the word is value, for d at most. It uses Syscall6, not RawSyscall6: the
// goroutine must give up its P, or a garbage collection would not end before the sleep does.
func futexWait(word *atomic.Uint32, value uint32, d time.Duration) error {
	limit := unix.NsecToTimespec(max(d, 1).Nanoseconds())
	_, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opWait, uintptr(value),
		uintptr(unsafe.Pointer(&limit)), 0, 0)
	switch errno {
	case 0, unix.EAGAIN, unix.EINTR, unix.ETIMEDOUT:
		return nil
	case unix.EFAULT:
		return ErrTruncated
	}
	return fmt.Errorf("shm: futex: %w", errno)
}

// futexWake wakes all sleepers, so that none can swallow another's wake-up by sleeping on the
// word. It doesn't sleep itself. If the word is gone, the sleepers find out when they wake.
func futexWake(word *atomic.Uint32) {
	_, _, _ = unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opWake, math.MaxInt32, 0, 0, 0)
}

// monotonic returns the time on the clock that all processes of the system share, in nanoseconds.
func monotonic() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0
	}
	return t.Nano()
}
