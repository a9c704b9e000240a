package waiting

import "runtime"

// A GiveWay decides which waits and rests of one consumer begin with a yield. It learns from how the last
// waits ended, and from how many consumers the ring has (see due).
//
// A goroutine that wakes another and then waits for its answer should not spin. The runtime has queued the
// other goroutine on the same processor, and other processors steal it only after some microseconds. A
// program cannot ask the runtime whether a goroutine waits for its processor, but a consumer can learn it:
// if a wait ended after a park or a yield, what it waited for came from a goroutine that may need this
// processor, so the next waits yield before they spin. A wait that yields first does not show whether
// spinning would have been enough. So one wait in waysGiven+1 spins first.
type GiveWay struct {
	Worker bool // of a group: the other workers can do without it

	left  int // how many waits yield first
	rests int // how many rests there have been in a stream, beside a few other consumers
}

const (
	waysGiven     = 16
	restsPerYield = 16
)

// Begin lets w yield first if the last waits have taught that, or if it is due on a ring with that many
// consumers. It never does with KindSpin, which keeps its processor, nor with KindUser, which decides itself.
func (g *GiveWay) Begin(w *Wait, consumers int) {
	w.first = (g.due(consumers, w.spins) || g.left > 0) && w.strategy.givesWay()
}

// Rest executes Spins, as Strategy.Rest does, for a consumer that has found few slots.
func (g *GiveWay) Rest(s *Strategy, consumers, spins int) {
	if g.due(consumers, spins) && s.givesWay() {
		runtime.Gosched()
	}
	s.Rest(spins)
}

// due reports whether a wait or rest yields first, whatever the consumer has learnt.
//
// A consumer that keeps up waits and rests all the time, and each wait ends soon. Without yields it would keep
// the other consumers off its processor until the runtime preempts it after 10 ms, while the ring fills up
// behind them. So where a ring has at least as many consumers as there are processors, each wait yields, or
// with more than four consumers so many of theirs as four would: a yield takes a lock of the runtime. If a
// ring has fewer consumers, some other goroutine may still need the processor: one rest in restsPerYield
// yields in a stream, where a rest takes more than one Spin.
//
// The only consumer of a ring does not yield, and workers do so only in a stream: several producers would take
// all processors (3 producers and a consumer on 2 processors took 1.3 to 1.6 times as long).
func (g *GiveWay) due(consumers, spins int) bool {
	every := restsPerYield
	switch {
	case consumers <= 1:
		return false
	case consumers >= Procs() && !g.Worker:
		every = min((consumers+3)/4, restsPerYield)
	case spins <= 1:
		return false
	}
	g.rests++
	return g.rests%every == 0
}

func (s *Strategy) givesWay() bool { return s.Kind != KindSpin && s.Kind != KindUser }

// End learns from w, a wait that has found what it waited for.
func (g *GiveWay) End(w *Wait) {
	switch {
	case w.last == giveWay:
		g.left = max(g.left-1, 0)
	case w.last == Yield || w.last == Park:
		g.left = waysGiven
	default:
		g.left = 0
	}
}

// giveWay is the yield of a wait before it asks its strategy. No strategy can return it.
const giveWay Action = -3

// giveWayFirst yields unless w would park at once. The yield does not count as a look: the strategy's count
// and budget begin after it.
func (w *Wait) giveWayFirst() bool {
	w.first = false
	if w.parkOnly || w.strategy.Action(0, 0) != Spin {
		return false
	}
	w.last = giveWay
	runtime.Gosched()
	return true
}
