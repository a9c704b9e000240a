package disruptor

import (
	"context"
	"fmt"
)

// FromChannel publishes what it receives from ch, in order. It returns nil once ch is closed and
// empty, the cause of ctx if ctx ends first, and an error that wraps [ErrClosed] if the ring
// ends first.
//
// FromChannel receives first and then claims. If ctx or the ring ends while an event waits for
// room, the error is an [*UnsentError] that holds the event. There is never more than one such
// event: everything else that was received has been published, and the rest is still in ch.
//
// It uses p as one goroutine does. It publishes at most 64 events at once: as many as ch has
// ready if there is room for all of them, otherwise one. If others receive from ch too, it
// aborts the slots it claimed for events that they got. With a Producer that is not of this
// package, it publishes one event at a time and sees the end of the ring only when it claims.
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

// channelRun is the most events that FromChannel publishes at once.
const channelRun = 64

// sendReady publishes v, and with it what is ready in ch, up to most events in all. If there is
// no room for as many slots, it publishes v alone.
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

// An UnsentError is the error of FromChannel if it has received an event and not published it.
type UnsentError[T any] struct {
	Event T
	Err   error // why: what Claim returned
}

// Error returns a line with the text of Err. It leaves out the event.
func (e *UnsentError[T]) Error() string {
	return fmt.Sprintf("disruptor: an event was received and not published: %v", e.Err)
}

// Unwrap returns Err.
func (e *UnsentError[T]) Unwrap() error { return e.Err }

// ToChannel sends a copy of each event to ch, in order. It returns nil once the closed ring is
// drained, without closing ch; the cause of ctx if ctx ends first; [ErrClosed] if the consumer
// has been closed; and an error that wraps ErrClosed and the cause if the ring fails.
//
// An event is done once ch has taken it. When ToChannel returns, the position of c is right
// after the last event delivered, and another call goes on there. ToChannel hands delivered
// events back when it waits for ch, and at the end of each batch. It also sees the end of ctx
// and a failure of the ring then.
//
// It uses c as one goroutine does. What an event refers to is not copied: don't use ToChannel
// where producers use that again.
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
