package disruptor

import (
	"context"
	"time"
)

// An Overflow says what a [Sender] does with an event for which the ring has no room. With the
// zero value the Sender waits, as Send of a producer does.
//
//	Overflow{}                             wait for room
//	Overflow{Wait: d}                      wait for d, then ErrNoRoom
//	Overflow{Drop: true}                   ErrDropped at once
//	Overflow{Drop: true, Wait: d}          wait for d, then ErrDropped
//	Overflow{Inline: f}                    call f at once
//	Overflow{Inline: f, Wait: d}           wait for d, then call f
//	Overflow{Drop: true, Block: urgent}    wait for room if urgent, drop the rest
type Overflow[T any] struct {
	// Wait is how long Send waits for room. 0 means without limit or, with Drop or Inline, not
	// at all.
	Wait time.Duration
	// Drop has Send drop an event that finds no room and return [ErrDropped]. It excludes
	// Inline.
	//
	// Without Wait, Send finds no room whenever TrySend finds none. That may be so for a moment
	// while a consumer joins and, on a Multi ring, while other claims are queued for room. A
	// short Wait keeps events then.
	Drop bool
	// Inline is called with an event that finds no room, on the goroutine that called Send. Send
	// returns its error. No consumer sees the event, and it overtakes everything in the ring:
	// Inline runs at the same time as handlers, and as Inline of other senders.
	Inline func(event T) error
	// Block, if not nil, is asked about each event that finds no room at once, on the goroutine
	// that called Send. If it returns true, Send waits without limit for room for this event,
	// whatever else is set.
	Block func(event T) bool
}

// A Sender is a producer with an [Overflow]. It belongs to one goroutine, which may also use the
// producer from which it was made. It must not be copied.
type Sender[T any] struct {
	_        noCopy
	producer Producer[T]
	overflow Overflow[T]
	core     *core
	counts   *overflowWords
	timeout  *timeout
	busy     word // disruptor_debug: not 0 while timeout is in use
}

// Sender makes a sender that sends through p. It panics if Wait is negative, or if both Drop and
// Inline are set.
func (p *SingleProducer[T]) Sender(o Overflow[T]) *Sender[T] { return newSender(p, p.core, o) }

// Sender makes a sender that sends through p. Any number of senders may share p, and any
// goroutine may call Sender. It panics if Wait is negative, or if both Drop and Inline are set.
func (p *MultiProducer[T]) Sender(o Overflow[T]) *Sender[T] { return newSender(p, p.core, o) }

func newSender[T any](p Producer[T], c *core, o Overflow[T]) *Sender[T] {
	if o.Wait < 0 {
		panicf("Overflow.Wait of %v", o.Wait)
	}
	if o.Drop && o.Inline != nil {
		panicf("Overflow with both Drop and Inline")
	}
	if c.overflows.load() == nil {
		c.overflows.cas(nil, newOverflowWords())
	}
	return &Sender[T]{producer: p, overflow: o, core: c, counts: c.overflows.load(), timeout: newTimeout(o.Wait)}
}

// Send publishes v if there is room, as TrySend of the producer does. Otherwise it does what the
// Overflow says. It returns nil if v was published, or if Inline returned nil. [ErrNoRoom] and
// [ErrDropped] mean that there was no room and v was not published; Stats counts them. If the
// ring or ctx has ended, or ends while Send waits, Send fails as Claim does, and v is neither
// dropped nor given to Inline. If there is room, v is published even if ctx has ended.
//
// A handler must not wait for room in its own ring. It may send to the ring with Drop or Inline
// and no Wait.
func (s *Sender[T]) Send(ctx context.Context, v T) error {
	checkContext(ctx)
	if s.producer.TrySend(v) {
		return nil
	}
	return s.full(ctx, v)
}

// full is Send for an event that has found no room, or a ring that has ended.
func (s *Sender[T]) full(ctx context.Context, v T) error {
	if err := s.core.err(); err != nil {
		return err
	}
	o := &s.overflow
	switch {
	case ctx.Err() != nil, o.blocks(v):
		return s.producer.Send(ctx, v)
	case o.Wait > 0:
		if err := s.sendInTime(ctx, v); err != errTimeout {
			return err
		}
	}
	switch {
	case o.Drop:
		s.counts.dropped.add(1)
		return ErrDropped
	case o.Inline != nil:
		s.counts.inlined.add(1)
		return o.Inline(v)
	}
	s.counts.timedOut.add(1)
	return ErrNoRoom
}

// blocks reports whether v waits for room without a limit.
func (o *Overflow[T]) blocks(v T) bool {
	return o.Wait == 0 && !o.Drop && o.Inline == nil || o.Block != nil && o.Block(v)
}

// sendInTime is Send of the producer, but returns errTimeout once it has waited for room for
// Wait.
func (s *Sender[T]) sendInTime(ctx context.Context, v T) error {
	if debugChecks {
		if !s.busy.cas(0, 1) {
			panicf("a Sender is used by two goroutines at once")
		}
		defer s.busy.store(0)
	}
	s.timeout.renew(ctx)
	defer s.timeout.renew(context.Background()) // holds no ctx and runs no timer for longer than it waits
	return s.producer.Send(s.timeout, v)
}
