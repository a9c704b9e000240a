package disruptor

import "context"

// A SingleProducer claims and publishes slots of a Single ring. It belongs to one goroutine and has one
// claim open at a time; a claim needs no atomic read-modify-write. It must not be copied.
//
// What was written to a batch before Publish is visible to every consumer that is handed any of its
// slots.
type SingleProducer[T any] struct {
	ring *Ring[T]
	single
}

// SingleProducer returns the producer of a Single ring. It panics on a Multi ring, and if it is called
// twice.
func (r *Ring[T]) SingleProducer() *SingleProducer[T] {
	if !r.core.single {
		panicf("SingleProducer of a Multi ring")
	}
	if !r.singleTaken.cas(0, 1) {
		panicf("a second SingleProducer of one ring")
	}
	p := &SingleProducer[T]{ring: r}
	p.single.init(r.core)
	return p
}

// target returns the ring, for FromChannel.
func (p *SingleProducer[T]) target() *Ring[T] { return p.ring }

// TryClaim claims n slots without waiting. It returns false if there is no room, which may be so for a
// moment while a consumer joins, and if the ring has ended; use [Ring.Err] to tell. It panics if n is
// not in 1 to Cap, and if a claim is still open.
func (p *SingleProducer[T]) TryClaim(n int) (b Batch[T], ok bool) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	b.ring = p.ring
	b.from, b.to = p.try(n)
	return b, b.to > b.from
}

// Claim is [SingleProducer.TryClaim] that waits for room, as the ring's WaitStrategy says. If ctx ends
// first it returns an error that wraps the cause and says which consumer, or which claim that was never
// published, was in the way; if the ring ends first, one that wraps ErrClosed. A claim that fits
// succeeds even if ctx has ended.
func (p *SingleProducer[T]) Claim(ctx context.Context, n int) (b Batch[T], err error) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	b.ring = p.ring
	b.from, b.to, err = p.wait(ctx, n)
	return
}

// Publish hands the slots of b to the consumers: b as it was claimed, or a part of it made by Split. It
// panics if any of b was published or aborted already, or never claimed. Parts may be published in any
// order; one that leaves a gap before it takes a step for each other such part.
func (p *SingleProducer[T]) Publish(b Batch[T]) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	p.publish(b.ring == p.ring, b.from, b.to)
}

// Abort takes the claim of b back: b as it was claimed, or a part of it made by Split. Its sequences are
// claimed again next if they are the last of the claim and the ring is open; otherwise consumers step
// over them. It panics as Publish does.
func (p *SingleProducer[T]) Abort(b Batch[T]) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	p.abort(b.ring == p.ring, b.from, b.to)
}

// TrySend claims a slot, sets it to v and publishes it; it returns false as TryClaim does.
func (p *SingleProducer[T]) TrySend(v T) bool {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	from, to := p.grab(1)
	if to == from {
		if from, to = p.attempt(1, newcomer); to == from {
			return false
		}
	}
	*p.ring.slot(from) = v
	p.handOver(from, to)
	return true
}

// Send is [SingleProducer.TrySend] that waits for room as Claim does, and fails as Claim does.
func (p *SingleProducer[T]) Send(ctx context.Context, v T) error {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	checkContext(ctx)
	from, to := p.grab(1)
	if to == from {
		var err error
		if from, to, err = p.waitSlow(ctx, 1); err != nil {
			return err
		}
	}
	*p.ring.slot(from) = v
	p.handOver(from, to)
	return nil
}

// SendAll publishes events in order, in runs of as many as there is room for, and waits for room
// between runs as Claim does. It returns how many it has published: all of them, or fewer and why, as
// Claim does. ctx is looked at before each run, also if there is room.
func (p *SingleProducer[T]) SendAll(ctx context.Context, events []T) (n int, err error) {
	return sendAll(ctx, p, p.free, events)
}

// Do claims n slots as Claim does, calls fill with them and publishes them. If fill returns an error,
// panics or calls runtime.Goexit the claim is aborted; the error is returned and the panic goes on. It
// panics if fill is nil.
func (p *SingleProducer[T]) Do(ctx context.Context, n int, fill func(Batch[T]) error) error {
	return do(ctx, p, n, fill)
}
