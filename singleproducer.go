package disruptor

import "context"

// A SingleProducer claims and publishes slots of a Single ring. It belongs to one goroutine and
// has at most one open claim. Its claims need no atomic read-modify-write. It must not be
// copied.
//
// What was written to a batch before Publish is visible to every consumer that receives any of
// its slots.
type SingleProducer[T any] struct {
	ring *Ring[T]
	single
}

// SingleProducer returns the producer of a Single ring. It panics on a Multi ring, and if it is
// called twice.
func (r *Ring[T]) SingleProducer() *SingleProducer[T] {
	if !r.core.single {
		panicf("SingleProducer of a Multi ring")
	}
	if !r.singleTaken.cas(0, 1) {
		panicf("SingleProducer called twice on one ring")
	}
	p := &SingleProducer[T]{ring: r}
	p.single.init(r.core)
	return p
}

// target returns the ring, for FromChannel.
func (p *SingleProducer[T]) target() *Ring[T] { return p.ring }

// TryClaim claims n slots without waiting. It returns false if there is no room or if the ring
// has ended; use [Ring.Err] to tell. There may be no room for a moment while a consumer joins.
// TryClaim panics if n is not in 1 to Cap, or if a claim is still open.
func (p *SingleProducer[T]) TryClaim(n int) (b Batch[T], ok bool) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	b.ring = p.ring
	b.from, b.to = p.try(n)
	return b, b.to > b.from
}

// Claim is like [SingleProducer.TryClaim], but waits for room, as [Config.Wait] says. If ctx
// ends first, it returns an error that wraps the cause and names what was in the way: a
// consumer, or a claim that was never published. If the ring ends first, the error wraps
// [ErrClosed]. If there is room, Claim succeeds even if ctx has ended.
func (p *SingleProducer[T]) Claim(ctx context.Context, n int) (b Batch[T], err error) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	b.ring = p.ring
	b.from, b.to, err = p.wait(ctx, n)
	return
}

// Publish hands the slots of b to the consumers; b is a claimed batch or a part of one made by
// [Batch.Split]. It panics if any of the slots was published or aborted already, or was never
// claimed. Parts may be published in any order. A part that leaves a gap before it takes one
// step for each other such part.
func (p *SingleProducer[T]) Publish(b Batch[T]) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	p.publish(b.ring == p.ring, b.from, b.to)
}

// Abort gives the slots of b back; b is a claimed batch or a part of one made by [Batch.Split].
// If they are the last of the claim and the ring is open, their sequences are claimed again
// next; otherwise consumers step over them. Abort panics as Publish does.
func (p *SingleProducer[T]) Abort(b Batch[T]) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	p.abort(b.ring == p.ring, b.from, b.to)
}

// TrySend claims a slot, sets it to v and publishes it. It returns false as TryClaim does.
func (p *SingleProducer[T]) TrySend(v T) bool {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	from, ok := p.grab(1)
	if !ok {
		return p.trySendSlow(v)
	}
	*p.ring.slot(from) = v
	p.handOver(from, from+1)
	return true
}

func (p *SingleProducer[T]) trySendSlow(v T) bool {
	from, to := p.attempt(1, newcomer)
	if to == from {
		return false
	}
	*p.ring.slot(from) = v
	p.handOver(from, to)
	return true
}

// Send is like [SingleProducer.TrySend], but waits for room as Claim does. It fails as Claim
// does.
func (p *SingleProducer[T]) Send(ctx context.Context, v T) error {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	checkContext(ctx)
	from, ok := p.grab(1)
	if !ok {
		return p.sendSlow(ctx, v)
	}
	*p.ring.slot(from) = v
	p.handOver(from, from+1)
	return nil
}

func (p *SingleProducer[T]) sendSlow(ctx context.Context, v T) error {
	from, to, err := p.waitSlow(ctx, 1)
	if err != nil {
		return err
	}
	*p.ring.slot(from) = v
	p.handOver(from, to)
	return nil
}

// SendAll publishes events in order, in runs of as many as there is room for. Between runs it
// waits for room as Claim does. It returns how many it has published. It checks ctx before each
// run, even if there is room, and returns the cause once ctx has ended; otherwise it fails as
// Claim does.
func (p *SingleProducer[T]) SendAll(ctx context.Context, events []T) (n int, err error) {
	return sendAll(ctx, p, p.free, events)
}

// Do claims n slots as Claim does, calls fill with them and publishes them. If fill returns an
// error, panics or calls runtime.Goexit, Do aborts the claim; it returns the error, and a panic
// goes on. It panics if fill is nil.
func (p *SingleProducer[T]) Do(ctx context.Context, n int, fill func(Batch[T]) error) error {
	return do(ctx, p, n, fill)
}
