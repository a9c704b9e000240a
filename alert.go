package disruptor

import "github.com/be395dad/disruptor/internal/machine"

// Parking is an eventcount for each watched position. It needs more than acquire and release:
//
//	sleeper    wanted = key     look at the position    sleep if it is not reached
//	waker      position = p     look at wanted          wake if wanted < p
//
// Acquire and release let the waker's look run ahead of its own store, and the store buffer of
// an amd64 CPU does so. Then both could see the old value of the other's word, and the sleeper
// would sleep through its wake-up. So each side needs a full fence between its two steps (the
// park edge): at least one side then looks after the other has stored. Such a fence in each
// Publish and Done would cost as much as the rest of the call.
//
// An alert spares the wakers that fence while nobody sleeps. It has one word, raised, for all
// positions of a ring, which is 0 in quiet times:
//
//	sleeper    raised += 2, and if it was quiet: fence the process     wanted = key    look    sleep    raised -= 2
//	waker      position = p     look at raised; if it is not 0: fence, look at wanted
//
// 1. A waker that finds raised not 0 is the waker of the first table, with its fence.
// 2. A waker that finds 0 has looked before the sleeper raised it. The sleeper's process fence
// is a full barrier at some point of the waker's program. The look missed what was stored before
// the fence began, so it came before that point. The store of the position precedes the look in
// the program, so it came before that point too, and the barrier has made it visible. The
// sleeper looks after the fence has ended, and sees it. No sleeper misses the store of such a
// waker.
//
// The fence costs the sleeper some microseconds, and an interrupt to every CPU that runs a
// thread of this process. So the last sleeper does not set raised back to 0. Bit 0, settled,
// stays set: it says that the word has not been 0 since a process fence. A sleeper that finds it
// set needs no fence, because every waker that found 0 did so before that fence, and (2) holds
// for it as well.
//
// The word is set back to 0 only when calmSlots have been claimed since the last park. That
// takes a compare-and-swap from settled, which fails if anybody has raised the word. From then
// on wakers skip the fence again, and the next sleeper pays for them. So on average there is at
// most one process fence in calmSlots events. A ring on which somebody parks for every event, or
// which is told to fence (BlockWait.Fence), keeps a fence in each Publish and causes no
// interrupts.
//
// A sleeper sets settled after its process fence, while its own 2 is in the word. So the word
// was not 0 at any moment between that fence and the bit.
//
// Where stores are not buffered, the fences are empty and the word stays raised: on all builds
// except amd64 with the plain store (STLR and LDAR on arm64, sync/atomic elsewhere). It also
// stays raised where the kernel has no cheap process fence.
//
// A sleeper registers the lowest value that satisfies it, never a higher threshold: a producer that
// waited for more room than its claim needs could wait behind its own open claim forever.
type alert struct {
	raised *word // 0: nobody sleeps; else settled, and oneSleep for each sleeper
	claim  *word // the ring's
	calm   word  // what was claimed at the first wait after the last park; -1 before that wait
	fences word  // for Stats
}

const (
	settled  int64 = 1
	oneSleep int64 = 2

	// calmSlots is how many slots must be claimed after a park before wakers skip their fence
	// again. A process fence was measured at 6 to 18 µs for the caller and as much for each CPU
	// that it interrupts; a fence at 8 to 18 ns per event. With one CPU to interrupt, the two
	// break even at one to two thousand events, with eight at about eight thousand.
	calmSlots = 1 << 13
)

// init sets up an alert of a ring on which nobody sleeps. If parks and fenced are set, wakers
// always fence. It may register the process with the kernel.
func (a *alert) init(raised, claim *word, parks, fenced bool) {
	a.raised, a.claim = raised, claim
	if parks && (fenced || !machine.BuffersStores || !cheapProcessFence()) {
		raised.store(settled + oneSleep) // as if somebody slept forever
	}
}

// enter raises the alert for a goroutine that is about to register itself and look again.
func (a *alert) enter() {
	a.calm.store(-1)
	if a.raised.add(oneSleep)&settled == 0 { // park edge
		processFence()       // park edge: stands in for a fence in each waker that found 0
		a.raised.or(settled) // park edge
		a.fences.add(1)
	}
}

func (a *alert) leave() { a.raised.add(-oneSleep) }

// relax sets the alert back to 0 when calmSlots have been claimed since the last park. It is
// called once in each wait and rest, and by producers about once a lap. Nothing depends on an
// exact count, so calm and this look at claim are on no edge.
func (a *alert) relax() {
	if a.raised.load() != settled {
		return
	}
	now := a.claim.load() &^ closedBit
	if since := a.calm.load(); since < 0 {
		a.calm.store(now)
	} else if now-since >= calmSlots {
		a.raised.cas(settled, 0) // park edge
	}
}
