package shm

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"github.com/be395dad/disruptor/internal/faults"
	"github.com/be395dad/disruptor/internal/machine"
	"github.com/be395dad/disruptor/internal/waiting"
)

// A reader is the part of a consumer that knows no event type. It belongs to one goroutine. Its
// position in the file is for others: the reader never reads it back.
type reader struct {
	core  *core
	place *place
	index int
	mine  state // of the place, while this reader has it

	next  int64 // the first sequence that is not handed back
	ready int64 // all below is available
	given int64 // the end of what has been handed out
	most  int64 // slots in a batch

	upstream []*upstream // what it follows; none: the producers
	backoff  waiting.Backoff
	gone     error // why it can never go on
}

// hand is look, and counts what it finds as handed out.
func (r *reader) hand() (to int64) {
	if r.gone != nil {
		return r.next
	}
	if to = r.look(); to > r.next {
		r.given = to
	}
	return to
}

// look returns the range that is available and not handed back: [next, to), without gaps, of at
// most most slots. It may move next over gaps, but over no more than a lap of them: a program
// that means harm could store the next gap each time.
func (r *reader) look() (to int64) {
	c := r.core
	if c.control.failure.Load() != 0 { // end edge
		return r.next
	}
	if len(r.upstream) > 0 {
		return r.lookUpstream()
	}
	for range c.Capacity + 1 {
		limit := r.next + r.most
		to = c.published(r.ready, limit)
		r.ready = max(to, r.ready)
		if to > r.next {
			return min(to, limit)
		}
		if !r.step() {
			return r.next
		}
	}
	return r.next
}

// published returns the first sequence in [from, limit) that is not published, or limit.
func (c *core) published(from, limit int64) int64 {
	base, mask, stride := c.markBase, c.mask, c.MarkStride
	for from < limit && mark((*atomic.Int64)(unsafe.Add(base, (from&mask)*stride)).Load()) == published(from) { // publish edge
		from++
	}
	return from
}

// step steps over a gap at next, and reports whether there was one.
func (r *reader) step() bool {
	switch m := mark(r.core.mark(r.next).Load()); {
	case m == gap(r.next):
		r.next++
		r.ready = max(r.ready, r.next)
		r.given = r.next
		r.pass(r.next)
		return true
	case m > gap(r.next):
		r.gone = r.lapped(m)
	}
	return false
}

// lapped returns why the mark of next is of a later lap: the reader has been evicted, or the ring
// is corrupt.
func (r *reader) lapped(m mark) error {
	if err := r.evicted(); err != nil {
		return err
	}
	return r.core.corrupt("the mark of sequence %d is %d, of a later lap", r.next, m)
}

// lookUpstream is look for a consumer that follows others.
func (r *reader) lookUpstream() int64 {
	for range r.core.Capacity + 1 {
		limit := min(r.ready, r.next+r.most)
		if limit == r.next {
			if limit = r.refresh(); limit == r.next {
				if len(r.upstream) == 0 { // all have left
					return r.look()
				}
				return limit
			}
			limit = min(limit, r.next+r.most)
		}
		if r.core.control.lastGap.Load() <= r.next { // gap edge
			return limit
		}
		if to := r.core.published(r.next, limit); to > r.next {
			return to
		}
		if !r.step() {
			return r.next
		}
	}
	return r.next
}

// refresh returns how far all consumers are done that this one follows.
func (r *reader) refresh() int64 {
	_, least, ok := r.slowest()
	if !ok {
		return r.next
	}
	if least > r.next+r.core.Capacity {
		if r.gone = r.evicted(); r.gone == nil {
			r.gone = r.core.corrupt("a consumer at %d, more than a lap beyond one that follows it at %d", least, r.next)
		}
		return r.next
	}
	r.ready = max(r.ready, least)
	return r.ready
}

// pass stores the position and wakes the goroutines waiting for it. The store is also a full
// fence, unless goroutines about to sleep provide it: the position is visible before the look for
// sleepers.
func (r *reader) pass(to int64) {
	if r.core.unfenced {
		machine.StoreRelease(unsafe.Pointer(&r.place.position), 0, to) // reuse edge, stage edge
	} else {
		r.place.position.Store(to) // reuse edge, stage edge, sleep edge
	}
	faults.Point("passed")
	r.place.event.signal()
}

// done hands [from, to) back.
func (r *reader) done(from, to int64) {
	if from != r.next || to > r.given || to < from {
		panicf("Done of [%d, %d): in hand is [%d, %d)", from, to, r.next, r.given)
	}
	if to == from {
		return
	}
	r.next = to
	r.ready = max(r.ready, to)
	r.pass(to)
}

// evicted returns an ErrEvicted if this reader has been evicted alive.
func (r *reader) evicted() error {
	if state(r.place.state.Load()) == r.mine {
		return nil
	}
	return fmt.Errorf("%w: %w: at %d", ErrClosed, ErrEvicted, r.next)
}

// stillMine reports whether the place is still this reader's. It is a read-modify-write, so that
// the caller's earlier reads of slots don't move behind it, as they could behind a load.
func (r *reader) stillMine() bool {
	return r.place.state.CompareAndSwap(uint64(r.mine), uint64(r.mine)) // evict edge
}

// end returns why nothing will come any more, or nil. The caller has just looked in vain.
func (r *reader) end() error {
	if err := r.core.err(); err != nil { // first: one that this follows may have been evicted since
		return err
	}
	if r.gone != nil {
		return r.gone
	}
	if state(r.place.state.Load()) != r.mine {
		r.gone = r.evicted()
		return r.gone
	}
	if r.core.control.closing.Load() == 0 { // end edge
		return nil
	}
	if end, closed := r.core.claimed(); closed && r.next >= end {
		return ErrClosed
	}
	return nil
}
