package disruptor

import (
	"context"
	"runtime"
	"slices"
)

// single is a SingleProducer without its type. Slots in [open, next) are claimed and not yet published;
// nobody else touches them.
type single struct {
	_ [padSize]byte // private hot words

	core   *core
	claim  *word // core.claim: next, for the goroutine that ends the ring
	cursor *word // core.cursor: open, for consumers
	closed *word // core.closed
	raised *word // core.raised
	next   int64
	open   int64  // the lowest sequence of the open claim; next if there is none
	limit  int64  // no claim may pass it
	ahead  []span // published or aborted parts of the open claim, not the first; sorted, with gaps between
	busy   word   // disruptor_debug: not 0 while a call is active

	_ [padSize]byte
}

func (p *single) init(c *core) {
	p.core, p.claim, p.cursor, p.closed, p.raised = c, c.claim, c.cursor, c.closed, c.raised
	p.next = c.claim.load() // close edge
	p.open = p.next
}

// grab claims n slots if they are below the known limit, and returns where the claim begins. It
// makes the claim visible before it looks whether the ring has been closed. If so, the claim may
// be below the end or not: it stays visible, grab returns false, and attempt decides.
func (p *single) grab(n int) (from int64, ok bool) {
	from = p.next
	to := from + int64(n)
	if n < 1 || int64(n) > p.limit-from || p.open != from { // not to > limit: a large n would overflow
		return from, false
	}
	p.claim.storeRelease(to) // close edge
	point(pointClaimed)
	if p.closed.load() != 0 { // close edge
		return from, false
	}
	p.next = to
	return from, true
}

// try claims n slots, or returns an empty range.
func (p *single) try(n int) (from, to int64) {
	if from, ok := p.grab(n); ok {
		return from, from + int64(n)
	}
	return p.attempt(n, newcomer)
}

// wait is try, but it waits for room.
func (p *single) wait(ctx context.Context, n int) (from, to int64, err error) {
	checkContext(ctx)
	if from, ok := p.grab(n); ok {
		return from, from + int64(n), nil
	}
	return p.waitSlow(ctx, n)
}

func (p *single) waitSlow(ctx context.Context, n int) (from, to int64, err error) {
	if from, to = p.attempt(n, newcomer); to > from {
		return from, to, nil
	}
	return p.core.claimSlow(ctx, n, p)
}

func (p *single) attempt(n int, t turn) (from, to int64) {
	p.core.checkCount(n)
	if p.open != p.next {
		panicf("claim while [%d, %d) is still open", p.open, p.next)
	}
	if p.closed.load() != 0 { // close edge
		return p.takeVisible()
	}
	from = p.next
	to = from + int64(n)
	if to > p.limit {
		if p.core.mustQueue(t) {
			return from, from
		}
		p.limit = p.core.limit(to - p.core.capacity)
		if to > lastSequence {
			panicf("sequences exhausted")
		}
		if to > p.limit {
			return from, from
		}
	}
	if _, ok := p.grab(n); !ok {
		return p.takeVisible()
	}
	return from, to
}

// takeVisible decides about a claim that grab has left visible on a ring that is being closed,
// if there is one. The claim stands if it is below the end; otherwise it is withdrawn.
func (p *single) takeVisible() (from, to int64) {
	from, to = p.next, p.claim.load() // close edge
	if to == from {
		return from, from
	}
	if p.fixedEnd() < to {
		p.claim.storeRelease(from) // close edge
		return from, from
	}
	p.next = to
	return from, to
}

// fixedEnd returns the end of a ring that is closed or about to be.
func (p *single) fixedEnd() int64 {
	for {
		if end := p.core.end.load(); end != never { // close edge
			return end
		}
		runtime.Gosched() // finish fixes it next, and waits for nothing before
	}
}

// free returns how many slots a claim would find now, at most n.
func (p *single) free(n int) int {
	if p.limit-p.next < int64(n) && !p.core.mustQueue(newcomer) && p.closed.load() == 0 { // close edge
		// Lossy consumers are pushed for one slot only, not for n, and not once the ring is closed.
		p.limit = p.core.limit(p.core.need(1))
	}
	return p.core.free(n, p.limit)
}

// publish publishes [from, to); mine says that the batch is of this ring.
//
//go:noinline
func (p *single) publish(mine bool, from, to int64) {
	if !mine || from != p.open || to <= from || to > p.next || len(p.ahead) != 0 {
		p.publishSlow(mine, from, to)
		return
	}
	if p.hand(to) {
		p.core.rouse(from)
	}
}

// handOver publishes [from, to), the first part of the open claim. It is not inlined, so that a
// call separates the writes to the slots from the store that publishes them.
//
//go:noinline
func (p *single) handOver(from, to int64) {
	if p.hand(to) {
		p.core.rouse(from)
	}
}

// hand moves open and the cursor to to. It reports whether sleepers may have to be woken.
func (p *single) hand(to int64) bool {
	p.open = to
	p.cursor.storeRelease(to)   // publish edge, park edge
	return p.raised.load() != 0 // park edge
}

// publishSlow publishes [from, to) after all checks, or panics. The range need not be at the
// front of the open claim.
func (p *single) publishSlow(mine bool, from, to int64) {
	if !mine {
		panicForeign("Publish", from, to)
	}
	p.checkOpen(from, to)
	if to > from {
		p.pass(from, to)
	}
}

// abort takes [from, to) back; mine says that the batch is of this ring.
func (p *single) abort(mine bool, from, to int64) {
	if !mine {
		panicForeign("Abort", from, to)
	}
	p.checkOpen(from, to)
	if p.core.zero != nil {
		p.core.zero(from, to) // once taken back, the slots can be claimed again without being cleared
	}
	if to == from || to == p.next && p.takeBack(from) {
		return
	}
	p.core.aborts.add(from, to, p.core.capacity)
	p.pass(from, to)
}

// takeBack makes the claim end at from, unless the ring has got its end from the old claim. That
// may happen if the ring is closed between the two accesses; then consumers must step over the
// range.
func (p *single) takeBack(from int64) bool {
	p.claim.storeRelease(from)                       // close edge
	if p.closed.load() != 0 && p.fixedEnd() > from { // close edge
		p.claim.storeRelease(p.next)
		return false
	}
	p.next = from
	return true
}

// checkOpen panics if any of [from, to) is not open.
func (p *single) checkOpen(from, to int64) {
	if to == from || p.isOpen(from, to) {
		return
	}
	if from < p.open || to > p.next {
		panicf("sequences [%d, %d) published, aborted or never claimed: %s is open", from, to, rangeText(p.open, p.next))
	}
	panicTwice(from, to)
}

func (p *single) isOpen(from, to int64) bool {
	i := p.aheadOf(from)
	return from >= p.open && to <= p.next && (i == len(p.ahead) || to <= p.ahead[i].from)
}

// aheadOf returns the index of the first part in ahead that ends behind from.
func (p *single) aheadOf(from int64) int {
	i, _ := slices.BinarySearchFunc(p.ahead, from, func(s span, from int64) int {
		if s.to <= from {
			return -1
		}
		return 1
	})
	return i
}

// pass moves open and the cursor over [from, to), and over the published or aborted parts right
// behind it. If a part before from is still open, it only remembers [from, to).
func (p *single) pass(from, to int64) {
	i := p.aheadOf(from)
	p.ahead = slices.Insert(p.ahead, i, span{from, to})
	if i+1 < len(p.ahead) && p.ahead[i+1].from == to {
		p.ahead[i].to = p.ahead[i+1].to
		p.ahead = slices.Delete(p.ahead, i+1, i+2)
	}
	if i > 0 && p.ahead[i-1].to == from {
		p.ahead[i-1].to = p.ahead[i].to
		p.ahead = slices.Delete(p.ahead, i, i+1)
	}
	if p.ahead[0].from == p.open {
		end := p.ahead[0].to
		p.ahead = slices.Delete(p.ahead, 0, 1)
		p.handOver(from, end)
	}
}

// occupy panics if another goroutine is in a call of this producer; vacate ends the call.
func (p *single) occupy() {
	if !p.busy.cas(0, 1) {
		panicf("a SingleProducer is used by two goroutines at once")
	}
}

func (p *single) vacate() { p.busy.store(0) }
