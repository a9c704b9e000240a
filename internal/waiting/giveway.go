package waiting

import "runtime"

// A GiveWay says which waits and rests of one consumer begin with a yield: those for which the last waits speak, which
// it learns, and now and then one in a stream, which it counts (due).
//
// Who has just roused another and waits for its answer should not spin: the runtime has put the other next in
// line on the same processor, where the rest of the processors take it only after some microseconds. Nor
// should the other, once it has answered. Nobody can ask the runtime who waits for a processor, but a
// consumer can learn it. If a wait has ended after it had parked, or after a yield, then what it waited for
// came from a goroutine that may need this processor, and the next waits yield before they spin. As a wait
// that yields first does not find out whether to spin would have been enough, one in waysGiven+1 spins first.
type GiveWay struct {
	left  int // how many waits yield first
	rests int // how many rests there have been in a stream, beside other consumers
}

const (
	waysGiven     = 16
	restsPerYield = 16
)

// Begin has w yield first, if that is what the last waits have taught, and now and then if the ring has other
// consumers. Not with KindSpin, which keeps its processor, nor with KindUser, which is obeyed.
func (g *GiveWay) Begin(w *Wait, others bool) {
	w.first = (g.due(others, w.spins) || g.left > 0) && w.strategy.givesWay()
}

// Rest executes Spins, as Strategy.Rest does, for a consumer that has found few slots.
func (g *GiveWay) Rest(s *Strategy, others bool, spins int) {
	if g.due(others, spins) && s.givesWay() {
		runtime.Gosched()
	}
	s.Rest(spins)
}

// due reports whether this rest is one in restsPerYield, in a stream and beside other consumers. A consumer that
// keeps up waits and rests all the time. It would keep the other consumers off its processor, until the runtime
// stops it after 10 ms, while the ring fills up behind them. Alone it yields to nobody but producers: where there
// are several of these they would own the processors (3 of them and a consumer on 2 took 1.3 to 1.6 times as long).
func (g *GiveWay) due(others bool, spins int) bool {
	if !others || spins <= 1 {
		return false
	}
	g.rests++
	return g.rests%restsPerYield == 0
}

func (s *Strategy) givesWay() bool { return s.Kind != KindSpin && s.Kind != KindUser }

// End learns from w, which has found what it waited for.
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

// giveWay is what a wait does before it asks its strategy. No strategy can say it.
const giveWay Action = -3

// giveWayFirst yields, if w is to yield first and would not park at once. It is no look of the strategy, whose
// count and budget begin behind it.
func (w *Wait) giveWayFirst() bool {
	w.first = false
	if w.parkOnly || w.strategy.Action(0, 0) != Spin {
		return false
	}
	w.last = giveWay
	runtime.Gosched()
	return true
}
