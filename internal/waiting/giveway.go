package waiting

import "runtime"

// A GiveWay says whether the waits of one consumer begin with a yield.
//
// Who has just roused another and waits for its answer should not spin: the runtime has put the other next in
// line on the same processor, where the rest of the processors take it only after some microseconds. Nor
// should the other, once it has answered. Nobody can ask the runtime who waits for a processor, but a
// consumer can learn it. If a wait has ended after it had parked, or after a yield, then what it waited for
// came from a goroutine that may need this processor, and the next waits yield before they spin. As a wait
// that yields first does not find out whether to spin would have been enough, one in waysGiven+1 spins first.
type GiveWay struct {
	left int // how many waits yield first
}

const waysGiven = 16

// Begin has w yield first, if that is what the last waits have taught. Not with KindSpin, which keeps its
// processor, nor with KindUser, which is obeyed.
func (g *GiveWay) Begin(w *Wait) {
	w.first = g.left > 0 && w.strategy.Kind != KindSpin && w.strategy.Kind != KindUser
}

// End learns from w, which has found what it waited for.
func (g *GiveWay) End(w *Wait) {
	switch {
	case w.last == giveWay:
		g.left--
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
