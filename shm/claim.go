package shm

import (
	"fmt"
	"unsafe"

	"github.com/be395dad/disruptor/internal/faults"
	"github.com/be395dad/disruptor/internal/machine"
)

// A claimer is the part of a producer that knows no event type. It belongs to one goroutine.
type claimer struct {
	core   *core
	record *record
	index  int

	limit    int64 // no claim may end beyond it: the gate as last seen, and a lap
	resolved int64 // all below is published, lost or aborted
	seen     int64 // the cursor, when last looked at
	from, to int64 // the open claim
	left     int64 // of it, the slots that are neither published nor aborted
	wanted   int64 // slots that the claim waits for
	closed   bool
}

// maxAttempts bounds the loops over what other processes change: they end long before, unless somebody
// means harm.
const maxAttempts = 1 << 10

// attempt claims n slots, if there is room.
func (p *claimer) attempt(n int64) (ok bool) {
	c := p.core
	stored := false
	for range maxAttempts {
		at := c.control.cursor.Load()
		if at < 0 {
			break // closed
		}
		if at < p.seen || at > maxSequence {
			_ = c.corrupt("cursor at %d after %d", at, p.seen)
			break
		}
		p.seen = at
		if at+n > p.limit {
			if p.limit = p.gate(at) + c.capacity; at+n > p.limit {
				break
			}
		}
		p.write(at, at+n)
		stored = true
		if c.control.cursor.CompareAndSwap(at, at+n) { // claim edge: after the record
			faults.Point("claimed")
			p.from, p.to, p.left = at, at+n, n
			return true
		}
	}
	if stored {
		p.clear() // it would hide what the dead have left open
	}
	return false
}

// maxSequence is far beyond what a ring can reach.
const maxSequence = 1 << 60

// write stores the record, before a claim.
func (p *claimer) write(from, to int64) {
	machine.StoreReleasePair(unsafe.Pointer(&p.record.from), from, to)
	faults.Point("recorded")
}

// clear takes the record back: nothing is owned. It is a full fence, too: what has been marked is
// visible before the caller looks for sleepers.
func (p *claimer) clear() { p.record.to.Store(0) } // record edge, sleep edge

// gate returns how far all consumers are done, or something lower. at is the cursor.
func (p *claimer) gate(at int64) int64 {
	c := p.core
	for range maxAttempts {
		members := c.control.members.Load()
		var gate int64
		if members == 0 {
			machine.Fence() // join edge: own marks are visible before the second look at members
			gate = p.walk()
		} else {
			_, gate = c.slowest(members)
			if end, _ := c.claimed(); gate > end {
				_ = c.corrupt("a consumer at %d, beyond the cursor at %d", gate, end)
				return at - c.capacity
			}
		}
		if c.control.members.Load()&^members == 0 { // join edge
			return gate
		}
	}
	return at - c.capacity
}

// slowest returns the place with the least position of those in members, and the position.
func (c *core) slowest(members uint64) (i int, position int64) {
	i, position = nobody, maxSequence
	for k := range c.geometry.consumers {
		if members>>k&1 == 0 {
			continue
		}
		if p := c.place(k).position.Load(); p < position { // reuse edge
			i, position = k, p
		}
	}
	return i, position
}

// walk returns the first open sequence, from what is known to be resolved. With no consumer to wait
// for, it is what a claim must not lap.
func (p *claimer) walk() int64 {
	end, _ := p.core.claimed()
	p.resolved = p.core.walk(max(p.resolved, end-p.core.capacity), end)
	return p.resolved
}

// walk returns the first sequence in [from, end) that is open, or end.
func (c *core) walk(from, end int64) int64 {
	s := max(from, 0)
	for s < end && mark(c.mark(s).Load()).resolved(s) { // publish edge
		s++
	}
	return s
}

// publish publishes [from, to), a part of the open claim. It is not inlined: what the caller has done
// to the slots lies before the call, and so before the marks (see machine.StoreRelease).
//
//go:noinline
func (p *claimer) publish(from, to int64) {
	p.check("Publish", from, to)
	p.resolve(from, to, 0)
}

// abort has readers step over [from, to), a part of the open claim. Slots are counted one by one: a kill in between
// leaves the rest to be lost.
func (p *claimer) abort(from, to int64) {
	p.check("Abort", from, to)
	p.core.raiseGap(to)
	for s := from; s < to; s++ {
		p.core.control.aborted.Add(1)
		p.resolve(s, s+1, 1)
	}
}

// resolve marks the slots of [from, to) and wakes who waits for them.
func (p *claimer) resolve(from, to int64, gapBit mark) {
	c := p.core
	for s := from; s < to; s++ {
		machine.StoreRelease(unsafe.Pointer(c.mark(s)), 0, int64(published(s)|gapBit)) // publish edge
		faults.Point("marked")
	}
	if p.left -= to - from; p.left == 0 {
		p.clear()
		p.from, p.to = 0, 0
	} else {
		machine.Fence() // sleep edge: the marks are visible before the look for sleepers
	}
	faults.Point("cleared")
	c.control.event.signal()
}

// check panics unless [from, to) is in the open claim and begins with a slot that is open.
func (p *claimer) check(method string, from, to int64) {
	if from == to {
		panicf("%s of an empty batch", method)
	}
	if from < p.from || to > p.to || to-from > p.left {
		panicf("%s of [%d, %d): the open claim is [%d, %d), and %d slots of it are left", method, from, to, p.from, p.to, p.left)
	}
	if mark(p.core.mark(from).Load()).resolved(from) {
		panicf("%s of [%d, %d), which was published or aborted already", method, from, to)
	}
}

// raiseGap makes lastGap at least end. It comes before the marks, so who passes a gap has seen it.
func (c *core) raiseGap(end int64) {
	for range maxAttempts {
		last := c.control.lastGap.Load()
		if last >= end || c.control.lastGap.CompareAndSwap(last, end) { // gap edge
			return
		}
	}
}

// init takes a free record for a producer.
func (p *claimer) init(c *core, name string) error {
	if _, closed := c.claimed(); closed {
		return ErrClosed
	}
	for range 2 {
		for i := range c.geometry.producers {
			r := c.record(i)
			old := state(r.state.Load())
			mine := stateOf(old.epoch()+1, c.self, joining)
			if old.phase() != free || !r.state.CompareAndSwap(uint64(old), uint64(mine)) {
				continue
			}
			faults.Point("record taken")
			r.to.Store(0)
			r.name.store(name)
			r.state.Store(uint64(mine.to(live)))
			p.core, p.record, p.index = c, r, i
			return nil
		}
		c.settle()
	}
	return fmt.Errorf("%w: %d producers", ErrFull, c.geometry.producers)
}

// free returns how many slots a claim would find, about.
func (p *claimer) free() int {
	end, _ := p.core.claimed()
	if p.limit-end < p.core.capacity/2 {
		p.limit = max(p.limit, p.gate(end)+p.core.capacity)
	}
	return int(min(max(0, p.limit-end), p.core.capacity))
}

// refuse says why nothing may be claimed.
func (p *claimer) refuse() {
	if p.closed {
		panicf("claim of a producer that was closed")
	}
	panicf("claim while %d slots of [%d, %d) are neither published nor aborted", p.left, p.from, p.to)
}

// release aborts what is open and gives the record back.
func (p *claimer) release() {
	if p.closed {
		return
	}
	p.closed = true
	if p.left > 0 {
		p.abortOpen()
	}
	s := state(p.record.state.Load())
	p.record.state.Store(uint64(s.to(free).by(nobody)))
}

// abortOpen aborts the slots of the open claim that are open.
func (p *claimer) abortOpen() {
	for s := p.from; s < p.to; s++ {
		if !mark(p.core.mark(s).Load()).resolved(s) {
			p.abort(s, s+1)
		}
	}
}
