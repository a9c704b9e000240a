package disruptor

import "context"

// A MultiProducer claims and publishes slots of a Multi ring. Any number of goroutines may share
// it. Claims may be published in any order, and by goroutines other than those that claimed them;
// consumers see them in the order of their sequences. It must not be copied.
//
// A ring is fastest if each goroutine has its own producer and publishes each claim as a whole,
// through that producer, before it claims again. Once anything else has happened, each Publish
// of the ring reads one mark more.
//
// What was written to a batch before Publish is visible to every consumer that receives any of
// its slots.
//
// The ring's marks are an availability buffer after the LMAX Disruptor's. A mark holds the reach
// of a range instead of a lap number, so that one store publishes a batch of any length.
type MultiProducer[T any] struct {
	ring *Ring[T]
	multi
}

// MultiProducer returns a new producer of a Multi ring. Any goroutine may call it. It panics on
// a Single ring.
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

// TryClaim claims n slots without waiting. It returns false if there is no room, if other claims
// are queued for room, or if the ring has ended; use [Ring.Err] to tell. There may be no room
// for a moment while a consumer joins. TryClaim panics if n is not in 1 to Cap.
func (p *MultiProducer[T]) TryClaim(n int) (b Batch[T], ok bool) {
	b.ring = p.ring
	b.from, b.to = p.try(n)
	return b, b.to > b.from
}

// Claim is like [MultiProducer.TryClaim], but waits for room, as [Config.Wait] says, behind the
// claims that already wait. If ctx ends first, it returns an error that wraps the cause and
// names what was in the way: a consumer, or a claim that was never published. If the ring ends
// first, the error wraps [ErrClosed]. If there is room, Claim succeeds even if ctx has ended.
//
// A goroutine should publish one claim before it waits for the next. Otherwise another
// goroutine's claim may be queued before the second one and need more room than the first one
// leaves. Then both wait until a context or the ring ends.
func (p *MultiProducer[T]) Claim(ctx context.Context, n int) (b Batch[T], err error) {
	b.ring = p.ring
	b.from, b.to, err = p.wait(ctx, n)
	return
}

// Publish hands the slots of b to the consumers; b is a claimed batch or a part of one made by
// [Batch.Split]. It panics if the first slot of b begins a range that was published or aborted
// already. That catches a batch published twice. It does not catch a part of a batch that was
// published as a whole, a whole of which a part was published, or a batch that was never
// claimed. With the build tag disruptor_debug, Publish catches all but the last.
func (p *MultiProducer[T]) Publish(b Batch[T]) {
	p.publish(b.ring == p.ring, b.from, b.to)
}

// Abort gives the slots of b back, and consumers step over them; b is a claimed batch or a part
// of one made by [Batch.Split]. Abort panics if any of the slots was published or aborted
// already. To find out, it reads the marks of b and of what was published since anybody last
// looked. Behind a gap it also reads those of up to Cap slots before b.
func (p *MultiProducer[T]) Abort(b Batch[T]) {
	p.abort(b.ring == p.ring, b.from, b.to)
}

// TrySend claims a slot, sets it to v and publishes it. It returns false as TryClaim does.
func (p *MultiProducer[T]) TrySend(v T) bool {
	from, ok := p.grab(1)
	if !ok {
		return p.trySendSlow(v)
	}
	*p.ring.slot(from) = v
	p.handOver(from, from+1)
	return true
}

func (p *MultiProducer[T]) trySendSlow(v T) bool {
	from, to := p.attempt(1, newcomer)
	if to == from {
		return false
	}
	*p.ring.slot(from) = v
	p.handOver(from, to)
	return true
}

// Send is like [MultiProducer.TrySend], but waits for room as Claim does. It fails as Claim
// does.
func (p *MultiProducer[T]) Send(ctx context.Context, v T) error {
	checkContext(ctx)
	from, ok := p.grab(1)
	if !ok {
		return p.sendSlow(ctx, v)
	}
	*p.ring.slot(from) = v
	p.handOver(from, from+1)
	return nil
}

func (p *MultiProducer[T]) sendSlow(ctx context.Context, v T) error {
	from, to := p.attempt(1, newcomer)
	if to == from {
		var err error
		if from, to, err = p.core.claimSlow(ctx, 1, p); err != nil {
			return err
		}
	}
	*p.ring.slot(from) = v
	p.handOver(from, to)
	return nil
}

// SendAll publishes events in order, in runs of as many as there is room for. Between runs it
// waits for room as Claim does; events of other producers may come there. It returns how many it
// has published. It checks ctx before each run, even if there is room, and returns the cause
// once ctx has ended; otherwise it fails as Claim does.
func (p *MultiProducer[T]) SendAll(ctx context.Context, events []T) (n int, err error) {
	return sendAll(ctx, p, p.free, events)
}

// Do claims n slots as Claim does, calls fill with them and publishes them. If fill returns an
// error, panics or calls runtime.Goexit, Do aborts the claim; it returns the error, and a panic
// goes on. It panics if fill is nil.
func (p *MultiProducer[T]) Do(ctx context.Context, n int, fill func(Batch[T]) error) error {
	return do(ctx, p, n, fill)
}
