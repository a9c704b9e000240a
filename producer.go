package disruptor

import (
	"context"
	"fmt"
)

// Producer is the interface of [SingleProducer] and [MultiProducer], for code that takes either.
// Calls through it are dynamic: hold the concrete type where nanoseconds matter.
type Producer[T any] interface {
	TryClaim(n int) (Batch[T], bool)
	Claim(ctx context.Context, n int) (Batch[T], error)
	Publish(b Batch[T])
	Abort(b Batch[T])
	TrySend(v T) bool
	Send(ctx context.Context, v T) error
	SendAll(ctx context.Context, events []T) (n int, err error)
	Do(ctx context.Context, n int, fill func(Batch[T]) error) error
	Sender(o Overflow[T]) *Sender[T]
}

// do implements Do for both producers.
func do[T any](ctx context.Context, p Producer[T], n int, fill func(Batch[T]) error) error {
	if fill == nil {
		panicf("Do with a nil function")
	}
	b, err := p.Claim(ctx, n)
	if err != nil {
		return err
	}
	returned := false
	defer func() {
		if !returned { // a panic, which goes on, or runtime.Goexit
			p.Abort(b)
		}
	}()
	err = fill(b)
	returned = true
	if err != nil {
		p.Abort(b)
		return err
	}
	p.Publish(b)
	return nil
}

// sendAll implements SendAll for both producers. free returns how many slots a claim would find
// now, up to n. sendAll never waits for more than one slot: a consumer may first need the events
// for which there is room now, before it frees slots for a whole run.
func sendAll[T any](ctx context.Context, p Producer[T], free func(n int) int, events []T) (n int, err error) {
	checkContext(ctx)
	for n < len(events) {
		if ctx.Err() != nil {
			return n, context.Cause(ctx)
		}
		b, ok := Batch[T]{}, false
		if run := free(len(events) - n); run > 0 {
			b, ok = p.TryClaim(run)
		}
		if !ok {
			if b, err = p.Claim(ctx, 1); err != nil {
				return n, err
			}
		}
		head, tail := b.Slices()
		k := copy(head, events[n:])
		copy(tail, events[n+k:])
		p.Publish(b)
		n += b.Len()
	}
	return n, nil
}

// A claimer is the part of a producer that does not touch slots.
type claimer interface {
	// attempt claims n slots if there is room; otherwise it returns an empty range. It looks for
	// room itself unless others are queued for it and it is not the caller's turn.
	attempt(n int, t turn) (from, to int64)
}

// turn says whether a claim may take room for which others are queued.
type turn bool

const (
	newcomer turn = false
	itsTurn  turn = true // first in the queue
)

func (c *core) checkCount(n int) {
	if n < 1 || int64(n) > c.capacity {
		panicf("claim of %d slots in a ring of %d", n, c.capacity)
	}
}

// mustQueue reports whether an attempt that needs to look for room must queue first.
func (c *core) mustQueue(t turn) bool { return t == newcomer && c.queued.load() > 0 } // park edge

// free returns how many slots lie between what is claimed and limit, at most n.
func (c *core) free(n int, limit int64) int {
	return int(min(int64(n), max(0, limit-c.claimed())))
}

// obstacle says what a claim that finds no room is waiting for.
func (c *core) obstacle() string {
	published := c.publishedEnd()
	var slow *member
	for _, m := range *c.members.list.load() { // of several at one position the first: the others may be after it
		if m.position.load() < 0 {
			continue // nothing waits for it
		}
		if slow == nil || m.position.load() < slow.position.load() {
			slow = m
		}
	}
	if slow == nil || slow.position.load() >= published {
		return fmt.Sprintf("claimed and not published: %s", rangeText(published, max(published, c.claimed())))
	}
	return fmt.Sprintf("consumer %q is %d behind", slow.name, published-slow.position.load())
}
