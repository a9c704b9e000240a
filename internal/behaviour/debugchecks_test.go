//go:build disruptor_debug

package behaviour

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The misuse that only disruptor_debug finds. TestASecondTimeIsNamed covers batches published in
// part.

func TestTwoGoroutinesOnOneConsumerAreFound(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		done := inBackground(func() error { _, err := c.Next(context.Background()); return err })
		synctest.Wait() // the other one is in Next
		const text = `disruptor: consumer "c" is used by two goroutines at once`
		requirePanics(t, text, func() { c.TryNext() })
		requirePanics(t, text, func() { c.Next(expired) })
		requirePanics(t, text, func() { c.WaitFor(expired, 0) })
		requirePanics(t, text, func() { c.At(0) })
		requirePanics(t, text, func() { c.Done(disruptor.Batch[int64]{}) })
		requirePanics(t, text, func() { c.Close() })
		require.Zero(t, c.Position()) // which any goroutine may ask for
		require.Zero(t, c.Lag())
		publish(t, p, 1)
		require.NoError(t, <-done)
		take(t, c, 0, 1) // one after the other is fine
	})
}

func TestTwoGoroutinesThatWaitInOneSenderAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 1})
		p, c := r.MultiProducer(), r.Consumer("c")
		publish(t, p, 1)
		s := p.Sender(disruptor.Overflow[int64]{Wait: time.Minute})
		sent := inBackground(func() error { return s.Send(context.Background(), 1) })
		synctest.Wait()
		requirePanics(t, `disruptor: a Sender is used by two goroutines at once`, func() { _ = s.Send(context.Background(), -1) })
		advance(t, c, 1)
		require.NoError(t, <-sent)
		require.Equal(t, disruptor.ErrNoRoom, s.Send(context.Background(), -1)) // one after the other is fine
	})
}

func TestAnotherGoroutineOnAConsumerThatRunServesIsFound(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		hold := make(chan struct{})
		var c *disruptor.Consumer[int64]
		c = r.Handle("c", func(b disruptor.Batch[int64]) error {
			<-hold
			head, _ := b.Split(1)
			c.Done(head) // its own goroutine may
			_, err := c.At(1)
			return err
		})
		running := run(r)
		publish(t, p, 2)
		synctest.Wait() // in the handler, and in no call of the consumer
		const text = `disruptor: consumer "c", which Run serves, is used by another goroutine`
		requirePanics(t, text, func() { c.TryNext() })
		requirePanics(t, text, func() { c.Next(expired) })
		requirePanics(t, text, func() { c.Done(disruptor.Batch[int64]{}) })
		requirePanics(t, text, func() { c.At(0) })
		close(hold)
		synctest.Wait()
		c.Close() // any goroutine may
		r.Close()
		require.NoError(t, <-running)
	})
}

// With a context that has ended nothing waits.
func TestAHandlerMayFindNoRoomInItsOwnRing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.Handle("h", func(disruptor.Batch[int64]) error {
			ctx, cancel := context.WithCancelCause(context.Background())
			cancel(errHandler)
			err := p.Sender(disruptor.Overflow[int64]{Drop: true}).Send(ctx, 1)
			require.EqualError(t, err, `disruptor: no room: consumer "h" is 4 behind: no space left`)
			r.Close()
			return nil
		})
		publish(t, p, 4)
		require.NoError(t, r.Run(testContext(t)))
	})
}

func TestAHandlerThatWaitsForRoomInItsOwnRingIsFound(t *testing.T) {
	const text = `panic: disruptor: the handler of consumer "h" waits for room in its own full ring, and would wait for itself`
	for name, claims := range map[string]func(ctx context.Context, p disruptor.Producer[int64]) error{
		"Claim": func(ctx context.Context, p disruptor.Producer[int64]) error { _, err := p.Claim(ctx, 1); return err },
		"Send":  func(ctx context.Context, p disruptor.Producer[int64]) error { return p.Send(ctx, 1) },
		"SendAll": func(ctx context.Context, p disruptor.Producer[int64]) error {
			_, err := p.SendAll(ctx, make([]int64, 1))
			return err
		},
		"Sender": func(ctx context.Context, p disruptor.Producer[int64]) error {
			return p.Sender(disruptor.Overflow[int64]{}).Send(ctx, 1)
		},
		"Sender with a time-out": func(ctx context.Context, p disruptor.Producer[int64]) error {
			return p.Sender(disruptor.Overflow[int64]{Wait: time.Hour, Drop: true}).Send(ctx, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				r.Handle("h", func(disruptor.Batch[int64]) error { return claims(context.Background(), p) })
				publish(t, p, 4)
				var h *disruptor.HandlerError
				require.ErrorAs(t, r.Run(context.Background()), &h)
				require.EqualError(t, h.Err, text)
			})
		})
	}
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		other := newRing[int64](t, disruptor.Config{Capacity: 1}) // another ring's handler may wait for this one
		there := other.MultiProducer()
		c := other.Consumer("c")
		r.Handle("h", disruptor.Each(func(_ int64, v *int64) error { return there.Send(context.Background(), *v) }))
		publish(t, p, 4)
		running := run(r)
		for i := range int64(4) {
			b, err := c.Next(context.Background())
			require.NoError(t, err)
			require.Equal(t, i, *b.At(0))
			c.Done(b)
		}
		r.Close()
		require.NoError(t, <-running)
	})
}

func TestShutdownInAHandlerInStartAndInStopIsFound(t *testing.T) {
	for _, in := range []string{"start", "batch", "empty", "stop"} {
		t.Run(in, func(t *testing.T) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				var d diary
				d.handle(r, 1, faultIn(in, func() error { return r.Shutdown(context.Background()) }))
				publish(t, p, 1)
				running := run(r)
				synctest.Wait()
				r.Close()
				var h *disruptor.HandlerError
				require.ErrorAs(t, <-running, &h)
				require.EqualError(t, h.Err,
					`panic: disruptor: the handler of consumer "h" calls Shutdown, and would wait for itself`)
			})
		})
	}
}

// A closed ring gives a handler an error; only an open one makes it wait for itself.
func TestDebugChecksLetAHandlerSendIntoItsClosedRing(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 16})
	p := r.MultiProducer()
	var sent error
	r.Handle("h", func(disruptor.Batch[int]) error { sent = p.Send(context.Background(), 1); return nil })
	require.True(t, p.TrySend(0))
	r.Close()
	require.NoError(t, r.Run(context.Background()))
	require.Equal(t, disruptor.ErrClosed, sent)
}

// Any goroutines may close a handler's consumer, also once it has left.
func TestDebugChecksLetManyCloseAHandlersConsumer(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 4})
	h := r.Handle("h", func(disruptor.Batch[int]) error { return nil })
	h.Close()
	var wg sync.WaitGroup
	panics := make(chan any, 4)
	for range cap(panics) {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					panics <- v
				}
			}()
			for range 10_000 {
				h.Close()
			}
		})
	}
	wg.Wait()
	require.Empty(t, panics)
}

// A lossy handler may wait for room, but Shutdown waits for it as for others.
func TestDebugChecksFindALossyHandlerThatCallsShutdown(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	r.HandleLossy(disruptor.LossyConfig[int64]{Name: "h"}, func(disruptor.Copy[int64]) error {
		return r.Shutdown(context.Background())
	})
	publish(t, r.MultiProducer(), 1)
	require.ErrorContains(t, r.Run(t.Context()), `the handler of consumer "h" calls Shutdown, and would wait for itself`)
}
