package disruptor

import (
	"context"
	"runtime"
)

// A MultiProducer claims and publishes slots of a Multi ring. Any number of goroutines may use it at once; one each
// is faster. Claims may be published in any order and by another goroutine than claimed them; consumers see them in
// the order of their sequences. It must not be copied.
//
// What was written to a batch before Publish is visible to every consumer that is handed any of its slots.
//
// The ring's marks are an availability buffer after the LMAX Disruptor's, with the reach of a range in the place of a
// lap number, so that a batch of any length is published by one store.
type MultiProducer[T any] struct {
	ring *Ring[T]
	multi
}

// MultiProducer returns a new producer of a Multi ring. Any goroutine may call it. It panics on a Single ring.
func (r *Ring[T]) MultiProducer() *MultiProducer[T] {
	if r.core.single {
		panicf("MultiProducer of a Single ring")
	}
	p := &MultiProducer[T]{ring: r}
	p.multi.init(r.core)
	return p
}

// TryClaim claims n slots, 1 <= n <= Cap, and does not wait: it returns false if there is no room now that is not
// waited for by others, and if the ring has ended, which Ring.Err tells apart. It panics if n is out of range.
func (p *MultiProducer[T]) TryClaim(n int) (b Batch[T], ok bool) {
	b.ring = p.ring
	b.from, b.to, ok = p.try(n)
	return
}

// Claim is TryClaim that waits for room, as the ring's WaitStrategy says, behind those that wait already. It returns
// the cause of ctx if that ends first, and ErrClosed, perhaps with a cause, if the ring does. A claim that fits
// succeeds even if ctx has ended.
func (p *MultiProducer[T]) Claim(ctx context.Context, n int) (b Batch[T], err error) {
	b.ring = p.ring
	b.from, b.to, err = p.wait(ctx, n)
	return
}

// Publish hands the slots of b to the consumers: b as it was claimed, or a part of it made by Split. It panics if b was
// published or aborted already, or never claimed.
func (p *MultiProducer[T]) Publish(b Batch[T]) {
	p.publish(b.ring == p.ring, b.from, b.to)
}

// Abort gives the slots of b back: b as it was claimed, or a part of it made by Split. Consumers step over them.
func (p *MultiProducer[T]) Abort(b Batch[T]) {
	p.abort(b.ring == p.ring, b.from, b.to)
}

// TrySend claims a slot, sets it to v and publishes it; it returns false as TryClaim does.
func (p *MultiProducer[T]) TrySend(v T) bool {
	from, to, ok := p.grab(1)
	if !ok {
		if from, to = p.attempt(1, false); to == from {
			return false
		}
	}
	*p.ring.slot(from) = v
	p.core.handOver(from, to)
	return true
}

// Send is TrySend that waits for room as Claim does, and fails as Claim does.
func (p *MultiProducer[T]) Send(ctx context.Context, v T) error {
	checkContext(ctx)
	from, to, ok := p.grab(1)
	if !ok {
		var err error
		if from, to, err = p.waitSlow(ctx, 1); err != nil {
			return err
		}
	}
	*p.ring.slot(from) = v
	p.core.handOver(from, to)
	return nil
}

// Do claims n slots as Claim does, calls fill with them and publishes them. If fill returns an error, panics or calls
// runtime.Goexit the claim is aborted; the error is returned and the panic goes on.
func (p *MultiProducer[T]) Do(ctx context.Context, n int, fill func(Batch[T]) error) error {
	b, err := p.Claim(ctx, n)
	if err != nil {
		return err
	}
	return do[T](p, b, fill)
}

// multi is a MultiProducer without its type.
type multi struct {
	_ [padSize]byte // hot words of this handle

	core  *core
	claim *word // core.claim
	limit word  // no claim may pass it; only raised
	fails word  // failed compare-and-swaps

	_ [padSize]byte
}

// failsPerYield: two producers that own every P keep a consumer off it, and fail in turn until the ring is full.
// Giving way after every 8th failure halved the time per event at batch 1 (3 producers and a consumer on 2 cores:
// 0.1-0.6 M failures in 1-2 M claims without, 0-200 with). Since consumers back off, any number from 1 to 64 does.
const failsPerYield = 8

func (p *multi) init(c *core) { p.core, p.claim = c, c.claim }

// grab claims n slots if it need ask nobody for room and no other claim comes between.
//
// Room is checked before the compare-and-swap. A fetch-and-add would be cheaper under contention, but a claim that
// can't be taken back hangs on Close, on a full ring and on its context.
func (p *multi) grab(n int) (from, to int64, ok bool) {
	from = p.claim.load()
	to = from + int64(n)
	// reuse edge: the limit was stored after the gate was read. Not to > limit: a large n would overflow.
	return from, to, n > 0 && int64(n) <= p.limit.load()-from && p.claim.cas(from, to) // close edge
}

// try claims n slots and reports whether it could.
func (p *multi) try(n int) (from, to int64, ok bool) {
	from, to, ok = p.grab(n)
	if !ok {
		from, to = p.attempt(n, false)
		return from, to, to > from
	}
	return from, to, true
}

// wait is try that waits.
func (p *multi) wait(ctx context.Context, n int) (from, to int64, err error) {
	checkContext(ctx)
	from, to, ok := p.grab(n)
	if !ok {
		return p.waitSlow(ctx, n)
	}
	return from, to, nil
}

func (p *multi) waitSlow(ctx context.Context, n int) (from, to int64, err error) {
	if from, to = p.attempt(n, false); to > from {
		return from, to, nil
	}
	return p.core.claimSlow(ctx, n, p)
}

func (p *multi) attempt(n int, turn bool) (from, to int64) {
	p.core.checkCount(n)
	for {
		from = p.claim.load()
		to = from + int64(n)
		if from&closedBit != 0 {
			return 0, 0
		}
		if to > p.limit.load() { // reuse edge
			if p.core.mustQueue(turn) {
				return 0, 0
			}
			p.limit.raise(p.core.limit()) // reuse edge
			if to > lastSequence {
				panicf("sequences exhausted")
			}
			if to > p.limit.load() {
				return 0, 0
			}
		}
		if p.claim.cas(from, to) { // close edge
			return from, to
		}
		if p.fails.add(1)%failsPerYield == 0 {
			runtime.Gosched()
		}
	}
}

func (p *multi) publish(own bool, from, to int64) {
	if !own {
		panicForeign("Publish", from, to)
	}
	p.core.publish(from, to)
}

func (p *multi) abort(own bool, from, to int64) {
	if !own {
		panicForeign("Abort", from, to)
	}
	if to == from {
		return
	}
	p.core.checkOpen(from, to)
	p.core.abort(from, to)
}
