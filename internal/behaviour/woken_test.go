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

// The wake-ups of each kind of sleeper: verification/breaks leaves out one of them at a time,
// and expects the test to notice. In a bubble a lost wake-up is a deadlock, which fails at once.

func TestAClaimThatGoesPassesItsTurnOn(t *testing.T) {
	for _, n := range []int{1, 2} { // the first claim: it finds room, or is cancelled
		synctest.Test(t, func(t *testing.T) {
			ctx := context.Background()
			first, cancel := context.WithCancel(ctx)
			r := newRing[int](t, disruptor.Config{Capacity: 2, Wait: disruptor.BlockWait{Spin: -1}})
			p := r.MultiProducer()
			c := r.Consumer("c")
			require.True(t, p.TrySend(0))
			require.True(t, p.TrySend(0))
			_, err := c.WaitFor(ctx, 1)
			require.NoError(t, err)
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = p.Claim(first, n) })
			synctest.Wait()
			wg.Go(func() { _, _ = p.Claim(ctx, 1) })
			synctest.Wait()
			b, _ := c.TryNext()
			head, _ := b.Split(3 - n)
			c.Done(head)
			synctest.Wait()
			if n > 1 {
				cancel()
			}
			wg.Wait()
			require.Zero(t, r.Stats().Blocked)
			cancel()
		})
	}
}

func TestTheEndWakesEveryoneWhoSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		r := newRing[int](t, disruptor.Config{Capacity: 2, Wait: disruptor.BlockWait{Spin: -1}})
		p := r.MultiProducer()
		slow := r.Consumer("slow")
		const each = 3
		errs := make(chan error, 3*each)
		for range each {
			direct, stage := r.Consumer("direct"), r.Consumer("stage", slow)
			go func() { _, err := direct.WaitFor(ctx, 2); errs <- err }()
			go func() { _, err := stage.WaitFor(ctx, 1); errs <- err }()
		}
		require.True(t, p.TrySend(0))
		require.True(t, p.TrySend(0))
		for range each {
			go func() { errs <- p.Send(ctx, 0) }()
		}
		synctest.Wait()
		require.Empty(t, errs)
		enough := errors.New("enough")
		ended, cancel := context.WithCancelCause(ctx)
		cancel(enough)
		require.Equal(t, enough, r.Run(ended))
		for range cap(errs) {
			require.ErrorIs(t, <-errs, enough)
		}
	})
}

func TestEachIsWokenByWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		const waiting = 4
		r := newRing[int](t, disruptor.Config{Capacity: waiting, Wait: disruptor.BlockWait{Spin: -1}})
		p := r.MultiProducer()
		slow := r.Consumer("slow")
		var wg sync.WaitGroup
		for seq := range int64(waiting) {
			direct, stage := r.Consumer("direct"), r.Consumer("stage", slow)
			wg.Go(func() { _, _ = direct.WaitFor(ctx, seq) })
			wg.Go(func() { _, _ = stage.WaitFor(ctx, seq) })
		}
		for i := range waiting {
			require.EqualValues(t, 1, wakes(r, func() { p.TrySend(i) }))
		}
		b, _ := slow.TryNext()
		for range waiting {
			var head disruptor.Batch[int]
			head, b = b.Split(1)
			require.EqualValues(t, 1, wakes(r, func() { slow.Done(head) }))
		}
		wg.Wait()
		require.Zero(t, r.Stats().Wasted)
	})
}

func TestAHandledConsumerThatSleepsHearsItsClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, disruptor.Config{Capacity: 1, Wait: disruptor.BlockWait{Spin: -1}})
		c := r.Handle("c", func(disruptor.Batch[int]) error { return nil })
		done := make(chan error, 1)
		go func() { done <- r.Run(context.Background()) }()
		synctest.Wait()
		c.Close()
		synctest.Wait()
		left := len(r.Stats().Consumers) == 0
		r.Close()
		require.NoError(t, <-done)
		require.True(t, left)
	})
}

func TestAPublishWakesAClaimWhereNobodyConsumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, disruptor.Config{Capacity: 1, Wait: disruptor.BlockWait{Spin: -1}})
		p := r.MultiProducer()
		open, ok := p.TryClaim(1)
		require.True(t, ok)
		done := make(chan error)
		go func() { done <- p.Send(context.Background(), 1) }()
		synctest.Wait()
		p.Publish(open)
		require.NoError(t, <-done)
	})
}

func TestAnAbortWakesWhoIsToStepOverIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		r := newRing[int](t, disruptor.Config{Capacity: 2, Wait: disruptor.BlockWait{Spin: -1}})
		p := r.MultiProducer()
		c := r.Consumer("c")
		open, ok := p.TryClaim(2)
		require.True(t, ok)
		done := make(chan error, 2)
		go func() { _, err := c.Next(ctx); done <- err }()
		go func() { done <- p.Send(ctx, 1) }() // room comes when the position of c steps over
		synctest.Wait()
		p.Abort(open)
		require.NoError(t, <-done)
		require.NoError(t, <-done)
	})
}
