package disruptor

import (
	"context"
	"fmt"

	"github.com/be395dad/disruptor/internal/waiting"
)

// A reader is a consumer without its type: a finder, and the slots in hand. One goroutine uses it.
//
// Slots in [pos, ready) are published or aborted and held for this consumer: nobody writes them before
// pos has passed.
type reader struct {
	_ [padSize]byte // private hot words: neighbours on the heap must not share a line with them

	finder
	watch    *word // core.watch
	maxBatch int64
	pos      int64   // the value of member.position
	handed   int64   // end of what has been handed out
	signal   *signal // not nil: Ready has been called
	backoff  waiting.Backoff
	giveWay  waiting.GiveWay
	patience waiting.Patience

	busy   word // disruptor_debug: not 0 while a call is active
	server word // disruptor_debug: the goroutine in which Run serves it; 0: none

	tally tally

	_ [padSize]byte
}

// look returns the slots that can be handed out now, starting at the first one not yet done. The range is
// empty if there are none, and after a failure.
func (r *reader) look() (from, to int64) {
	limit := r.pos + r.maxBatch
	switch { // extend, without the call
	case r.signal != nil:
		return r.lookReady()
	case r.core.failed.load() != 0: // close edge
		r.refuse()
		return r.pos, r.pos
	case !r.direct:
		r.extend(limit)
	case r.core.single:
		r.ready = r.core.cursor.load()        // publish edge
		r.aborted = r.core.aborts.last.load() // publish edge: after the cursor, which moved over the range
	default:
		hi, aborted := r.core.scan(r.ready, limit)
		r.ready, r.aborted = hi, max(r.aborted, aborted)
	}
	to = min(r.ready, limit)
	if r.aborted > r.pos {
		return r.lookAround()
	}
	r.handed = max(r.handed, to)
	return r.pos, to
}

// lookAround is look when there may be aborted ranges in [pos, ready). The position moves over those that
// come first, while nothing is in hand. After a lap of aborted slots it returns an empty range, so that a
// wait sees its context.
func (r *reader) lookAround() (from, to int64) {
	for lap := r.pos + r.core.capacity; r.pos < lap; {
		limit := r.pos + r.maxBatch
		r.extend(limit)
		start := r.core.aborts.skip(r.pos, r.ready)
		if start == r.pos {
			to = r.core.aborts.clean(r.pos, min(r.ready, limit))
			r.handed = max(r.handed, to)
			return r.pos, to
		}
		r.move(start)
	}
	return r.pos, r.pos
}

// done hands back [from, to), a prefix of what was handed out. mine says that the batch belongs to this ring.
//
//go:noinline
func (r *reader) done(mine bool, from, to int64) {
	if !mine || from > r.pos || to <= r.pos || to > r.handed {
		r.doneSlow(mine, from, to)
		return
	}
	if n := to - r.pos; !r.tally.addSmall(n) {
		r.tally.addLarge(n)
	}
	r.tally.saw(r.ready - r.pos)
	r.pos = to
	r.member.storeRelease(r.boundary(), to) // boundary edge, stage edge, reuse edge, park edge
	if r.watch.load() != 0 {                // park edge
		r.core.passed(r.member, to)
	}
}

func (r *reader) doneSlow(mine bool, from, to int64) {
	r.refuse()
	if !mine {
		panicForeign("Done", from, to)
	}
	if to == from {
		return
	}
	if r.gone {
		return // Close has handed back everything
	}
	panicf("Done of [%d, %d) by consumer %q: %s is in hand", from, to, r.member.name, rangeText(r.pos, r.handed))
}

// move steps to pos and wakes the goroutines that wait for it.
func (r *reader) move(pos int64) {
	r.pos = pos
	r.handed = max(r.handed, pos)
	r.core.moved(r.member, r.boundary(), pos)
}

// next waits until there is something to hand out.
func (r *reader) next(ctx context.Context) (from, to int64, err error) {
	checkContext(ctx)
	if from, to = r.look(); to == from {
		return r.nextSlow(ctx)
	}
	if r.ready-from < r.backoff.Few() {
		to = r.gather(from, to)
	}
	return from, to, nil
}

func (r *reader) nextSlow(ctx context.Context) (from, to int64, err error) {
	r.backoff.Miss()
	for {
		if err := r.await(ctx, r.pos); err != nil {
			return 0, 0, err
		}
		if from, to = r.look(); to > from {
			return from, to, nil
		}
		// Only aborted slots came. A producer that goes on aborting must not keep this wait from its end.
		if ctx.Err() != nil {
			return 0, 0, context.Cause(ctx)
		}
	}
}

// gather rests before it hands out [from, to), which look has just found, if several looks have found few
// slots: a producer then publishes about as fast as this consumer follows. It returns the end of what can be
// handed out now.
func (r *reader) gather(from, to int64) int64 {
	if !r.backoff.Hit() {
		return to
	}
	r.core.parking.alert.relax()
	r.giveWay.Rest(&r.core.strategy, r.company(), r.backoff.Spins())
	before := r.ready
	if _, now := r.look(); now > to { // false after a failure: what was found before it is handed out
		to = now
	}
	r.backoff.Adapt(r.ready-before, 1)
	return to
}

// waitFor waits until seq is available and returns the end of what is available.
func (r *reader) waitFor(ctx context.Context, seq int64) (available int64, err error) {
	if r.gone || r.core.failed.load() != 0 { // close edge
		return 0, r.ended(seq)
	}
	seq = min(seq, lastSequence)
	if !r.reached(seq) {
		if err := r.await(ctx, seq); err != nil {
			return 0, err
		}
	}
	r.extend(r.pos + r.core.capacity)
	return r.ready, nil
}

// find returns why seq can't be read now, or nil.
func (r *reader) find(seq int64) error {
	if seq < r.pos {
		return fmt.Errorf("%w: %d is below the position %d", ErrOverwritten, seq, r.pos)
	}
	if !r.reached(seq) {
		return fmt.Errorf("%w: %d is not below %d", ErrNotPublished, seq, r.ready)
	}
	if r.aborted > seq && r.core.aborts.skip(seq, seq+1) > seq {
		return fmt.Errorf("%w: %d", ErrAborted, seq)
	}
	return nil
}

// occupy panics if another goroutine is in a call of this consumer or serves it. vacate ends the call.
func (r *reader) occupy() {
	if server := r.server.load(); server != 0 && server != goroutineID() {
		panicf("consumer %q, which Run serves, is used by another goroutine", r.member.name)
	}
	if !r.busy.cas(0, 1) {
		panicf("consumer %q is used by two goroutines at once", r.member.name)
	}
}

func (r *reader) vacate() { r.busy.store(0) }
