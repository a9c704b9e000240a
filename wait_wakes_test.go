package disruptor

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Who is woken, in which order, and how often.

func TestClaimsThatWaitAreServedInTheOrderInWhichTheyParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const waiting = 12
		ctx := context.Background()
		r := newRing[int](t, Config{Capacity: 8, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		c := r.Consumer("c")
		for range 8 {
			require.True(t, p.TrySend(-1))
		}
		var wg sync.WaitGroup
		for i := range waiting {
			wg.Go(func() {
				p := r.MultiProducer()
				b, err := p.Claim(ctx, 1+i%3)
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range b.All() {
					*e = i
				}
				p.Publish(b)
			})
			synctest.Wait()
			require.Equal(t, i+1, r.Stats().Waiting)
		}
		var want, got []int
		for i := range waiting {
			for range 1 + i%3 {
				want = append(want, i)
			}
		}
		requireSequences(t, ctx, c, 0, 8)
		for len(got) < len(want) {
			b, err := c.Next(ctx)
			require.NoError(t, err)
			head, _ := b.Split(1)
			collect(&got, head)
			c.Done(head)
			synctest.Wait()
		}
		wg.Wait()
		require.Equal(t, want, got)
	})
}

// wakes returns how many wake-ups what do costs, once everybody sleeps again.
func wakes(r *Ring[int], do func()) int64 {
	synctest.Wait()
	before := r.Stats().Wakes
	do()
	synctest.Wait()
	return r.Stats().Wakes - before
}

// C24.
func TestAPublishWakesOnlyThoseWhoWaitForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		r := newRing[int](t, Config{Capacity: 8, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		slow := r.Consumer("slow")
		var wg sync.WaitGroup
		for range 3 {
			c := r.Consumer("direct")
			wg.Go(func() {
				for range c.Batches(ctx) {
				}
			})
		}
		stage := r.Consumer("stage", slow)
		wg.Go(func() { _, _ = stage.WaitFor(ctx, 3) })

		first, _ := p.TryClaim(1)
		second, _ := p.TryClaim(1)
		require.Zero(t, wakes(r, func() { p.Publish(second) }), "the first slot is not published yet")
		require.EqualValues(t, 3, wakes(r, func() { p.Publish(first) }), "the consumers, not the stage")
		both, _ := p.TryClaim(2) // one publish: between two a consumer may have gone back to sleep
		require.EqualValues(t, 3, wakes(r, func() { p.Publish(both) }))
		for range 3 {
			b, _ := slow.TryNext()
			head, _ := b.Split(1)
			require.Zero(t, wakes(r, func() { slow.Done(head) }), "the stage waits for the fourth")
		}
		b, _ := slow.TryNext()
		require.EqualValues(t, 1, wakes(r, func() { slow.Done(b) }))
		require.Zero(t, wakes(r, func() { stage.Close() }))
		cancel()
		wg.Wait()
	})
}

func TestDoneWakesTheFirstClaimWhenThereIsRoomForAllOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		r := newRing[int](t, Config{Capacity: 4, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		c, other := r.Consumer("c"), r.Consumer("other")
		for i := range 4 {
			require.True(t, p.TrySend(i))
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if b, err := p.Claim(ctx, 3); err == nil {
					p.Publish(b)
				}
			})
			synctest.Wait()
		}
		doneOne := func(c *Consumer[int]) func() {
			return func() {
				b, _ := c.TryNext()
				head, _ := b.Split(1)
				c.Done(head)
			}
		}
		for range 3 {
			require.Zero(t, wakes(r, doneOne(c)))
		}
		require.Zero(t, wakes(r, doneOne(other)))
		require.Zero(t, wakes(r, doneOne(other)))
		// The first has room now. There is none for the next, who sleeps on.
		parks := r.Stats().Parks
		require.EqualValues(t, 1, wakes(r, doneOne(other)))
		require.Equal(t, parks, r.Stats().Parks)
		require.Equal(t, 2, r.Stats().Waiting)
		require.Zero(t, r.Stats().Wasted)
		cancel()
		wg.Wait()
	})
}

func TestWakersFindNobodyWhereNobodySleeps(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(4))
		p, c := newProducer(r), r.Consumer("c")
		for i := range int64(100) {
			require.NoError(t, p.Send(ctx, 1))
			requireSequences(t, ctx, c, i, i+1)
		}
		require.Zero(t, r.Stats().Wakes)
		require.Zero(t, r.Stats().Parks)
	})
}

func TestNoChannelOutlivesItsRing(t *testing.T) {
	// A channel made in one bubble and used in another, or outside, is fatal.
	park := func(t *testing.T) {
		for _, w := range parkedWaits {
			e := newParked(t, Multi, BlockWait{Spin: -1})
			w.setup(t, e)
			done := make(chan error, 1)
			go func() { done <- w.call(context.Background(), e) }()
			eventually(t, func() bool { return e.r.Stats().Parks > 0 }, "the call has parked")
			w.wake(t, e)
			require.NoError(t, <-done)
		}
	}
	for range 2 {
		synctest.Test(t, park)
		park(t)
	}
}
