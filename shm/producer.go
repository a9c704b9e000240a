package shm

import (
	"context"
	"fmt"
)

// A Producer claims and publishes slots. It belongs to one goroutine, which publishes or aborts
// all of a claim before it claims again. Other goroutines and other processes have their own
// producers.
//
// If its process dies, the sequences that it had claimed and not published are lost, and nothing
// else. Consumers step over them.
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

// Producer returns a new producer. Any goroutine may call it. The name, of at most 40 bytes, is
// for Stats and errors, and may be empty. Producer fails with [ErrFull] if all processes together
// have Config.MaxProducers producers, and with [ErrClosed] if the ring has ended. Before ErrFull
// it recovers the dead as [Open] does.
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

// Close aborts what is claimed and not published, and gives up the producer's entry in the ring.
// Only the goroutine that uses the producer may call it. Closing it again does nothing.
func (p *Producer[T]) Close() {
	if p.claim.closed {
		return
	}
	p.ring.core.guard(p.claim.release)
	p.wait.forget()
	p.ring.core.leave(p)
}

// TryClaim claims n slots without waiting. It returns false if there is no room or if the ring
// has ended; use [Ring.Err] to tell. It panics if n is not in 1 to Cap, if a claim is open, or if
// the producer is closed.
func (p *Producer[T]) TryClaim(n int) (b Batch[T], ok bool) {
	if p.grab(n) {
		return p.open(), true
	}
	return Batch[T]{}, false
}

// grab is TryClaim for a caller that finds the slots itself.
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

// Claim is [Producer.TryClaim] that waits for room, as [Options.Wait] says. If ctx ends first it
// returns a [*BlockedError]; if the ring ends first, an error that wraps [ErrClosed]. A claim
// that fits succeeds even if ctx has ended. Waiting claims have no order, and no room is kept for
// them: a claim of many slots may wait for as long as other producers keep taking a few.
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

// Publish hands the slots of b to the consumers. b is the open claim, or a part of it made by
// Split. Every write to the slots before Publish is visible to the consumers that are handed
// them. Publish panics if b is not part of the open claim, or if one of its slots was published
// or aborted already.
func (p *Producer[T]) Publish(b Batch[T]) {
	p.mine("Publish", b)
	if p.guarded {
		p.ring.core.guard(func() { p.claim.publish(b.from, b.to) })
		return
	}
	p.claim.publish(b.from, b.to)
}

// Abort gives up the slots of b, the open claim or a part of it made by Split. Consumers step
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

// TrySend claims a slot, sets it to v and publishes it. It returns false as [Producer.TryClaim]
// does.
func (p *Producer[T]) TrySend(v T) bool {
	if !p.grab(1) {
		return false
	}
	p.put(v)
	return true
}

// Send is [Producer.TrySend] that waits for room as [Producer.Claim] does, and fails as Claim
// does.
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

// SendAll publishes events in order, each time as many as there is room for, and waits for room
// in between as [Producer.Claim] does. Events of other producers may come in between. It returns
// how many events it has published, and if these are not all, why: it fails as Claim does, and
// with the cause of ctx if ctx has ended when it would claim the next ones, even if there is
// room.
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

// Do claims n slots as [Producer.Claim] does, calls fill with them and publishes them. If fill
// returns an error, panics or calls runtime.Goexit, Do aborts the claim; it returns the error,
// and a panic goes on. Do panics if fill is nil.
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
