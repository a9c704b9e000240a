package behaviour

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A Shutdown whose context ends first.

// stuck makes a handler that is stuck in its first batch until release is called.
func stuck(t *testing.T, r *disruptor.Ring[int64]) (c *disruptor.Consumer[int64], release func()) {
	hold := make(chan struct{})
	c = r.Handle("stuck", func(disruptor.Batch[int64]) error { <-hold; return nil })
	return c, func() { close(hold) }
}

func TestShutdownOutOfTimeReturnsAtOnceAndNamesWhoIsNotDone(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		publish(t, p, 1)
		c, release := stuck(t, r)
		r.Handle("stage", func(disruptor.Batch[int64]) error { return errors.New("called") }, c)
		r.Handle("done", func(disruptor.Batch[int64]) error { return nil })
		byHand := r.Consumer("by hand")
		publish(t, p, 2)
		claim(t, p, 1) // never published
		began, running := time.Now(), run(r)
		synctest.Wait()
		err := r.Shutdown(within(t, time.Minute))
		require.Equal(t, time.Minute, time.Since(began))
		require.EqualError(t, err, "disruptor: shutdown: context deadline exceeded: "+
			`consumer "stuck" at 1 has 3 left; consumer "stage" at 1 has 3 left; consumer "done" at 3 has 1 left; `+
			"[3, 4) never published")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Empty(t, running, "Run waits for the batch in hand")
		_, nextErr := byHand.Next(context.Background())
		require.ErrorIs(t, nextErr, err)
		require.ErrorIs(t, nextErr, disruptor.ErrClosed)
		require.ErrorIs(t, r.Err(), disruptor.ErrClosed)
		release()
		require.Same(t, err, <-running)
	})
}

func TestShutdownNamesHandlersThatNoRunServes(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.Handle("a", func(disruptor.Batch[int64]) error { return nil })
		publish(t, p, 2)
		r.Handle("b", func(disruptor.Batch[int64]) error { return nil })
		err := r.Shutdown(within(t, time.Second))
		require.EqualError(t, err, "disruptor: shutdown: context deadline exceeded: "+
			`consumer "a" at 0 has 2 left and is not served by a Run; consumer "b" at 2 has 0 left and is not served by a Run`)
		require.Equal(t, err, r.Shutdown(context.Background()), "the ring has failed: nobody is waited for")
		require.Equal(t, err, r.Run(context.Background()))
	})
}

// The first failure ends the wait for events that no consumer takes.
func TestAShutdownOutOfTimeEndsAnotherThatWaitsForARun(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], _ disruptor.Producer[int64]) {
		r.Handle("unserved", func(disruptor.Batch[int64]) error { return nil })
		began := time.Now()
		short := inBackground(func() error { return r.Shutdown(within(t, time.Second)) })
		var long []<-chan error
		for range 20 { // some of which look before there is a failure, and have to look again
			synctest.Wait()
			long = append(long, inBackground(func() error { return r.Shutdown(within(t, time.Hour)) }))
		}
		err := <-short
		for _, other := range long {
			require.Equal(t, err, <-other)
		}
		require.Equal(t, time.Second, time.Since(began))
	})
}

func TestShutdownNamesEachClaimThatWasNeverPublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 64})
		p := r.MultiProducer()
		r.Handle("h", func(disruptor.Batch[int64]) error { return nil })
		publish(t, p, 1)
		claim(t, p, 2)
		claim(t, p, 1)
		publish(t, p, 1)
		claim(t, p, 1)
		abort(t, p, 1)
		err := r.Shutdown(expired)
		require.ErrorContains(t, err, "; [1, 4) never published; [5, 6) never published")
		require.NotContains(t, err.Error(), "and more")
	})
	synctest.Test(t, func(t *testing.T) { // and not all of a great many
		r := newRing[int64](t, disruptor.Config{Capacity: 64})
		p := r.MultiProducer()
		r.Handle("h", func(disruptor.Batch[int64]) error { return nil })
		for range 9 {
			claim(t, p, 1)
			publish(t, p, 1)
		}
		require.ErrorContains(t, r.Shutdown(expired), "; [14, 15) never published; and more")
	})
}

func TestShutdownHasTheCauseOfItsContext(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		_, release := stuck(t, r)
		publish(t, p, 1)
		running := run(r)
		synctest.Wait()
		ctx, cancel := context.WithCancelCause(context.Background())
		down := inBackground(func() error { return r.Shutdown(ctx) })
		synctest.Wait()
		cause := fmt.Errorf("second signal: %w", errBoom)
		cancel(cause)
		err := <-down
		require.ErrorIs(t, err, cause)
		require.ErrorIs(t, err, errBoom)
		require.NotErrorIs(t, err, disruptor.ErrClosed, "it is what failed the ring, as what Run returns")
		release()
		require.Equal(t, err, <-running)
	})
}

func TestShutdownWithAContextThatHasEndedDoesNotWait(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		_, release := stuck(t, r)
		publish(t, p, 1)
		running := run(r)
		synctest.Wait()
		err := r.Shutdown(expired)
		require.ErrorIs(t, err, errLate)
		release()
		require.Equal(t, err, <-running)
	})
}

func TestTwoShutdownsWithDifferentContexts(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		_, release := stuck(t, r)
		publish(t, p, 1)
		running := run(r)
		began := time.Now()
		short := inBackground(func() error { return r.Shutdown(within(t, time.Second)) })
		middle := inBackground(func() error { return r.Shutdown(within(t, 3*time.Second)) })
		long := inBackground(func() error { return r.Shutdown(within(t, time.Hour)) })
		first := <-short
		require.ErrorIs(t, first, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(began))
		second := <-middle
		require.Equal(t, 3*time.Second, time.Since(began))
		require.ErrorIs(t, second, first)
		require.ErrorContains(t, second, "; the ring had failed: disruptor: shutdown: ")
		time.Sleep(time.Second)
		require.Empty(t, long, "the handler is still at work")
		release()
		require.Equal(t, first, <-long)
		require.Equal(t, first, <-running)
	})
}

func TestTwoShutdownsOfARingThatDrains(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		_, release := stuck(t, r)
		publish(t, p, 1)
		running := run(r)
		a := inBackground(func() error { return r.Shutdown(within(t, time.Minute)) })
		b := inBackground(func() error { return r.Shutdown(within(t, time.Hour)) })
		time.Sleep(time.Second)
		require.Empty(t, a)
		require.Empty(t, b)
		release()
		require.NoError(t, <-a)
		require.NoError(t, <-b)
		require.NoError(t, <-running)
	})
}
