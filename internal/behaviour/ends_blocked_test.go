package behaviour

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Claims that wait on a full ring all return when their room has come or will never come.

func TestEveryClaimThatWaitsOnAFullRingReturns(t *testing.T) {
	cause := errors.New("enough")
	ends := []struct {
		name string
		end  func(r *disruptor.Ring[int], blocker *disruptor.Consumer[int], cancel context.CancelCauseFunc)
		want error // nil: all succeed
	}{
		{"Close", func(r *disruptor.Ring[int], _ *disruptor.Consumer[int], _ context.CancelCauseFunc) {
			r.Close()
		}, disruptor.ErrClosed},
		{"cancel", func(_ *disruptor.Ring[int], _ *disruptor.Consumer[int], cancel context.CancelCauseFunc) {
			cancel(cause)
		}, cause},
		{"a consumer's leave", func(_ *disruptor.Ring[int], c *disruptor.Consumer[int], _ context.CancelCauseFunc) {
			c.Close()
		}, nil},
		{"Done", func(_ *disruptor.Ring[int], c *disruptor.Consumer[int], _ context.CancelCauseFunc) {
			for range 2 { // as much as they claim, one by one
				b, _ := c.TryNext()
				head, _ := b.Split(b.Len() / 2)
				c.Done(head)
			}
		}, nil},
	}
	forEachVariant(t, func(t *testing.T, v variant) {
		for _, end := range ends {
			t.Run(end.name, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(testContext(t))
				r := newRing[int](t, v.config(8))
				first := newProducer(r)
				producers := []disruptor.Producer[int]{first}
				if v.producers == disruptor.Multi { // one handle for two goroutines, and one for itself
					producers = []disruptor.Producer[int]{first, first, r.MultiProducer()}
				}
				blocker := r.Consumer("blocker")
				idler := r.Consumer("idler") // has nothing in hand, and leaves the room to blocker
				for i := range 8 {
					require.True(t, first.TrySend(i))
				}
				requireSequences(t, ctx, idler, 0, 8)
				errs := make([]error, len(producers))
				var wg sync.WaitGroup
				for i, p := range producers {
					wg.Go(func() { errs[i] = p.Send(ctx, i) })
				}
				if parks(v.wait) {
					eventually(t, func() bool { return r.Stats().Blocked == len(producers) }, "all claims wait")
				}
				end.end(r, blocker, cancel)
				wg.Wait()
				for _, err := range errs {
					require.ErrorIs(t, err, end.want)
				}
				require.Zero(t, r.Stats().Blocked)
				if end.want == nil {
					require.EqualValues(t, 8+len(producers), r.Published())
				} else {
					require.EqualValues(t, 8, r.Published())
					require.EqualValues(t, 8, r.Stats().Claimed)
				}
			})
		}
	})
}

func TestAClaimThatIsCancelledPassesItsTurnOn(t *testing.T) {
	ctx := testContext(t)
	r := newRing[int](t, disruptor.Config{Capacity: 4, Wait: disruptor.BlockWait{Spin: -1}})
	p := r.MultiProducer()
	c := r.Consumer("c")
	for i := range 4 {
		require.True(t, p.TrySend(i))
	}
	large, cancel := context.WithCancelCause(ctx)
	cause := errors.New("too large")
	largeDone, smallDone := make(chan error, 1), make(chan error, 1) // either may be the first to return
	go func() { largeDone <- p.Do(large, 4, func(disruptor.Batch[int]) error { return nil }) }()
	eventually(t, func() bool { return r.Stats().Blocked == 1 }, "the large claim waits")
	go func() { smallDone <- p.Send(ctx, 4) }()
	eventually(t, func() bool { return r.Stats().Blocked == 2 }, "the small claim waits behind it")
	b, ok := c.TryNext()
	require.True(t, ok)
	head, _ := b.Split(1)
	c.Done(head) // enough for the small one
	require.False(t, p.TrySend(5), "a newcomer does not overtake those that wait")
	require.Equal(t, 2, r.Stats().Blocked)
	cancel(cause)
	require.ErrorIs(t, <-largeDone, cause)
	require.NoError(t, <-smallDone)
}

func TestAClaimThatWaitsForItsTurnIsNotOvertaken(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 4, Wait: disruptor.BlockWait{Spin: -1}})
	p, q := r.MultiProducer(), r.MultiProducer()
	c := r.Consumer("c")
	for i := range 4 {
		require.True(t, p.TrySend(i))
	}
	done := make(chan error, 1)
	go func() { done <- p.Do(testContext(t), 3, func(disruptor.Batch[int]) error { return nil }) }()
	eventually(t, func() bool { return r.Stats().Blocked == 1 }, "the claim waits")
	for range 2 { // there is room for these newcomers, and not yet for the claim
		b, ok := c.TryNext()
		require.True(t, ok)
		head, _ := b.Split(1)
		c.Done(head)
		require.False(t, q.TrySend(9))
		require.Equal(t, 1, r.Stats().Blocked)
	}
	b, ok := c.TryNext()
	require.True(t, ok)
	head, _ := b.Split(1)
	c.Done(head)
	require.NoError(t, <-done)
	require.EqualValues(t, 7, r.Published())
	b, ok = c.TryNext()
	require.True(t, ok)
	c.Done(b)
	require.True(t, q.TrySend(9), "nobody waits any more")
}

func TestALargeClaimGetsThroughAStreamOfSmallOnes(t *testing.T) {
	ctx := testContext(t)
	r := newRing[int](t, disruptor.Config{Capacity: 64, Wait: disruptor.BlockWait{Spin: -1}})
	c := r.Consumer("c")
	var wg sync.WaitGroup
	wg.Go(func() {
		for range c.Batches(ctx) {
		}
	})
	stop := make(chan struct{})
	goOn := func() bool {
		select {
		case <-stop:
			return false
		default:
			return ctx.Err() == nil
		}
	}
	wg.Go(func() {
		for p := r.MultiProducer(); goOn(); {
			if b, ok := p.TryClaim(1); ok {
				p.Publish(b)
			} else {
				runtime.Gosched()
			}
		}
	})
	wg.Go(func() {
		for p := r.MultiProducer(); goOn(); {
			_ = p.Send(ctx, 1)
		}
	})
	p := r.MultiProducer()
	for range 20 {
		if err := p.Do(ctx, 64, func(disruptor.Batch[int]) error { return nil }); err != nil {
			t.Error(err)
			break
		}
	}
	close(stop)
	r.Close()
	wg.Wait()
}
