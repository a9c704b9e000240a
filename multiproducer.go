package disruptor

import "context"

// A MultiProducer claims and publishes slots of a Multi ring. Any number of goroutines may use it at
// once; one each is faster. Claims may be published in any order and by another goroutine than claimed
// them; consumers see them in the order of their sequences. It must not be copied.
//
// What was written to a batch before Publish is visible to every consumer that is handed any of its
// slots.
//
// The ring's marks are an availability buffer after the LMAX Disruptor's, with the reach of a range in
// the place of a lap number, so that a batch of any length is published by one store.
type MultiProducer[T any] struct {
	ring *Ring[T]
	multi
}

// MultiProducer returns a new producer of a Multi ring. Any goroutine may call it. It panics on a Single
// ring.
func (r *Ring[T]) MultiProducer() *MultiProducer[T] {
	if r.core.single {
		panicf("MultiProducer of a Single ring")
	}
	p := &MultiProducer[T]{ring: r}
	p.multi.init(r.core)
	return p
}

// target returns the ring, for FromChannel.
func (p *MultiProducer[T]) target() *Ring[T] { return p.ring }

// TryClaim claims n slots without waiting. It returns false if there is no room, which may be so for a
// moment while a consumer joins, if other claims are queued for room, and if the ring has ended; use
// [Ring.Err] to tell. It panics if n is not in 1 to Cap.
func (p *MultiProducer[T]) TryClaim(n int) (b Batch[T], ok bool) {
	b.ring = p.ring
	b.from, b.to = p.try(n)
	return b, b.to > b.from
}

// Claim is [MultiProducer.TryClaim] that waits for room, as the ring's WaitStrategy says, behind the
// claims that wait already. If ctx ends first it returns an error that wraps the cause and says which
// consumer, or which claim that was never published, was in the way; if the ring ends first, one that
// wraps ErrClosed. A claim that fits succeeds even if ctx has ended.
//
// A goroutine should publish one claim before it waits for the next: another goroutine's claim, queued
// before it, may need more room than the first one leaves. Then only a context or Close ends the two.
func (p *MultiProducer[T]) Claim(ctx context.Context, n int) (b Batch[T], err error) {
	b.ring = p.ring
	b.from, b.to, err = p.wait(ctx, n)
	return
}

// Publish hands the slots of b to the consumers: b as it was claimed, or a part of it made by Split. It
// panics if b's first slot begins a range that was published or aborted already. That finds a batch
// published twice; it does not find a part of one that was published as a whole, a whole of which a part
// was, or a batch that was never claimed. With the build tag disruptor_debug it finds all but the last.
func (p *MultiProducer[T]) Publish(b Batch[T]) {
	p.publish(b.ring == p.ring, b.from, b.to)
}

// Abort gives the slots of b back: b as it was claimed, or a part of it made by Split. Consumers step
// over them. It panics if any of them was published or aborted already; to find out it reads the marks
// of b, of what was published since anybody last looked and, behind a gap, those of up to Cap slots
// before b.
func (p *MultiProducer[T]) Abort(b Batch[T]) {
	p.abort(b.ring == p.ring, b.from, b.to)
}

// TrySend claims a slot, sets it to v and publishes it; it returns false as TryClaim does.
func (p *MultiProducer[T]) TrySend(v T) bool {
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

// Send is [MultiProducer.TrySend] that waits for room as Claim does, and fails as Claim does.
func (p *MultiProducer[T]) Send(ctx context.Context, v T) error {
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
// between runs as Claim does. Events of other producers may come between runs. It returns how many it
// has published: all of them, or fewer and why, as Claim does. ctx is looked at before each run, also if
// there is room.
func (p *MultiProducer[T]) SendAll(ctx context.Context, events []T) (n int, err error) {
	return sendAll(ctx, p, p.free, events)
}

// Do claims n slots as Claim does, calls fill with them and publishes them. If fill returns an error,
// panics or calls runtime.Goexit the claim is aborted; the error is returned and the panic goes on. It
// panics if fill is nil.
func (p *MultiProducer[T]) Do(ctx context.Context, n int, fill func(Batch[T]) error) error {
	return do(ctx, p, n, fill)
}
