package disruptor

import (
	"runtime"
	"sync"
)

// processFence returns when every goroutine of this process has executed a full memory barrier since the call began:
// what any of them had stored before is visible to the caller now, and what any of them loads later sees what the
// caller had stored before.
//
// Whoever is about to sleep, or ends a ring, calls it so that whoever publishes or claims need not order its store before
// its look: the rare side pays for both. Only the plain store of amd64 needs it: storeRelease may wait in the store buffer
// while the load after it executes. Every other build stores with sync/atomic, in one order with its loads.
func processFence() {
	if !forceStopTheWorld && expeditedFence() {
		return
	}
	stopTheWorldFence()
}

// cheapProcessFence reports whether processFence is a system call that leaves most of the machine alone. It registers
// for it, which takes some 16 ms, once per process.
func cheapProcessFence() bool { return !forceStopTheWorld && registerExpedited() }

// forceStopTheWorld is set by tests only.
var forceStopTheWorld bool

var fenceStats struct {
	sync.Mutex
	runtime.MemStats // 5 KB: not on the heap at each fence
}

// stopTheWorldFence is the fence where the system has none. ReadMemStats stops the world, which is documented, and no
// goroutine gets past that without a full barrier: one that runs is stopped by the scheduler, and one in a system call
// or parked went there through it, and each of these steps changes the goroutine's state or counts its processor off
// with a locked instruction, which on amd64 drains the store buffer, and which the stopper's own locked instructions
// follow. A goroutine that never calls anything is brought there by a signal, which drains it as well.
// It costs some tens of microseconds and stops every goroutine for about as long.
func stopTheWorldFence() {
	fenceStats.Lock()
	runtime.ReadMemStats(&fenceStats.MemStats)
	fenceStats.Unlock()
}
