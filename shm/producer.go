package shm

import (
	"context"
	"fmt"
)

// A Producer claims and publishes slots. It belongs to one goroutine, which publishes or aborts all of
// a claim before it claims again; other goroutines, and other processes, have producers of their own.
//
// If its process dies, what it had claimed and not published is lost, and nothing else: consumers
// step over it.
type Producer[T any] struct {
	_     noCopy
	ring  *Ring[T]
	claim claimer
	wait  waiter
	name  string

	guarded bool
}

type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// Producer returns a new producer. The name is for Stats and errors, of at most 40 bytes, and may be
// empty. Any goroutine may call it. It fails with ErrFull if there are Config.MaxProducers, in all
// processes, and with ErrClosed if the ring has ended. Before ErrFull it recovers the dead as Open does.
func (r *Ring[T]) Producer(name string) (*Producer[T], error) {
	if len(name) > maxName {
		return nil, fmt.Errorf("shm: producer name of %d bytes: at most %d", len(name), maxName)
	}
	p := &Producer[T]{ring: r, name: name, guarded: r.core.guarded}
	if err := r.core.enter(p); err != nil {
		return nil, err
	}
	err := errDuring(r.core, func() error { return p.claim.init(r.core, name) })
	if err != nil {
		r.core.leave(p)
		return nil, err
	}
	p.wait = waiter{core: r.core, bit: 1 << p.claim.index, producer: true}
	r.core.made(p)
	return p, nil
}

func (p *Producer[T]) describe() string {
	return fmt.Sprintf("producer %d%s", p.claim.index, quoted(p.name))
}
func (p *Producer[T]) sleeper() *waiter { return &p.wait }

// Close aborts what is claimed and not published, and gives the producer's place in the ring back. The
// goroutine that uses the producer calls it. To close it again does nothing.
func (p *Producer[T]) Close() {
	if p.claim.closed {
		return
	}
	p.ring.core.guard(p.claim.release)
	p.wait.forget()
	p.ring.core.leave(p)
}

// TryClaim claims n slots without waiting. It returns false if there is no room, and if the ring has
// ended; use Ring.Err to tell. It panics if n is not in 1 to Cap, or if a claim is open.
func (p *Producer[T]) TryClaim(n int) (b Batch[T], ok bool) {
	if p.grab(n) {
		return p.open(), true
	}
	return Batch[T]{}, false
}

// grab is TryClaim of slots that the caller knows how to find.
func (p *Producer[T]) grab(n int) bool {
	if p.guarded {
		return p.grabGuarded(n)
	}
	return p.claim.claim(n) || p.inVain()
}

func (p *Producer[T]) grabGuarded(n int) (ok bool) {
	p.ring.core.guard(func() { ok = p.ring.core.broken.Load() == nil && (p.claim.claim(n) || p.inVain()) })
	return ok
}

func (p *Producer[T]) inVain() bool {
	p.wait.inVain(room{&p.claim})
	return false
}

// Claim is [Producer.TryClaim] that waits for room, as Options.Wait says. If ctx ends first it returns
// a [*BlockedError]; if the ring ends first, an error that wraps ErrClosed. A claim that fits succeeds
// even if ctx has ended. Waiting claims have no order, and no room is kept for them: one of many slots
// may wait for as long as other producers take few at a time.
func (p *Producer[T]) Claim(ctx context.Context, n int) (Batch[T], error) {
	if !p.grab(n) {
		if err := p.claimSlow(ctx, n); err != nil {
			return Batch[T]{}, err
		}
	}
	return p.open(), nil
}

func (p *Producer[T]) claimSlow(ctx context.Context, n int) error {
	p.claim.wanted = int64(n)
	if p.ring.core.guarded {
		return errDuring(p.ring.core, func() error { return p.await(ctx) })
	}
	return p.await(ctx)
}

// await waits until the claim has succeeded.
func (p *Producer[T]) await(ctx context.Context) error {
	if err := p.claim.end(); err != nil {
		return err
	}
	return p.wait.until(ctx, room{&p.claim}, 1)
}

// open returns the open claim.
func (p *Producer[T]) open() Batch[T] {
	return Batch[T]{&p.ring.slots, p.claim.from, p.claim.to}
}

// Publish hands the slots of b to the consumers: b as it was claimed, or a part of it made by Split.
// What was written to them is visible to who is handed them. It panics if b is not part of the open
// claim, or if a slot of it was published or aborted already.
func (p *Producer[T]) Publish(b Batch[T]) {
	p.mine("Publish", b)
	if p.guarded {
		p.ring.core.guard(func() { p.claim.publish(b.from, b.to) })
		return
	}
	p.claim.publish(b.from, b.to)
}

// Abort gives the slots of b back: b as it was claimed, or a part of it made by Split. Consumers step
// over them. It panics as Publish does.
func (p *Producer[T]) Abort(b Batch[T]) {
	p.mine("Abort", b)
	p.ring.core.guard(func() { p.claim.abort(b.from, b.to) })
}

func (p *Producer[T]) mine(method string, b Batch[T]) {
	if b.slots != &p.ring.slots {
		panicf("%s of a batch of another ring, or of none: [%d, %d)", method, b.from, b.to)
	}
}

// TrySend claims a slot, sets it to v and publishes it; it returns false as TryClaim does.
func (p *Producer[T]) TrySend(v T) bool {
	if !p.grab(1) {
		return false
	}
	p.put(v)
	return true
}

// Send is [Producer.TrySend] that waits for room as Claim does, and fails as Claim does.
func (p *Producer[T]) Send(ctx context.Context, v T) error {
	if !p.grab(1) {
		if err := p.claimSlow(ctx, 1); err != nil {
			return err
		}
	}
	p.put(v)
	return nil
}

// put sets the slot of the open claim to v and publishes it.
func (p *Producer[T]) put(v T) {
	if p.guarded {
		p.putGuarded(v)
		return
	}
	*(*T)(p.ring.slots.event(p.claim.from)) = v
	p.claim.publish(p.claim.from, p.claim.to)
}

func (p *Producer[T]) putGuarded(v T) {
	p.ring.core.guard(func() {
		*(*T)(p.ring.slots.event(p.claim.from)) = v
		p.claim.publish(p.claim.from, p.claim.to)
	})
}

// SendAll publishes events in order, in runs of as many as there is room for, and waits for room
// between runs as Claim does. Events of other producers may come between runs. It returns how many it
// has published: all of them, or fewer and why, as Claim does. ctx is looked at before each run, also
// if there is room.
func (p *Producer[T]) SendAll(ctx context.Context, events []T) (n int, err error) {
	for n < len(events) {
		if ctx.Err() != nil {
			return n, context.Cause(ctx)
		}
		b, ok := p.TryClaim(min(p.room(), len(events)-n))
		if !ok {
			if b, err = p.Claim(ctx, 1); err != nil {
				return n, err
			}
		}
		p.ring.core.guard(func() { b.Write(events[n:]) })
		p.Publish(b)
		n += b.Len()
	}
	return n, nil
}

// room returns how many slots a claim is likely to find, at least 1.
func (p *Producer[T]) room() (n int) {
	p.ring.core.guard(func() { n = p.claim.free() })
	return max(n, 1)
}

// Do claims n slots as Claim does, calls fill with them and publishes them. If fill returns an error,
// panics or calls runtime.Goexit the claim is aborted; the error is returned and the panic goes on. It
// panics if fill is nil.
func (p *Producer[T]) Do(ctx context.Context, n int, fill func(Batch[T]) error) error {
	if fill == nil {
		panicf("Do with a nil function")
	}
	b, err := p.Claim(ctx, n)
	if err != nil {
		return err
	}
	returned := false
	defer func() {
		if !returned || err != nil { // after a panic, which goes on, or runtime.Goexit
			p.Abort(b)
		}
	}()
	err = fill(b)
	returned = true
	if err == nil {
		p.Publish(b)
	}
	return err
}
