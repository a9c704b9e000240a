package shm

import (
	"context"
	"fmt"
	"iter"

	"github.com/be395dad/disruptor/internal/faults"
)

// A Consumer sees every published slot from where it joins, in order, after the consumers that it
// follows. The ring waits for all its consumers, in all processes: one that neither reads nor is
// closed stops all producers once the ring is full.
//
// A Consumer belongs to one goroutine; any goroutine may call Position, Lag and Name.
type Consumer[T any] struct {
	_      noCopy
	ring   *Ring[T]
	read   reader
	wait   waiter
	name   string
	closed bool
	err    error
	copies copies

	guarded bool
	special bool // TryNext has more to do
}

// Consumer returns a new consumer, which sees what is published from now on. If a consumer of the
// same name died and is held, the new one goes on where that one was. Any goroutine may call
// Consumer. It fails
//
//   - with [ErrFull] if all processes together have Config.MaxConsumers consumers,
//   - with [ErrName] if the name is in use, or no consumer has a name given in After,
//   - with [ErrClosed] if the ring has ended.
//
// Before ErrFull and ErrName it recovers the dead as [Open] does. ErrName also means that a
// consumer can't be followed for the moment: one that it followed has left, and another has taken
// that one's entry. That ends when the consumer next looks for events.
func (r *Ring[T]) Consumer(cfg ConsumerConfig) (*Consumer[T], error) {
	if err := cfg.check(r.core.Capacity); err != nil {
		return nil, err
	}
	c := &Consumer[T]{ring: r, name: cfg.Name}
	if err := r.core.enter(c); err != nil {
		return nil, err
	}
	err := errDuring(r.core, func() error { return r.core.join(&c.read, cfg) })
	if err != nil {
		r.core.leave(c)
		return nil, err
	}
	c.wait = waiter{core: r.core, bit: 1 << c.read.index}
	if cfg.Evictable > 0 {
		c.copies.init(&r.slots, r.core.EventSize, c.read.most)
	}
	c.guarded = r.core.guarded
	c.special = c.guarded || c.copies.active()
	r.core.made(c)
	return c, nil
}

func (c *Consumer[T]) describe() string {
	return fmt.Sprintf("consumer %d%s", c.read.index, quoted(c.name))
}
func (c *Consumer[T]) sleeper() *waiter { return &c.wait }

// Close removes the consumer from the ring. Nothing waits for it any longer, and slots in hand
// must not be used. Only the goroutine that uses the consumer may call it. Closing it again does
// nothing.
func (c *Consumer[T]) Close() {
	if c.closed {
		return
	}
	c.closed, c.special = true, true
	c.ring.core.guard(c.read.leave)
	c.wait.forget()
	c.ring.core.leave(c)
}

// TryNext returns all that is available from the first slot that is not done, up to MaxBatch,
// without waiting. It returns false if nothing is available, and after a failure of the ring.
// Called again before Done it returns the same start, and perhaps more. A batch ends before a
// lost or aborted sequence, and the next one begins after it.
func (c *Consumer[T]) TryNext() (b Batch[T], ok bool) {
	if c.special {
		return c.tryNextSpecial()
	}
	to := c.read.hand()
	if to == c.read.next {
		c.wait.inVain(coming{&c.read})
		return Batch[T]{}, false
	}
	return Batch[T]{&c.ring.slots, c.read.next, to}, true
}

// tryNextSpecial is TryNext of a consumer that is closed, makes copies, or guards its accesses.
func (c *Consumer[T]) tryNextSpecial() (b Batch[T], ok bool) {
	if c.closed || c.ring.core.broken.Load() != nil {
		return Batch[T]{}, false
	}
	c.ring.core.guard(func() {
		to := c.read.hand()
		b = Batch[T]{&c.ring.slots, c.read.next, to}
		if ok = to > b.from; ok && c.copies.active() {
			faults.Point("copying")
			c.copies.copy(b.from, to)
			if ok = c.read.stillMine(); ok {
				c.copies.valid = max(c.copies.valid, to)
			}
			b.slots = &c.copies.private
		}
		if !ok {
			c.wait.inVain(coming{&c.read})
		}
	})
	if !ok {
		return Batch[T]{}, false
	}
	return b, true
}

// Next is [Consumer.TryNext] that waits, as [Options.Wait] says, until something is available. It
// returns
//
//   - a [*BlockedError] if ctx ends first,
//   - [ErrClosed] when a closed ring is drained, and when this consumer has been closed,
//   - an error that wraps ErrClosed and the cause when the ring has failed, or when this consumer
//     or one that it follows was evicted.
//
// What is available is returned even if ctx has ended.
func (c *Consumer[T]) Next(ctx context.Context) (Batch[T], error) {
	for {
		if b, ok := c.TryNext(); ok {
			if b.to-b.from < c.read.backoff.Few() && c.read.backoff.Hit() {
				b = c.gather(b)
			}
			return b, nil
		}
		if c.closed {
			return Batch[T]{}, ErrClosed
		}
		if err := c.nextSlow(ctx); err != nil {
			return Batch[T]{}, err
		}
	}
}

func (c *Consumer[T]) nextSlow(ctx context.Context) error {
	if c.ring.core.guarded {
		return errDuring(c.ring.core, func() error { return c.await(ctx) })
	}
	return c.await(ctx)
}

// await waits until a look finds something.
func (c *Consumer[T]) await(ctx context.Context) error {
	r := coming{&c.read}
	if err := r.end(); err != nil {
		return err
	}
	c.read.backoff.Miss()
	err := c.wait.until(ctx, r, c.read.backoff.Spins())
	if err == nil {
		c.read.backoff.Adapt(c.read.ready-c.read.next, c.wait.wait.Looks())
	}
	return err
}

// gather rests and looks once more, after several looks in a row found few events without a wait:
// then a producer publishes about as fast as this consumer reads. It returns what is available
// now.
func (c *Consumer[T]) gather(b Batch[T]) Batch[T] {
	c.ring.core.strategy.Rest(c.read.backoff.Spins())
	if now, ok := c.TryNext(); ok {
		c.read.backoff.Adapt(now.to-b.to, 1)
		return now
	}
	return b
}

// Done hands the slots of b back, to later consumers and to producers. b is a batch as it was
// handed out, or a first part of it. Done panics if its slots are not in hand. The slots must not
// be used after it: producers may be writing to them.
func (c *Consumer[T]) Done(b Batch[T]) {
	if b.slots != &c.ring.slots || c.special {
		c.doneSpecial(b)
		return
	}
	c.read.done(b.from, b.to)
}

// doneSpecial is Done of a consumer whose TryNext is special, or of a batch of another ring.
func (c *Consumer[T]) doneSpecial(b Batch[T]) {
	if c.closed {
		panicf("Done of a closed consumer")
	}
	if b.slots != &c.ring.slots && b.slots != &c.copies.private {
		panicf("Done of a batch of another ring, or of none: [%d, %d)", b.from, b.to)
	}
	c.ring.core.guard(func() { c.read.done(b.from, b.to) })
}

// Batches walks over what Next returns. After each turn, and when break or return leaves the
// loop, it calls Done for the slots that the loop's body has not handed back; after a panic it
// does not. The loop ends when Next fails, or before the next batch once ctx is done.
// [Consumer.Err] reports why.
func (c *Consumer[T]) Batches(ctx context.Context) iter.Seq[Batch[T]] {
	if ctx == nil {
		panicf("nil context")
	}
	return func(yield func(Batch[T]) bool) {
		c.err = nil
		for ctx.Err() == nil {
			b, err := c.Next(ctx)
			if err != nil {
				if err != ErrClosed || c.closed { // a drained ring is no failure
					c.err = err
				}
				return
			}
			more := yield(b)
			if !c.closed && c.read.next < b.to {
				_, rest := b.Split(int(c.read.next - b.from))
				c.Done(rest)
			}
			if !more {
				return
			}
		}
		c.err = context.Cause(ctx)
	}
}

// Err returns why the last loop over [Consumer.Batches] ended. It returns nil if the loop was
// left, or the closed ring was drained.
func (c *Consumer[T]) Err() error { return c.err }

// Position returns the sequence of the first slot that this consumer has not handed back. Any
// goroutine may call it. After Close it returns the position of the next consumer with the same
// entry.
func (c *Consumer[T]) Position() (position int64) {
	c.ring.core.visit(func() { position = c.read.place.position.Load() }) // stage edge
	return position
}

// Lag returns how many published sequences this consumer has not handed back. Any goroutine may
// call it. It reads the mark of each of them. After Close it returns the lag of the next consumer
// with the same entry.
func (c *Consumer[T]) Lag() (n int64) {
	c.ring.core.visit(func() {
		position := c.read.place.position.Load()
		end, _ := c.ring.core.claimed()
		n = c.ring.core.walk(max(position, end-c.ring.core.Capacity), end) - position
	})
	return max(n, 0)
}

// Name returns the name given to the consumer.
func (c *Consumer[T]) Name() string { return c.name }
