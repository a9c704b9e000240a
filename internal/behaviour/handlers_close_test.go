package behaviour

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Close of a consumer that a handler serves.

func TestCloseOfAHandledConsumerFinishesTheBatchInHand(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(4))
		p := newProducer(r)
		entered, release := make(chan struct{}, 8), make(chan struct{})
		var leaver *disruptor.Consumer[int]
		batches := 0
		leaver = r.Handle("leaver", func(b disruptor.Batch[int]) error {
			batches++
			entered <- struct{}{}
			<-release
			return nil
		})
		var seen []int
		r.Handle("follower", func(b disruptor.Batch[int]) error { collect(&seen, b); return nil }, leaver)
		require.True(t, p.TrySend(0))
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		<-entered
		for i := 1; i < 4; i++ {
			require.True(t, p.TrySend(i))
		}
		leaver.Close()
		leaver.Close()
		require.False(t, p.TrySend(4), "the batch is still in hand")
		require.Len(t, r.Stats().Consumers, 2)
		close(release)
		for i := 4; i < 20; i++ { // Run goes on, for the follower
			require.NoError(t, p.Send(ctx, i))
		}
		require.Len(t, r.Stats().Consumers, 1)
		r.Close()
		require.NoError(t, <-run)
		require.Equal(t, 1, batches)
		require.EqualValues(t, 1, leaver.Position())
		require.Len(t, seen, 20)
		_, err := leaver.Next(ctx)
		require.Equal(t, disruptor.ErrClosed, err)
	})
}

func TestCloseOfAHandledConsumerWhileRunIsNotActiveLeavesAtOnce(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 2})
	p := r.MultiProducer()
	c := r.Handle("c", func(disruptor.Batch[int]) error { return errors.New("called") })
	require.True(t, p.TrySend(0))
	c.Close()
	require.Empty(t, r.Stats().Consumers)
	require.True(t, p.TrySend(1))
	require.True(t, p.TrySend(2))
	r.Close()
	require.NoError(t, r.Run(testContext(t)))
}

func TestCloseOfAHandledConsumerThatWaitsWakesItToLeave(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(2))
		c := r.Handle("c", func(disruptor.Batch[int]) error { return errors.New("called") })
		stage := r.Handle("stage", func(disruptor.Batch[int]) error { return errors.New("called") }, c)
		run := make(chan error, 1)
		go func() { run <- r.Run(testContext(t)) }()
		if parks(v.wait) {
			eventually(t, func() bool { return r.Stats().Parks >= 2 }, "both have parked")
		}
		c.Close()
		stage.Close()
		eventually(t, func() bool { return len(r.Stats().Consumers) == 0 }, "both have left")
		r.Close()
		require.NoError(t, <-run)
	})
}

func TestAHandlerMayCloseItsOwnConsumer(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(2))
		p := newProducer(r)
		var c *disruptor.Consumer[int]
		var seen []int
		c = r.Handle("c", func(b disruptor.Batch[int]) error {
			collect(&seen, b)
			if b.To() >= 3 {
				c.Close()
			}
			return nil
		})
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		for i := range 3 {
			require.NoError(t, p.Send(ctx, i))
		}
		eventually(t, func() bool { return len(r.Stats().Consumers) == 0 }, "c has left")
		for i := 3; i < 20; i++ { // nobody is waited for any more
			require.NoError(t, p.Send(ctx, i))
		}
		r.Close()
		require.NoError(t, <-run)
		require.Equal(t, []int{0, 1, 2}, seen)
		require.EqualValues(t, 3, c.Position())
	})
}

// Both goroutines ran code that only the consumer's goroutine may run.
func TestTwoGoroutinesCloseAHandledConsumerThatNobodyServes(t *testing.T) {
	for range 50 {
		r := newRing[int](t, disruptor.Config{Capacity: 2})
		c := r.Handle("c", func(disruptor.Batch[int]) error { return nil })
		var both sync.WaitGroup
		for range 2 {
			both.Go(c.Close)
		}
		both.Wait()
		require.Empty(t, r.Stats().Consumers)
	}
}

func TestAHandledConsumerIsHandedNothingThatIsPublishedAfterItsClose(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int](t, disruptor.Config{Capacity: 8, Wait: disruptor.BlockWait{Spin: -1}})
			p := r.MultiProducer()
			got := 0
			c := r.Handle("c", func(b disruptor.Batch[int]) error { got += b.Len(); return nil })
			go func() { _ = r.Run(context.Background()) }()
			synctest.Wait()
			c.Close()
			require.True(t, p.TrySend(1))
			synctest.Wait()
			r.Close()
			synctest.Wait()
			require.Zero(t, got)
		})
	}
}
