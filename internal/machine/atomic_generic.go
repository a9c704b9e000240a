// Package machine has what the library asks of a CPU beyond sync/atomic: a store-release, of one word or a pair, a local
// fence, a spin hint, and a prefetch for writing.
package machine

import (
	"sync/atomic"
	"unsafe"
)

// This file is the reference for the operations: every build compiles it, and the tests compare
// it with the versions for one CPU. It also has the part that does not depend on the CPU, the
// loop over bounded calls.

// WordBytes is the size of a mark, a position, and every other shared word.
const WordBytes = 8

// MaxPause is the most spin hints that one assembly call executes. A goroutine inside assembly
// can't be preempted, so stopping the world waits for the call to end: on an AMD EPYC, 64 PAUSE
// take 1.8 µs. Longer calls would gain nothing, because a call costs 2 ns. The routine itself
// clamps its count to MaxPause.
const MaxPause = 64

// Pause gives the CPU n spin hints. They slow this hardware thread down while it waits, which
// helps its sibling thread and the core that writes the polled line.
func Pause(n int) {
	for ; n > 0; n -= MaxPause {
		pauseBounded(n)
	}
}

// storeReleaseGeneric stores v in the int64 at base+off. sync/atomic orders more than a release
// needs: on amd64 the store is an XCHG, which must own the line before anything after it may
// proceed.
func storeReleaseGeneric(base unsafe.Pointer, off int64, v int64) {
	atomic.StoreInt64((*int64)(unsafe.Add(base, off)), v)
}

// storeReleasePairGeneric stores first in the int64 at base and then second in the one after it, each after every
// earlier load and store of this goroutine.
func storeReleasePairGeneric(base unsafe.Pointer, first, second int64) {
	atomic.StoreInt64((*int64)(base), first)
	atomic.StoreInt64((*int64)(unsafe.Add(base, WordBytes)), second)
}

// genericHint is the length of a spin hint where there is no assembly, in turns of an empty loop
// of about one cycle each. PAUSE takes between 10 cycles (Intel before Skylake) and 140. 32
// turns keep a poller off the polled line for about as long, but don't free the core for its
// sibling.
const genericHint = 32

// pauseGeneric passes the time of n spin hints. The compiler keeps empty counted loops.
func pauseGeneric(n int) {
	for range min(n, MaxPause) * genericHint {
	}
}
