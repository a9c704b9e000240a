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

// Which goroutines are woken, in which order, and how often.

func TestClaimsThatWaitAreServedInTheOrderInWhichTheyParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const waiting = 12
		ctx := context.Background()
		r := newRing[int](t, disruptor.Config{Capacity: 8, Wait: disruptor.BlockWait{Spin: -1}})
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
			require.Equal(t, i+1, r.Stats().Blocked)
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

// wakes returns how many wake-ups do costs, once all goroutines sleep again.
func wakes(r *disruptor.Ring[int], do func()) int64 {
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
		r := newRing[int](t, disruptor.Config{Capacity: 8, Wait: disruptor.BlockWait{Spin: -1}})
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
		r := newRing[int](t, disruptor.Config{Capacity: 4, Wait: disruptor.BlockWait{Spin: -1}})
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
		doneOne := func(c *disruptor.Consumer[int]) func() {
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
		// The first claim has room now. The next has none and sleeps on.
		parks := r.Stats().Parks
		require.EqualValues(t, 1, wakes(r, doneOne(other)))
		require.Equal(t, parks, r.Stats().Parks)
		require.Equal(t, 2, r.Stats().Blocked)
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

func TestAWaitForManyRangesIsWokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, disruptor.Config{Capacity: 16, Wait: disruptor.BlockWait{Spin: -1}})
		p, c := r.MultiProducer(), r.Consumer("c")
		stage := r.Consumer("stage", c)
		waits := func(c *disruptor.Consumer[int], seq, want int64) <-chan int64 {
			done := make(chan int64, 1)
			go func() {
				available, err := c.WaitFor(context.Background(), seq)
				if err != nil || available != want {
					t.Errorf("%d, %v", available, err)
				}
				done <- available
			}()
			return done
		}
		direct, later := waits(c, 9, 10), waits(stage, 4, 5)
		var claims []disruptor.Batch[int]
		for range 10 {
			b, _ := p.TryClaim(1)
			claims = append(claims, b)
		}
		for _, i := range []int{1, 0, 3, 2, 4, 5, 9, 8, 7} { // out of order
			require.Zero(t, wakes(r, func() { p.Publish(claims[i]) }))
		}
		require.EqualValues(t, 1, wakes(r, func() { p.Publish(claims[6]) }))
		<-direct
		b, _ := c.TryNext()
		for range 4 {
			var head disruptor.Batch[int]
			head, b = b.Split(1)
			require.Zero(t, wakes(r, func() { c.Done(head) }))
		}
		head, _ := b.Split(1)
		require.EqualValues(t, 1, wakes(r, func() { c.Done(head) }))
		<-later
		require.EqualValues(t, 2, r.Stats().Wakes)
		require.Zero(t, r.Stats().Wasted)
	})
}

func TestAWakeUpThatFindsTooLittleIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, disruptor.Config{Capacity: 4, Wait: disruptor.BlockWait{Spin: -1}})
		p, c := r.MultiProducer(), r.Consumer("c")
		done := make(chan error)
		go func() { _, err := c.Next(context.Background()); done <- err }()
		b, _ := p.TryClaim(1)
		require.EqualValues(t, 1, wakes(r, func() { p.Abort(b) }), "the consumer steps over it")
		require.Zero(t, r.Stats().Wasted, "that was a wait of its own")
		require.EqualValues(t, 1, wakes(r, func() { p.TrySend(1) }))
		require.NoError(t, <-done)

		// A stage behind two sleeps on one of them at a time.
		x, y := r.Consumer("x"), r.Consumer("y")
		stage := r.Consumer("stage", x, y)
		require.True(t, p.TrySend(2))
		go func() { _, err := stage.Next(context.Background()); done <- err }()
		synctest.Wait()
		require.EqualValues(t, 1, wakes(r, func() { requireSequences(t, context.Background(), x, 2, 3) }))
		require.EqualValues(t, 1, r.Stats().Wasted)
		requireSequences(t, context.Background(), y, 2, 3)
		require.NoError(t, <-done)
		requireSequences(t, context.Background(), c, 1, 3)
	})
}

// A producer that waited for more room than it asks for would wait forever here: it holds the
// rest of the ring itself.
func TestAClaimBehindTheOwnOpenClaimWaitsForNoMoreThanItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, disruptor.Config{Capacity: 8, Wait: disruptor.BlockWait{Spin: -1}})
		p, c := r.MultiProducer(), r.Consumer("c")
		require.True(t, p.TrySend(0))
		open, ok := p.TryClaim(7)
		require.True(t, ok)
		done := make(chan disruptor.Batch[int], 1)
		go func() {
			b, err := p.Claim(context.Background(), 1)
			if err != nil {
				t.Error(err)
			}
			p.Publish(open) // not before
			done <- b
		}()
		synctest.Wait()
		requireSequences(t, context.Background(), c, 0, 1) // all that there is
		synctest.Wait()
		require.Len(t, done, 1)
		p.Publish(<-done)
		requireSequences(t, context.Background(), c, 1, 9)
	})
}

// The same with a handler that takes one slot at a time, and holds it until the producer has claimed the last free one.
func TestAClaimBehindASlowHandlerWaitsForNoMoreThanItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const events, capacity = 20, 4
		r := newRing[int](t, disruptor.Config{Capacity: capacity, MaxBatch: 1, Wait: disruptor.BlockWait{Spin: -1}})
		var claimed [events]chan struct{}
		for i := range claimed {
			claimed[i] = make(chan struct{})
		}
		r.Handle("slow", func(b disruptor.Batch[int]) error {
			time.Sleep(time.Second)
			<-claimed[min(b.From()+capacity-1, events-1)]
			return nil
		})
		done := make(chan error)
		go func() { done <- r.Run(context.Background()) }()
		p := r.MultiProducer()
		for _, c := range claimed {
			b, err := p.Claim(context.Background(), 1)
			require.NoError(t, err)
			close(c)
			p.Publish(b)
		}
		r.Close()
		require.NoError(t, <-done)
	})
}
