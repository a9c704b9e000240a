package host

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Fence returns when every goroutine of this process has executed a full memory barrier since the
// call began: what any of them had stored before is visible to the caller now, and what any of
// them loads later sees what the caller had stored before.
func Fence() {
	if !stopsTheWorld.Load() && expeditedFence() {
		return
	}
	stopTheWorld()
}

// HasCheapFence reports whether Fence is a system call that leaves most of the machine alone. It
// registers for it, which takes some 16 ms, once per process.
func HasCheapFence() bool { return !stopsTheWorld.Load() && registerExpedited() }

// ForceStopTheWorld makes Fence stop the world although the system has a cheaper way, until
// restore is called. It is for tests.
func ForceStopTheWorld() (restore func()) {
	old := stopsTheWorld.Swap(true)
	return func() { stopsTheWorld.Store(old) }
}

// Hold makes calls of Fence that stop the world wait until release is called. It is for tests.
func Hold() (release func()) {
	fenceStats.Lock()
	return fenceStats.Unlock
}

var stopsTheWorld atomic.Bool

var fenceStats struct {
	sync.Mutex
	runtime.MemStats // 5 KB: not on the heap at each fence
}

// stopTheWorld is the fence where the system has none. ReadMemStats stops the world, which is
// documented, and no goroutine gets past that without a full barrier: one that runs is stopped by
// the scheduler, and one in a system call or parked went there through it, and each of these steps
// changes the goroutine's state or counts its processor off with a locked instruction, which on
// amd64 drains the store buffer, and which the stopper's own locked instructions follow. A
// goroutine that never calls anything is brought there by a signal, which drains it as well.
// It costs some tens of microseconds and stops every goroutine for about as long.
func stopTheWorld() {
	fenceStats.Lock()
	runtime.ReadMemStats(&fenceStats.MemStats)
	fenceStats.Unlock()
}
