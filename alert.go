package disruptor

import "github.com/be395dad/disruptor/internal/machine"

// Parking is an eventcount for each watched position, and the one place that relies on more than
// acquire and release:
//
//	sleeper    wanted = key     look at the position    sleep if it is not reached
//	waker      position = p     look at wanted          wake if wanted < p
//
// Were the waker's look to run ahead of its own store (which acquire and release allow, and which an
// amd64 store buffer does), both could see the old value of the other's word, and the sleeper would
// sleep through its wake-up. So a full fence belongs between the two steps on either side (the park
// edge): of two such pairs, at least one then looks after the other has stored. In each Publish and
// Done it would cost as much as the rest of them.
//
// An alert spares the wakers that fence as long as nobody sleeps. Its word, raised, is one for all
// positions of a ring, 0 in quiet times:
//
//	sleeper    raised += 2, and if it was quiet: fence the process     wanted = key    look    sleep    raised -= 2
//	waker      position = p     look at raised; if it is not 0: fence, look at wanted
//
// 1. A waker that finds it raised is the waker above, with its fence.
// 2. A waker that finds 0 has looked before the sleeper raised it. The process fence that follows is
// a full barrier at some point of the waker's program. The look, which missed what was stored before
// the fence began, is ahead of that point; so is the store of the position, which the program has
// before the look; so the barrier has made it visible, and the sleeper, which looks after the fence
// has ended, sees it. No waker sleeps through a store of its own.
//
// The fence costs the sleeper some microseconds, and an interrupt to every CPU that runs a thread of
// this process. So raised is not taken down with the last sleeper: bit 0, settled, stays, and says
// that since a process fence the word has not been 0. A sleeper that finds it set needs no fence:
// every waker that found 0 did so before that fence, and (2) holds for it as well. Only when
// calmSlots have been claimed since the last park is the word set back to 0, by a compare-and-swap
// from settled, which fails if anybody has raised it: from then on wakers skip the fence again, and
// the next sleeper pays for them. So there is on average at most one process fence in calmSlots
// events, and a ring on which somebody parks for every event, or which is told to (BlockWait.Fence),
// goes on with a fence in each Publish and no interrupts.
//
// settled is set by a sleeper that has fenced while its own 2 is in the word, so at no moment between
// that fence and the bit was the word 0.
//
// Where stores are not buffered (all builds but amd64 with the plain store: STLR and LDAR on arm64,
// sync/atomic elsewhere) the fences are empty, and the word is raised for good, as it is where the
// kernel has no cheap process fence.
//
// A sleeper registers the lowest value that satisfies it, never a threshold above: a producer that
// waited for more room than its claim needs could wait behind its own open claim for ever.
type alert struct {
	raised *word // 0: nobody sleeps; else settled, and oneSleep for each sleeper
	claim  *word // the ring's
	calm   word  // what was claimed at the first wait after the last park; -1 before that wait
	fences word  // for Stats
}

const (
	settled  int64 = 1
	oneSleep int64 = 2

	// calmSlots is how many slots are claimed before the wakers of a ring are spared their fence. A
	// process fence was seen to cost 6 to 18 µs for the caller and as much for each CPU that it
	// interrupts, and a fence 8 to 18 ns per event: with one to interrupt they break even at a
	// thousand or two, with eight at some eight thousand.
	calmSlots = 1 << 13
)

// init says that nobody sleeps; fenced, that wakers shall always fence. It may register with the
// kernel.
func (a *alert) init(raised, claim *word, parks, fenced bool) {
	a.raised, a.claim = raised, claim
	if parks && (fenced || !machine.BuffersStores || !cheapProcessFence()) {
		raised.store(settled + oneSleep) // as if somebody slept for ever
	}
}

// enter raises the alert for a goroutine that is about to register and to look again.
func (a *alert) enter() {
	a.calm.store(-1)
	if a.raised.add(oneSleep)&settled == 0 { // park edge
		processFence()       // park edge: stands in for a fence in each waker that found 0
		a.raised.or(settled) // park edge
		a.fences.add(1)
	}
}

func (a *alert) leave() { a.raised.add(-oneSleep) }

// relax is called once in each wait and rest, and by producers about once in a lap. It sets the alert
// back when calmSlots have been claimed since the last park; nothing depends on how exactly that is
// counted, so calm and this look at claim are on no edge.
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
