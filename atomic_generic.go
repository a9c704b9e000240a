package disruptor

import (
	"sync/atomic"
	"unsafe"
)

// The operations of the machine layer are a store-release, of one word or a pair, a spin hint and a scan of marks. This
// file is their reference: every build compiles it, and the tests hold each assembly routine against it. It also has the
// part that does not depend on the CPU, the loops over bounded calls.

const (
	// maxScan is how many marks one assembly call looks at, maxPause how many spin hints it executes. A goroutine
	// inside assembly can't be preempted, so whatever stops the world waits for the call to end: on Zen 4, 4,096 marks
	// take 0.23 µs from the first-level cache (SSE4.1 0.5 µs) and 64 PAUSE 1.8 µs. Longer calls would gain nothing, as
	// a call costs 2 ns. Each routine clamps its count to these itself.
	maxScan  = 4096
	maxPause = 64
)

// scanMarks returns how many leading marks continue the stream: the largest k ≤ n such that m[i] == first+i for all
// i < k, in wrap-around arithmetic. m is the first of at least n marks; with n ≤ 0 nothing is read. Each mark is loaded
// with acquire order, so what was written before the stores of the k marks may be read afterwards.
func scanMarks(m *int64, n int, first int64) int {
	found := 0
	for {
		k := scanBounded((*int64)(unsafe.Add(unsafe.Pointer(m), found*wordBytes)), n-found, first+int64(found))
		found += k
		// A call that stops short of its bound has met the end of the run. The second test keeps the next call's
		// address inside m[0:n].
		if k < maxScan || found == n {
			return found
		}
	}
}

// pause gives the CPU n spin hints: it slows this hardware thread down while what it waits for is on its way, to the
// good of its sibling and of the line that it polls.
func pause(n int) {
	for ; n > 0; n -= maxPause {
		pauseBounded(n)
	}
}

// storeReleaseGeneric stores v in the int64 at base+off. sync/atomic orders more than a release asks for: on amd64 it
// is an XCHG, which has to own the line before anything after it may proceed.
func storeReleaseGeneric(base unsafe.Pointer, off int64, v int64) {
	atomic.StoreInt64((*int64)(unsafe.Add(base, off)), v)
}

// storeReleasePairGeneric stores first in the int64 at base and then second in the one after it, each after every
// earlier load and store of this goroutine.
func storeReleasePairGeneric(base unsafe.Pointer, first, second int64) {
	atomic.StoreInt64((*int64)(base), first)
	atomic.StoreInt64((*int64)(unsafe.Add(base, wordBytes)), second)
}

// scanMarksGeneric is scanMarks without bound: the compiler's loops can be preempted anywhere.
func scanMarksGeneric(m *int64, n int, first int64) int {
	for i := range n {
		mark := (*int64)(unsafe.Add(unsafe.Pointer(m), i*wordBytes))
		if atomic.LoadInt64(mark) != first+int64(i) {
			return i
		}
	}
	return max(n, 0)
}

// genericHint is the length of a spin hint where Go has none, in turns of an empty loop of about one cycle each. PAUSE
// takes between 10 cycles (Intel before Skylake) and 140; 32 keep a poller off the line that it polls for about as
// long, but don't free the core for its sibling.
const genericHint = 32

// pauseGeneric passes the time of n spin hints. The compiler keeps empty counted loops.
func pauseGeneric(n int) {
	for range min(n, maxPause) * genericHint {
	}
}
