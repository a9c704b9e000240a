package shm

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/be395dad/disruptor/internal/faults"
	"github.com/be395dad/disruptor/internal/machine"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// A claimer is the part of a producer that knows no event type. It belongs to one goroutine.
type claimer struct {
	core   *core
	cursor *atomic.Int64
	record *record
	event  *eventcount // of what is published
	index  int

	capacity int64
	limit    int64  // no claim may end beyond it: the gate as last seen, plus a lap
	seen     int64  // the cursor as last seen
	from, to int64  // the open claim
	left     int64  // slots of the open claim that are neither published nor aborted
	parts    []span // parts of the open claim that are, while others are not
	resolved int64  // all below is published, lost or aborted
	wanted   int64  // slots that the waiting claim asks for
	unfenced bool
	closed   bool
}

// A span is the sequences [from, to).
type span struct{ from, to int64 }

// maxAttempts bounds the loops over words that other processes change. They end long before,
// unless a process means harm.
const maxAttempts = 1 << 10

// claim claims n slots if there is room. It panics if n slots can never be claimed, or not now.
func (p *claimer) claim(n int) (ok bool) {
	if uint64(n)-1 >= uint64(p.capacity) || p.left > 0 || p.closed {
		p.refuse(n)
	}
	return p.attempt(int64(n))
}

// attempt claims n slots if there is room.
func (p *claimer) attempt(n int64) (ok bool) {
	for tries := 0; tries < maxAttempts; tries++ {
		at := p.cursor.Load()
		if uint64(at-p.seen) > maxSequence || at+n > p.limit {
			if !p.admit(at, n) {
				if tries > 0 {
					p.clear() // the record would hide what the dead have left open
				}
				return false
			}
		}
		p.seen = at
		if recording {
			machine.StoreReleasePair(unsafe.Pointer(&p.record.from), at, at+n)
		}
		faults.Point("recorded")
		if p.cursor.CompareAndSwap(at, at+n) { // claim edge: after the record
			faults.Point("claimed")
			p.from, p.to, p.left = at, at+n, n
			p.parts = p.parts[:0] // separately, to store a length only: storing a pointer would take a write barrier
			return true
		}
	}
	p.clear()
	return false
}

// admit reports whether n slots may be claimed at the cursor, which makes no sense or is beyond
// the limit as last seen. It looks at the gate again.
func (p *claimer) admit(at, n int64) bool {
	if at < 0 {
		return false // closed
	}
	if at < p.seen || at >= maxSequence-n {
		_ = p.core.corrupt("cursor at %d after %d", at, p.seen)
		return false
	}
	p.seen = at
	p.limit = min(p.gate(at)+p.capacity, maxSequence)
	return at+n <= p.limit
}

// maxSequence is beyond all sequences of a ring, and far beyond what one can reach.
const maxSequence = ringfile.MaxSequence

// clear clears the record: the producer owns nothing. It is also a full fence: the marks are
// visible before the caller looks for sleepers.
func (p *claimer) clear() {
	if recording {
		p.record.to.Store(0) // record edge, sleep edge
	} else {
		machine.Fence() // sleep edge
	}
}

// gate returns a sequence below which all consumers are done, perhaps a lower one than need be.
// at is the cursor.
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
				return at - c.Capacity
			}
		}
		if c.control.members.Load()&^members == 0 { // join edge
			return gate
		}
	}
	return at - c.Capacity
}

// slowest returns the place in members with the least position, and that position.
func (c *core) slowest(members uint64) (i int, position int64) {
	i, position = nobody, maxSequence
	for rest := members; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest)
		if k >= c.geometry.Consumers { // a process means harm
			break
		}
		if p := c.place(k).position.Load(); p < position { // reuse edge
			i, position = k, p
		}
	}
	return i, position
}

// walk returns the first open sequence, from what is known to be resolved on. Without consumers,
// that is what a claim must not lap.
func (p *claimer) walk() int64 {
	end, _ := p.core.claimed()
	p.resolved = p.core.walk(max(p.resolved, end-p.core.Capacity), end)
	return p.resolved
}

// walk returns the first sequence in [from, end) that is open, or end.
func (c *core) walk(from, end int64) int64 {
	s := max(from, 0)
	for s < end && mark(c.mark(s).Load()).Resolved(s) { // publish edge
		s++
	}
	return s
}

// init takes a free record for a producer.
func (p *claimer) init(c *core, name string) error {
	if _, closed := c.claimed(); closed {
		return ErrClosed
	}
	if p.takeFree(c, name) {
		return nil
	}
	if err := c.recoverNow(); err != nil {
		return fmt.Errorf("%w for another producer: Config.MaxProducers is %d: %w", ErrFull, c.geometry.Producers, err)
	}
	if !p.takeFree(c, name) {
		return fmt.Errorf("%w for another producer: Config.MaxProducers is %d", ErrFull, c.geometry.Producers)
	}
	return nil
}

// takeFree takes a free record if there is one.
func (p *claimer) takeFree(c *core, name string) bool {
	for i := range c.geometry.Producers {
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
		*p = claimer{
			core: c, cursor: &c.control.cursor, record: r, event: &c.control.event, index: i, capacity: c.Capacity, unfenced: c.unfenced,
		}
		return true
	}
	return false
}

// free returns about how many slots a claim would find.
func (p *claimer) free() int {
	if p.closed { // the memory may be gone
		return 0
	}
	end, _ := p.core.claimed()
	if p.limit-end < p.core.Capacity/2 {
		p.limit = max(p.limit, p.gate(end)+p.core.Capacity)
	}
	return int(min(max(0, p.limit-end), p.core.Capacity))
}

// refuse panics with the reason why n slots must not be claimed.
func (p *claimer) refuse(n int) {
	switch {
	case n < 1 || int64(n) > p.capacity:
		panicf("claim of %d slots in a ring of %d", n, p.capacity)
	case p.closed:
		panicf("claim by a closed producer")
	}
	if p.core.broken.Load() != nil { // a fault may have kept the open claim from being published
		return
	}
	panicf("claim while %d slots of [%d, %d) are neither published nor aborted", p.left, p.from, p.to)
}

// release aborts what is open and frees the record.
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

// abortOpen aborts the slots of the open claim that are still open.
func (p *claimer) abortOpen() {
	parts := append(slices.Clone(p.parts), span{p.to, p.to})
	slices.SortFunc(parts, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	at := p.from
	for _, part := range parts {
		if at < part.from {
			p.abort(at, part.from)
		}
		at = part.to
	}
}
