package disruptor

import (
	"context"
	"fmt"
)

// FromChannel publishes what it receives from ch, in order, until ch is closed and empty. It
// returns nil then; the cause of ctx if that ends first; and an error that wraps ErrClosed if the
// ring does.
//
// FromChannel claims after it has received. If the end comes while an event waits for room, the
// error is an [*UnsentError] and has that event. There is never more than one: what else was
// received has been published, and the rest is still in ch.
//
// It uses p as one goroutine does. It publishes up to 64 events at once, as many as ch has ready,
// if there is room for all of them, and one otherwise. If others receive from ch, too, it aborts
// what it has claimed for more than it gets. A Producer that is none of this package has one
// event published at a time, and FromChannel sees the end of its ring only when it claims.
//
// FromChannel panics if ch or p is nil.
func FromChannel[T any](ctx context.Context, ch <-chan T, p Producer[T]) error {
	checkContext(ctx)
	if ch == nil || p == nil {
		panicf("FromChannel with a nil channel or producer")
	}
	most, over, end := 1, (<-chan struct{})(nil), func() error { return nil }
	if p, ok := p.(interface{ target() *Ring[T] }); ok {
		r := p.target()
		most, over, end = min(channelRun, r.Cap()), r.core.over, r.Err
	}
	for {
		select { // ch may always have something
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-over:
			return end()
		default:
		}
		select {
		case v, open := <-ch:
			if !open {
				return nil
			}
			if err := sendReady(ctx, v, ch, p, most); err != nil {
				return err
			}
		case <-ctx.Done():
		case <-over:
		}
	}
}

// channelRun is how many events FromChannel publishes at once at most.
const channelRun = 64

// sendReady publishes v, and with it what is ready in ch if there is room for as many slots as
// that needs, most in all.
func sendReady[T any](ctx context.Context, v T, ch <-chan T, p Producer[T], most int) error {
	b, ok := p.TryClaim(min(1+len(ch), most))
	if !ok {
		var err error
		if b, err = p.Claim(ctx, 1); err != nil {
			return &UnsentError[T]{Event: v, Err: err}
		}
	}
	*b.At(0) = v
	n := 1
	for open := true; n < b.Len(); n++ {
		select {
		case v, open = <-ch:
		default:
			open = false // another has received it
		}
		if !open {
			break
		}
		*b.At(n) = v
	}
	sent, rest := b.Split(n)
	p.Publish(sent)
	p.Abort(rest)
	return nil
}

// An UnsentError is how FromChannel fails with an event that it has received and not published.
type UnsentError[T any] struct {
	Event T
	Err   error // why: what Claim returned
}

// Error returns a line that says what Err does. The event is not in it.
func (e *UnsentError[T]) Error() string {
	return fmt.Sprintf("disruptor: an event was received and not published: %v", e.Err)
}

// Unwrap returns Err.
func (e *UnsentError[T]) Unwrap() error { return e.Err }

// ToChannel sends a copy of each event to ch, in order, until the closed ring is drained. It
// returns nil then, without closing ch; the cause of ctx if that ends first; ErrClosed if the
// consumer has been closed; and an error that wraps ErrClosed and the cause if the ring fails.
//
// An event is done once ch has taken it: when ToChannel returns, the position of c is right
// behind the last one delivered, and another call goes on there. While it waits for ch, what was
// delivered is handed back; otherwise, at the end of each batch. It sees the end of ctx and a
// failure then, too.
//
// It uses c as one goroutine does. What an event refers to is not copied: don't use ToChannel
// where producers reuse that.
//
// ToChannel panics if ch or c is nil.
func ToChannel[T any](ctx context.Context, c *Consumer[T], ch chan<- T) error {
	checkContext(ctx)
	if ch == nil || c == nil {
		panicf("ToChannel with a nil channel or consumer")
	}
	ended, stop := endOf(ctx)
	defer stop()
	for ended.load() == 0 {
		b, err := c.Next(ctx)
		if err != nil {
			return c.failure(err)
		}
		for s, event := range b.All() {
			select {
			case ch <- *event:
				continue
			default:
			}
			c.doneRest(Batch[T]{c.ring, b.from, s})
			select {
			case ch <- *event:
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-c.core.stop: // close edge
				return c.ended(s)
			}
		}
		c.doneRest(b)
	}
	return context.Cause(ctx)
}
