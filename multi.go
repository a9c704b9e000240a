package disruptor

import (
	"context"
	"runtime"
)

// multi is a MultiProducer without its type.
type multi struct {
	_ [padSize]byte // hot words of this handle

	core     *core
	marks          // core.marks
	claim    *word // core.claim
	raised   *word // core.raised
	handedOn *word // core.handedOn
	room     word  // no claim may pass it; only raised
	limit    word  // the end of the runway, at most room; a late store may lower it
	open     word  // where the last claim of this handle begins, until it is published or aborted
	fails    word  // failed compare-and-swaps

	_ [padSize]byte
}

// failsPerYield is how many failed compare-and-swaps make a producer yield. Producers that
// occupy every P keep the consumers from running, and fail in turn until the ring is full. A
// yield after every 8th failure halved the time per event at batch 1 (3 producers and a consumer
// on 2 cores: 0.1-0.6 M failures in 1-2 M claims without, 0-200 with). Since consumers back off,
// any number from 1 to 64 does.
const failsPerYield = 8

// nothingOpen is the value of open if the last claim is published or aborted.
const nothingOpen = -1

func (p *multi) init(c *core) {
	p.core, p.marks, p.claim, p.raised, p.handedOn = c, c.marks, c.claim, c.raised, c.handedOn
	p.open.storeRelaxed(nothingOpen)
}

// The mark of a batch tells whether the batch is published already. A look at it fetches its line from the
// consumer that has read it, and the store of the mark fetches the line once more. So each handle remembers where
// its last claim begins, until the claim is published or aborted through the handle, and Publish of what begins
// there needs no look. That would overlook a batch that another handle has published. So a handle that publishes
// or aborts anything else says so in handedOn, for good, before it stores the mark: from then on every handle looks.
//
// Both words are on no edge. A program that orders two calls of Publish orders what they store here, too. If it
// does not, a look need not find anything either.

// note remembers a claim that begins at from.
func (p *multi) note(from int64) {
	if p.handedOn.load() == 0 {
		p.open.storeRelaxed(from) // of goroutines that share the handle, the last one counts
	}
}

// isOpen reports whether the last claim of this handle begins at from and is known not to be published.
func (p *multi) isOpen(from int64) bool { return p.open.load() == from && p.handedOn.load() == 0 }

// settle forgets the last claim if it begins at from. Otherwise another handle may remember what this one publishes
// or aborts now.
//
//go:noinline
func (p *multi) settle(from int64) {
	if p.open.load() == from {
		p.open.storeRelaxed(nothingOpen)
	} else if p.handedOn.load() == 0 {
		p.handedOn.store(1)
	}
}

// grab claims n slots if they are below the known limit and no other claim comes between, and
// returns where the claim begins.
//
// Room is checked before the compare-and-swap. A fetch-and-add would be cheaper under
// contention, but it can't be taken back: on a full ring such a claim would hang in spite of
// Close and its context.
func (p *multi) grab(n int) (from int64, ok bool) {
	claim := p.claim
	from = claim.load()
	// reuse edge: the limit was stored after the gate was read. Not to > limit: a large n would overflow.
	if n > 0 && int64(n) <= p.limit.load()-from && claim.cas(from, from+int64(n)) { // close edge
		return from, true
	}
	return from, false
}

// try claims n slots, or returns an empty range.
func (p *multi) try(n int) (from, to int64) {
	if from, ok := p.grab(n); ok {
		p.note(from)
		return from, from + int64(n)
	}
	return p.trySlow(n)
}

func (p *multi) trySlow(n int) (from, to int64) {
	if from, to = p.attempt(n, newcomer); to > from {
		p.note(from)
	}
	return from, to
}

// wait is try, but it waits for room.
func (p *multi) wait(ctx context.Context, n int) (from, to int64, err error) {
	checkContext(ctx)
	if from, ok := p.grab(n); ok {
		p.note(from)
		return from, from + int64(n), nil
	}
	return p.waitSlow(ctx, n)
}

func (p *multi) waitSlow(ctx context.Context, n int) (from, to int64, err error) {
	if from, to = p.attempt(n, newcomer); to == from {
		if from, to, err = p.core.claimSlow(ctx, n, p); err != nil {
			return from, to, err
		}
	}
	p.note(from)
	return from, to, nil
}

func (p *multi) attempt(n int, t turn) (from, to int64) {
	p.core.checkCount(n)
	for {
		from = p.claim.load()
		to = from + int64(n)
		if from&closedBit != 0 {
			return from, from
		}
		if to > p.limit.load() { // reuse edge
			if to > p.room.load() { // reuse edge
				if p.core.mustQueue(t) {
					return from, from
				}
				p.room.raise(p.core.limit(to - p.core.capacity)) // reuse edge
				if to > lastSequence {
					panicf("sequences exhausted")
				}
				if to > p.room.load() {
					return from, from
				}
			}
			p.limit.storeRelease(p.runway(n, to)) // reuse edge
		}
		if p.claim.cas(from, to) { // close edge
			return from, to
		}
		if p.fails.add(1)%failsPerYield == 0 {
			runtime.Gosched()
		}
	}
}

// free returns how many slots a claim would find now, at most n.
func (p *multi) free(n int) int {
	if p.core.free(n, p.room.load()) < n && !p.core.mustQueue(newcomer) && p.claim.load()&closedBit == 0 { // close edge
		// Lossy consumers are pushed for one slot only, not for n, and not once the ring is closed.
		p.room.raise(p.core.limit(p.core.need(1))) // reuse edge
	}
	return p.core.free(n, p.room.load())
}

// publish publishes [from, to); mine says that the batch is of this ring.
//
//go:noinline
func (p *multi) publish(mine bool, from, to int64) {
	if !mine || to <= from || !p.isOpen(from) || debugChecks {
		p.publishOther(mine, from, to)
		return
	}
	p.open.storeRelaxed(nothingOpen)
	if p.mark(from, to) {
		p.core.rouse(from)
	}
}

// publishOther is publish for what may be published already.
func (p *multi) publishOther(mine bool, from, to int64) {
	if !mine || to <= from || p.reach(from) > from || debugChecks {
		p.publishSlow(mine, from, to)
		return
	}
	if p.handedOn.load() == 0 {
		p.settle(from)
	}
	p.handOver(from, to)
}

// handOver publishes [from, to) for a caller that has just claimed it. It is not inlined, so that a
// call separates the writes to the slots from the store that publishes them.
//
//go:noinline
func (p *multi) handOver(from, to int64) {
	if p.mark(from, to) {
		p.core.rouse(from)
	}
}

// mark publishes [from, to), which the caller knows to be open; given ^to it aborts the range. It
// reports whether sleepers may have to be woken.
func (p *multi) mark(from, to int64) bool {
	p.at(from).storeRelease(to) // publish edge, park edge
	return p.raised.load() != 0 // park edge
}

// publishSlow publishes [from, to) after all checks, or panics.
func (p *multi) publishSlow(mine bool, from, to int64) {
	if !mine {
		panicForeign("Publish", from, to)
	}
	if to == from {
		return
	}
	if p.reach(from) > from {
		panicTwice(from, to)
	}
	p.checkOpen(from, to)
	p.settle(from)
	p.handOver(from, to)
}

// abort gives [from, to) back; mine says that the batch is of this ring.
//
//go:noinline
func (p *multi) abort(mine bool, from, to int64) {
	if !mine {
		panicForeign("Abort", from, to)
	}
	if to == from {
		return
	}
	p.checkOpen(from, to)
	p.settle(from)
	p.core.aborts.add(from, to, p.core.capacity)
	if p.mark(from, ^to) {
		p.core.rouse(from)
	}
}

// checkOpen panics if any of [from, to) has been published or aborted: below the published end,
// in a range that begins before from, or in one that begins inside.
func (p *multi) checkOpen(from, to int64) {
	for lapped := true; lapped; {
		published := p.core.publishedEnd()
		if from < published {
			panicTwice(from, to)
		}
		lapped = false
		for s := max(published, from-p.core.capacity+1); s < to && !lapped; s++ {
			reach := p.reach(s)
			// Nobody holds back the slots below from. Once all up to s is published they may be
			// claimed for the next lap, and the mark of s shows it. Then look again: there is
			// less to check.
			if lapped = reach > s+p.core.capacity; !lapped && reach > max(s, from) {
				panicTwice(from, to)
			}
		}
	}
}
