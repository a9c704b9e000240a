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

// HasCheapFence reports whether Fence is a system call that does not stop the world. It
// registers the process for that call, once, which takes about 16 ms.
func HasCheapFence() bool { return !stopsTheWorld.Load() && registerExpedited() }

// ForceStopTheWorld makes Fence stop the world even if the system has a cheaper way, until
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

// stopTheWorld is the fence where the system has none. ReadMemStats is documented to stop the
// world, and no goroutine gets past that without a full barrier. A running goroutine is stopped
// by the scheduler; one that is parked or in a system call went there through it. Each of these
// steps changes the goroutine's state, or counts its processor off, with a locked instruction.
// On amd64 that drains the store buffer, and the locked instructions of the stopping goroutine
// follow it. A goroutine that never calls anything is stopped by a signal, which drains the
// store buffer as well. The fence costs some tens of microseconds and stops every goroutine for
// about as long.
func stopTheWorld() {
	fenceStats.Lock()
	runtime.ReadMemStats(&fenceStats.MemStats)
	fenceStats.Unlock()
}
