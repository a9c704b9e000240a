//go:build !linux

package shm

import (
	"sync/atomic"
	"time"
)

// This system has no rings, and nobody sleeps.

func futexWait(*atomic.Uint32, uint32, time.Duration) error { return ErrUnsupported }
func futexWake(*atomic.Uint32)                              {}
func monotonic() int64                                      { return 0 }
