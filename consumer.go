package disruptor

import (
	"context"
	"iter"
)

// A Consumer sees every published slot, in order, after the consumers that it was made after. A ring waits for all of
// its consumers: one that is forgotten stops all producers once the ring is full. Call Close on it instead.
//
// A Consumer belongs to one goroutine; Position, Lag, Name and, if it was made by Handle, Close may be called by any.
// It must not be copied.
//
// Every write to a slot before its Publish, and every access to it by the consumers before this one until their Done,
// is visible to this one when it is handed the slot.
type Consumer[T any] struct {
	ring *Ring[T]
	*reader
	err error
}

// Consumer makes a consumer, for this goroutine or another to use. It sees everything whose Publish had not begun
// when Consumer returned; of what was published before, it sees nothing. With after, it is handed only slots with
// which those are done; when one of them leaves, it follows those that that one followed. It may be called at any
// time, while producers run, too. On a ring that has ended it returns a consumer that finds ErrClosed.
// It panics if a consumer in after is nil or belongs to another ring. The name is for Stats and errors.
func (r *Ring[T]) Consumer(name string, after ...*Consumer[T]) *Consumer[T] {
	members := make([]*member, len(after))
	for i, a := range after {
		if a == nil {
			panicf("consumer %q after a nil consumer", name)
		}
		if a.ring != r {
			panicf("consumer %q after consumer %q of another ring", name, a.Name())
		}
		members[i] = a.member
	}
	return &Consumer[T]{ring: r, reader: r.core.join(name, members)}
}

// TryNext returns all that is available from the first slot that is not done, or false if that is nothing. Called
// again before Done it returns the same start, and perhaps more. Aborted slots are in no batch: a batch ends before
// them, and the next one begins after them.
func (c *Consumer[T]) TryNext() (Batch[T], bool) {
	from, to := c.look()
	return Batch[T]{c.ring, from, to}, to > from
}

// Next is TryNext that waits, as the ring's WaitStrategy says, until something is available. It returns the cause of
// ctx if that ends first; ErrClosed when a closed ring is drained, and when this consumer has been closed; and an error
// that wraps ErrClosed and the cause when the ring has failed. What is available is returned even if ctx has ended.
func (c *Consumer[T]) Next(ctx context.Context) (b Batch[T], err error) {
	b.ring = c.ring
	b.from, b.to, err = c.next(ctx)
	return
}

// Done hands the slots of b back, to later consumers and to producers: b as it was handed out, or a first part of it.
// It panics if they are not in hand.
func (c *Consumer[T]) Done(b Batch[T]) {
	c.done(b.ring == c.ring, b.from, b.to)
}

// Batches walks over what Next returns and calls Done for what the loop's body has not, after each turn and when the
// loop is left by break or return; on a panic it does not. The loop ends when Next fails, of which Err tells the
// reason, and, as a ring that never runs dry would not see it otherwise, before the next batch once ctx has ended.
func (c *Consumer[T]) Batches(ctx context.Context) iter.Seq[Batch[T]] {
	checkContext(ctx)
	return func(yield func(Batch[T]) bool) {
		c.err = nil
		ended, stop := watch(ctx)
		defer stop()
		for ended.load() == 0 {
			b, err := c.Next(ctx)
			if err != nil {
				if err != ErrClosed || c.closed() { // a drained ring is no failure
					c.err = err
				}
				return
			}
			goOn := yield(b)
			c.finish(b)
			if !goOn {
				return
			}
		}
		c.err = context.Cause(ctx)
	}
}

// watch returns a word that becomes 1 when ctx ends, to be looked at where asking ctx itself would be too dear.
func watch(ctx context.Context) (ended *word, stop func() bool) {
	if ctx.Done() == nil {
		return &notEnded, func() bool { return true }
	}
	ended = new(word)
	return ended, context.AfterFunc(ctx, func() { ended.store(1) })
}

var notEnded word // stays 0

// finish is Done for what is left of b.
func (c *Consumer[T]) finish(b Batch[T]) {
	if c.pos < b.to {
		c.done(true, c.pos, b.to)
	}
}

// Err returns why the last loop over Batches ended: nil if it was left or the closed ring was drained.
func (c *Consumer[T]) Err() error { return c.err }

// WaitFor waits until the sequence seq is available to this consumer, published or aborted, and returns the end of
// what is, which is greater than seq. It hands nothing out: use At for single slots, TryNext for batches and Done.
// It fails as Next does, and with ErrClosed if the ring ends before seq. The slots from Position on stay taken while it
// waits: a seq for which producers need them does not come.
func (c *Consumer[T]) WaitFor(ctx context.Context, seq int64) (available int64, err error) {
	checkContext(ctx)
	return c.waitFor(ctx, seq)
}

// At returns the slot of a sequence in [Position, available), where available is what WaitFor would return now. It is
// good until Done has passed it. Below, At fails with ErrOverwritten, above with ErrNotPublished, and with ErrAborted
// for a sequence that its producer gave back.
func (c *Consumer[T]) At(seq int64) (*T, error) {
	if err := c.find(seq); err != nil {
		return nil, err
	}
	return &c.ring.slots[seq&c.ring.mask], nil
}

// Position returns the sequence of the first slot that this consumer has not handed back. Any goroutine may call it;
// what the consumer did to the slots before it is visible then.
func (c *Consumer[T]) Position() int64 { return c.member.position.load() } // stage edge

// Lag returns how many published slots this consumer has not handed back. Any goroutine may call it.
func (c *Consumer[T]) Lag() int64 {
	position := c.Position()
	return max(0, c.ring.Published()-position)
}

// Name returns the name given to Consumer or Handle.
func (c *Consumer[T]) Name() string { return c.member.name }
