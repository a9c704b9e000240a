package disruptor

import (
	"context"

	"github.com/be395dad/disruptor/internal/waiting"
)

// A taker is a worker without its type: a finder that holds no producer back, and the run in hand. One
// goroutine uses it.
type taker struct {
	_ [padSize]byte // private hot words

	finder
	crew    *crew
	own     *seat // of a crew with a key
	seat    *seat // the seat that it works on: its own, or one that it has adopted
	run           // the unfinished part of the run in hand
	handed  int64 // end of what has been handed out
	asked   word  // not 0: it has left, or another goroutine has asked it to leave
	backoff waiting.Backoff
	giveWay waiting.GiveWay
	found   int64 // how many slots the look that took the last run had found
	long    bool  // its wait is a long one
	watches bool  // it is the taker that watches
	period  int64 // how far its seat moves at most before it updates the position

	busy word // disruptor_debug: not 0 while a call is active

	tally tally

	_ [padSize]byte
}

// lookAhead is how many slots beyond those that it needs a taker looks at, so that it looks less often.
const lookAhead = 64

func (w *crew) newTaker() *taker {
	t := &taker{crew: w, backoff: waiting.NewBackoff(w.core.rests, w.core.capacity, w.maxBatch), giveWay: waiting.GiveWay{Worker: true}}
	w.idle.mu.Lock()
	t.finder = w.finder
	t.left = false // as the crew may have
	w.idle.mu.Unlock()
	if w.seats != nil { // before it is counted: no seat may be free
		t.own, t.period = w.seats.enter(), 1
		t.sit(t.own)
	}
	w.member.tallies.add(&t.tally)
	w.enlist()
	return t
}

// look returns the slots that can be handed out now, starting at the first slot in hand that is not done.
// The range is empty if there are none, and after a failure.
func (t *taker) look() (from, to int64) {
	if t.own != nil {
		return t.lookOwn()
	}
	core := t.crew.core
	if core.failed.load() != 0 { // close edge
		return t.from, t.from
	}
	if t.handed <= t.from && t.from < t.to && t.member.leaving.load() != 0 { // leave edge
		t.finish(t.to) // the rest of a run, behind aborted slots, of a crew that is closed
		return t.from, t.from
	}
	for stepped := int64(0); stepped < core.capacity && t.take(); { // after a lap of aborted slots a wait sees its context
		to := t.to
		// The run is held, so the record of its aborted slots still exists.
		if core.aborts.last.load() > t.from { // publish edge: after what said that they are published
			if start := core.aborts.skip(t.from, t.to); start > t.from {
				stepped += start - t.from
				t.finish(start)
				continue
			}
			to = core.aborts.clean(t.from, t.to)
		}
		t.handed = to
		return t.from, to
	}
	return t.from, t.from
}

// take reports whether a run is in hand. If none is, it takes one: a run that was left behind, or the next.
//
// What it has found is stored in published, or in the positions that it follows, before the run is taken. So
// no member's position is ahead of the boundaries that others know.
func (t *taker) take() bool {
	w := t.crew
	if t.own != nil {
		return t.takeOwn()
	}
	for t.from == t.to {
		if t.asked.load() != 0 { // leave edge
			return false
		}
		if w.runsLeft.load() != 0 { // group edge
			if r, ok := w.takeLeft(); ok {
				t.run, t.handed = r, r.from
				break
			}
		}
		size := max(1, w.size.load()) // on no edge
		n := w.taken.load()           // group edge
		if n&closedBit != 0 {
			return false
		}
		available := t.find(n, n+w.maxBatch*size) - n
		if available <= 0 {
			return false
		}
		point(pointFound)
		t.found = available
		end := n + min(w.maxBatch, (available+size-1)/size)
		if w.taken.cas(n, end) { // group edge
			t.run, t.handed = run{from: n, to: end}, n
		}
	}
	return true
}

// find returns the end of what is available from the sequence from on. It looks at most lookAhead slots
// beyond limit.
func (t *taker) find(from, limit int64) int64 {
	if t.ready >= limit {
		return t.ready
	}
	if !t.direct {
		t.extendStage()
	}
	if t.direct {
		t.walkOn(limit)
	}
	return t.ready
}

// walkOn is extend for a finder that holds no producer back, so producers may have lapped it. Then published
// has a fresher boundary: a goroutine that passed this one stored what it had found before it did.
func (t *taker) walkOn(limit int64) {
	c := t.core
	if c.single {
		t.ready = c.cursor.load() // publish edge
		return
	}
	for {
		lo := c.published.load() // boundary edge
		point(pointBoundary)
		if lo < limit {
			hi, ok := c.walk(lo, limit+lookAhead)
			if !ok {
				continue
			}
			if hi > lo {
				c.published.raise(hi) // boundary edge: before taken
			}
			lo = hi
		}
		t.ready = lo
		return
	}
}

// done hands back [from, to), a prefix of what was handed out. mine says that the batch belongs to this ring.
func (t *taker) done(mine bool, from, to int64) {
	if !mine || from > t.from || to <= t.from || to > t.handed {
		t.doneSlow(mine, from, to)
		return
	}
	if t.handBack(to); t.own != nil {
		t.settle()
	}
}

// handBack is finish for what was handed out, and counts it.
func (t *taker) handBack(to int64) {
	t.tally.add(to - t.from)
	if t.own == nil { // a keyed taker does not know the position
		t.tally.saw(t.ready - t.member.position.load()) // group edge
	}
	t.finish(to)
}

func (t *taker) doneSlow(mine bool, from, to int64) {
	if !mine {
		panicForeign("Done", from, to)
	}
	if to == from || t.left { // Close has handed back everything
		return
	}
	panicf("Done of [%d, %d) by a worker of group %q: %s is in hand", from, to, t.member.name, rangeText(t.from, t.handed))
}

// finish hands back what is in hand up to to.
func (t *taker) finish(to int64) {
	if t.own != nil {
		t.finishOwn(to)
		return
	}
	from := t.from
	t.from, t.tries, t.handed = to, 0, max(t.handed, to)
	t.crew.finish(from, to)
}

// next waits until there is something to hand out.
func (t *taker) next(ctx context.Context) (from, to int64, err error) {
	checkContext(ctx)
	if t.from == t.to && t.found < t.backoff.Few() && t.own == nil && t.backoff.Hit() {
		t.rest()
	}
	if from, to = t.look(); to == from {
		return t.nextSlow(ctx)
	}
	return from, to, nil
}

// rest rests before the next look, after several looks have found few slots: producers then publish about as
// fast as the workers follow.
func (t *taker) rest() {
	t.core.parking.alert.relax()
	t.giveWay.Rest(&t.core.strategy, t.company(), t.backoff.Spins())
	before := t.ready
	t.find(before, before+1)
	t.backoff.Adapt(t.ready-before, 1)
}

func (t *taker) nextSlow(ctx context.Context) (from, to int64, err error) {
	t.backoff.Miss()
	for {
		if err := t.await(ctx); err != nil {
			return 0, 0, err
		}
		if from, to = t.look(); to > from {
			return from, to, nil
		}
		if ctx.Err() != nil { // only aborted slots came
			return 0, 0, context.Cause(ctx)
		}
	}
}

// stopped returns why nothing will come to this taker, or nil if something may. On a closed ring something
// may come until everything is finished, because another worker may leave a run behind.
func (t *taker) stopped() error {
	if t.asked.load() != 0 && t.core.failed.load() == 0 { // leave edge, close edge
		return ErrClosed
	}
	return t.ended(t.member.position.load()) // group edge
}

// ask asks the taker to leave. Any goroutine may call it.
func (t *taker) ask() {
	t.asked.store(1) // leave edge
	t.crew.idle.mu.Lock()
	defer t.crew.idle.mu.Unlock()
	t.crew.rouse() // park edge: behind asked
}

// leave hands the unfinished part of the run to another worker.
func (t *taker) leave() {
	if t.left {
		return
	}
	t.left = true
	t.asked.store(1) // leave edge
	if t.own != nil {
		t.stand()
	}
	r, handed := t.run, t.handed > t.from // the first slot handed out is never an aborted one
	t.from, t.handed = t.to, t.to
	t.member.tallies.remove(&t.tally)
	t.crew.discharge(r, handed)
}

// occupy panics if another goroutine is in a call of this worker. vacate ends the call.
func (t *taker) occupy() {
	if !t.busy.cas(0, 1) {
		panicf("a worker of group %q is used by two goroutines at once", t.member.name)
	}
}

func (t *taker) vacate() { t.busy.store(0) }
