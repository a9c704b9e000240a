package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/be395dad/disruptor"
)

// The loops of senders and readers, one pair for each kind.

// sendClosely publishes a lap at about the moment at which a reader, done with the one before, parks. Nothing comes that
// could make up for its wake-up.
func sendClosely(l *load, s *sender) {
	late := newBacklog(s.rnd)
	for looks := 1; !l.enough.Load(); looks++ {
		b, ok := s.TryClaim(l.config.Capacity)
		if !ok {
			if looks%64 == 0 {
				runtime.Gosched()
			}
			continue
		}
		s.fill(b)
		late.fill()
		s.Publish(b)
	}
}

// sendLaps claims the whole ring, and so waits for all consumers.
func sendLaps(l *load, s *sender) {
	for !l.enough.Load() {
		b, ok := s.claim(l, l.config.Capacity)
		if !ok {
			return
		}
		s.Publish(b)
	}
}

// readClosely calls Done at about the moment at which the sender parks. Readers after the first
// one read as in other kinds.
func readClosely(l *load, r *reader) {
	if r.id > 0 {
		readAll(l, r)
		return
	}
	now, cancel := context.WithCancel(context.Background())
	cancel()
	late := newBacklog(r.rnd)
	for looks := 1; ; looks++ {
		if b, ok := r.TryNext(); ok {
			r.check(b)
			late.fill()
			r.Done(b)
		} else if looks%64 == 0 {
			runtime.Gosched()
			if b, err := r.Next(now); errors.Is(err, disruptor.ErrClosed) {
				return
			} else if err == nil {
				r.check(b)
				r.Done(b)
			}
		}
	}
}

// sendNowAndThen lets the ring run empty, and full, by turns.
func sendNowAndThen(l *load, s *sender) {
	for !l.enough.Load() {
		b, ok := s.claim(l, 1)
		if !ok {
			return
		}
		s.Publish(b)
		dawdle(s.rnd, 4)
	}
}

func readAll(l *load, r *reader) {
	for b := range r.Batches(context.Background()) {
		r.check(b)
	}
	if err := r.Err(); err != nil {
		l.fail("reader %d: %v", r.id, err)
	}
}

// sendMany keeps the ring full, with claims of all sizes.
func sendMany(l *load, s *sender) {
	for !l.enough.Load() {
		b, ok := s.claim(l, 1+s.rnd.IntN(l.config.Capacity))
		if !ok {
			return
		}
		s.Publish(b)
	}
}

const largestParts = 3

// sendParts publishes its claims in parts, the later ones first.
func sendParts(l *load, s *sender) {
	for !l.enough.Load() {
		b, ok := s.claim(l, 1+s.rnd.IntN(largestParts))
		if !ok {
			return
		}
		head, rest := b.Split(s.rnd.IntN(b.Len()))
		if rest.Len() > 1 {
			var last disruptor.Batch[event]
			rest, last = rest.Split(1)
			s.Publish(last)
		}
		s.Publish(rest)
		dawdle(s.rnd, 4)
		s.Publish(head)
	}
}

// readRanges waits for several ranges at once, as many as surely come while the reader hands nothing back: a claim that
// found no room leaves less than largestParts free.
func readRanges(l *load, r *reader) {
	ctx := context.Background()
	for {
		ahead := int64(r.rnd.IntN(l.config.Capacity - largestParts))
		if r.id > 0 { // its position is the gate: the claims it waits for must not wait for it
			ahead = 0
		}
		_, err := r.WaitFor(ctx, r.at+ahead)
		if b, ok := r.TryNext(); ok {
			r.check(b)
			r.Done(b)
		} else if errors.Is(err, disruptor.ErrClosed) {
			return
		} else {
			l.fail("reader %d finds nothing at %d: %v", r.id, r.at, err)
		}
	}
}

// soonOrNever returns a context that ends just before its user parks, or while it does, or after; or one that never ends.
func soonOrNever(rnd *rand.Rand, wg *sync.WaitGroup) context.Context {
	if rnd.IntN(2) == 0 {
		return context.Background()
	}
	ctx, cancel := context.WithCancel(context.Background())
	wg.Go(cancel)
	return ctx
}

// sendImpatiently and readImpatiently give up some waits. The other waits have no end, so they
// hang if a wake-up was lost with a cancelled context.
func sendImpatiently(l *load, s *sender) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for !l.enough.Load() {
		b, err := s.Claim(soonOrNever(s.rnd, &wg), 1)
		switch {
		case err == nil:
			s.fill(b)
			s.Publish(b)
		case !errors.Is(err, context.Canceled):
			l.fail("sender %d: %v", s.id, err)
		}
	}
}

func readImpatiently(l *load, r *reader) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		b, err := r.Next(soonOrNever(r.rnd, &wg))
		switch {
		case err == nil:
			r.check(b)
			r.Done(b)
		case errors.Is(err, disruptor.ErrClosed):
			return
		case !errors.Is(err, context.Canceled):
			l.fail("reader %d: %v", r.id, err)
		}
	}
}

const (
	turnSpin  = 3 * time.Microsecond
	calmSlots = 9000 // more than a ring waits for before it spares wakers their fence
	busyWaits = 256
)

// sendInTurns alternates between a stream in which the reader waits, and seldom parks, and one in which it parks about
// every other time, at about the moment of the publish: so the ring goes from the one sort of fence to the other.
func sendInTurns(l *load, s *sender) {
	late := newBacklog(s.rnd)
	for !l.enough.Load() {
		for i := range calmSlots + busyWaits {
			if i >= calmSlots {
				for end := time.Now().Add(time.Duration(s.rnd.Int64N(int64(4 * turnSpin)))); time.Now().Before(end); {
				}
			}
			b, ok := s.claim(l, 1)
			if !ok {
				return
			}
			if i >= calmSlots {
				late.fill()
			}
			s.Publish(b)
			for looks := 1; s.first.Position() < b.To(); looks++ {
				if looks%64 == 0 {
					runtime.Gosched()
				}
			}
		}
	}
}
