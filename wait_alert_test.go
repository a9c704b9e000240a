package disruptor

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// When wakers fence, and when the sleeper does it for them.

// parkOnce makes a consumer of r park, and wakes it.
func parkOnce(t *testing.T, r *Ring[int], p Producer[int], c *Consumer[int]) {
	var wg sync.WaitGroup
	parks := r.Stats().Parks
	wg.Go(func() { requireSequences(t, testContext(t), c, c.Position(), c.Position()+1) })
	eventually(t, func() bool { return r.Stats().Parks > parks }, "the consumer has parked")
	require.True(t, p.TrySend(0))
	wg.Wait()
}

// calm makes waits that end without a park, while n slots seem to be claimed.
func calm(r *Ring[int], n int64) {
	r.core.newWait(context.Background())
	r.core.claim.add(n)
	r.core.newWait(context.Background())
	r.core.claim.add(-n)
}

func TestTheProcessIsFencedOnceAfterManySlotsWithoutAPark(t *testing.T) {
	once := int64(0)
	if buffersStores && cheapProcessFence() {
		once = 1
	}
	for _, kind := range []Producers{Single, Multi} {
		r := newRing[int](t, Config{Capacity: 2, Producers: kind, Wait: BlockWait{Spin: -1}})
		p, c := newProducer(r), r.Consumer("c")
		quiet := r.core.alert.load()
		require.Equal(t, once == 1, quiet == 0, "a new ring spares its wakers, if it can")
		for range 10 {
			parkOnce(t, r, p, c)
			require.Equal(t, once, r.Stats().Fences)
		}
		for round := range int64(3) {
			calm(r, calmSlots-1)
			require.NotEqual(t, int64(0), r.core.alert.load())
			parkOnce(t, r, p, c)
			require.Equal(t, once*(round+1), r.Stats().Fences, "a park in between counts from the start")
			calm(r, calmSlots)
			require.Equal(t, quiet, r.core.alert.load())
			parkOnce(t, r, p, c)
			require.Equal(t, once*(round+2), r.Stats().Fences)
		}
	}
}

func TestNobodyIsSparedWhileSomebodySleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, Config{Capacity: 2, Wait: BlockWait{Spin: -1}})
		c := r.Consumer("c")
		done := make(chan error)
		go func() { _, err := c.Next(context.Background()); done <- err }()
		synctest.Wait()
		calm(r, 3*calmSlots)
		require.GreaterOrEqual(t, r.core.alert.load(), oneSleep)
		require.True(t, r.MultiProducer().TrySend(0))
		synctest.Wait() // or it sleeps for ever
		require.NoError(t, <-done)
	})
}

func TestARingThatShallFenceNeverInterruptsTheProcess(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 2, Wait: BlockWait{Spin: -1, Fence: true}})
	p, c := newProducer(r), r.Consumer("c")
	for range 3 {
		calm(r, 2*calmSlots)
		require.NotZero(t, r.core.alert.load())
		parkOnce(t, r, p, c)
	}
	require.Zero(t, r.Stats().Fences)
}

func TestWhereTheKernelHasNoProcessFenceWakersFence(t *testing.T) {
	forceStopTheWorld = true
	defer func() { forceStopTheWorld = false }()
	r := newRing[int](t, Config{Capacity: 2, Wait: BlockWait{Spin: -1}})
	p, c := newProducer(r), r.Consumer("c")
	for range 3 {
		calm(r, 2*calmSlots)
		require.NotZero(t, r.core.alert.load())
		parkOnce(t, r, p, c)
	}
	require.Zero(t, r.Stats().Fences)
}

func TestRingsThatNeverParkNeverLookForSleepers(t *testing.T) {
	for _, wait := range []WaitStrategy{SpinWait{}, YieldWait{}, SleepWait{}} {
		r := newRing[int](t, Config{Capacity: 2, Wait: wait})
		require.Zero(t, r.core.alert.load())
	}
}

func TestAWaitForManyRangesIsWokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, Config{Capacity: 16, Wait: BlockWait{Spin: -1}})
		p, c := r.MultiProducer(), r.Consumer("c")
		stage := r.Consumer("stage", c)
		waits := func(c *Consumer[int], seq, want int64) <-chan int64 {
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
		var claims []Batch[int]
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
			var head Batch[int]
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
		r := newRing[int](t, Config{Capacity: 4, Wait: BlockWait{Spin: -1}})
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

// A producer that waited for more room than it asks for would wait for ever here: the rest of the ring is its own.
func TestAClaimBehindTheOwnOpenClaimWaitsForNoMoreThanItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, Config{Capacity: 8, Wait: BlockWait{Spin: -1}})
		p, c := r.MultiProducer(), r.Consumer("c")
		require.True(t, p.TrySend(0))
		open, ok := p.TryClaim(7)
		require.True(t, ok)
		done := make(chan Batch[int], 1)
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
		r := newRing[int](t, Config{Capacity: capacity, MaxBatch: 1, Wait: BlockWait{Spin: -1}})
		var claimed [events]chan struct{}
		for i := range claimed {
			claimed[i] = make(chan struct{})
		}
		r.Handle("slow", func(b Batch[int]) error {
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
