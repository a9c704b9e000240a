package disruptor

import "context"

// Producer is what a SingleProducer and a MultiProducer both do, for code that takes either. Calls through it are
// dynamic: hold the concrete type where nanoseconds matter.
type Producer[T any] interface {
	TryClaim(n int) (Batch[T], bool)
	Claim(ctx context.Context, n int) (Batch[T], error)
	Publish(b Batch[T])
	Abort(b Batch[T])
	TrySend(v T) bool
	Send(ctx context.Context, v T) error
	Do(ctx context.Context, n int, fill func(Batch[T]) error) error
}

// do is Do for both.
func do[T any](p Producer[T], b Batch[T], fill func(Batch[T]) error) error {
	returned := false
	defer func() {
		if !returned { // a panic, which goes on, or runtime.Goexit
			p.Abort(b)
		}
	}()
	err := fill(b)
	returned = true
	if err != nil {
		p.Abort(b)
		return err
	}
	p.Publish(b)
	return nil
}

// A claimer is the half of a producer that knows no slots.
type claimer interface {
	// attempt claims n slots if there is room; it looks for room itself unless others queue for it and turn is false.
	attempt(n int, turn bool) (from, to int64)
}

func (c *core) checkCount(n int) {
	if n < 1 || int64(n) > c.capacity {
		panicf("claim of %d slots in a ring of %d", n, c.capacity)
	}
}

// claimSlow waits for room for n slots, for which the caller has just looked in vain.
func (c *core) claimSlow(ctx context.Context, n int, p claimer) (from, to int64, err error) {
	w := c.newWait(ctx)
	for {
		if err := c.err(); err != nil {
			return 0, 0, err
		}
		park, err := w.idle()
		if park {
			return c.claimQueued(ctx, n, p)
		}
		if from, to = p.attempt(n, false); to > from { // also if room came with the end of the context: prefer success
			return from, to, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}

// claimQueued waits its turn behind the claims that wait already, and then for room.
func (c *core) claimQueued(ctx context.Context, n int, p claimer) (from, to int64, err error) {
	s := c.claims.enter(n)
	defer c.claims.leave(s)
	for again := false; ; again = true {
		if c.claims.first(s) { // park edge: the need is registered, now look
			if from, to = p.attempt(n, true); to > from {
				return from, to, nil
			}
		}
		if err := c.err(); err != nil {
			return 0, 0, err
		}
		if ctx.Err() != nil {
			return 0, 0, context.Cause(ctx)
		}
		c.claims.park(ctx, s, again)
	}
}

// mustQueue reports whether an attempt that needs to look for room has to queue first.
func (c *core) mustQueue(turn bool) bool { return !turn && c.queued.load() > 0 } // park edge
