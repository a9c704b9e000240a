package disruptor

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/host"
	"github.com/be395dad/disruptor/internal/machine"
)

// When wakers fence, and when a sleeper fences for them; when the alert may be set back to 0,
// and when a sleeper may rely on the fence of another.

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
	r.core.parking.alert.relax()
	r.core.claim.add(n)
	r.core.parking.alert.relax()
	r.core.claim.add(-n)
}

func TestTheProcessIsFencedOnceAfterManySlotsWithoutAPark(t *testing.T) {
	once := int64(0)
	if machine.BuffersStores && cheapProcessFence() {
		once = 1
	}
	for _, kind := range []Producers{Single, Multi} {
		r := newRing[int](t, Config{Capacity: 2, Producers: kind, Wait: BlockWait{Spin: -1}})
		p, c := newProducer(r), r.Consumer("c")
		quiet := r.core.raised.load()
		require.Equal(t, once == 1, quiet == 0, "a new ring spares its wakers, if it can")
		for range 10 {
			parkOnce(t, r, p, c)
			require.Equal(t, once, r.Stats().Fences)
		}
		for round := range int64(3) {
			calm(r, calmSlots-1)
			require.NotEqual(t, int64(0), r.core.raised.load())
			parkOnce(t, r, p, c)
			require.Equal(t, once*(round+1), r.Stats().Fences, "a park in between counts from the start")
			calm(r, calmSlots)
			require.Equal(t, quiet, r.core.raised.load())
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
		require.GreaterOrEqual(t, r.core.raised.load(), oneSleep)
		require.True(t, r.MultiProducer().TrySend(0))
		synctest.Wait() // a sleeper that is not woken would be a deadlock
		require.NoError(t, <-done)
	})
}

func TestARingThatShallFenceNeverInterruptsTheProcess(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 2, Wait: BlockWait{Spin: -1, Fence: true}})
	p, c := newProducer(r), r.Consumer("c")
	for range 3 {
		calm(r, 2*calmSlots)
		require.NotZero(t, r.core.raised.load())
		parkOnce(t, r, p, c)
	}
	require.Zero(t, r.Stats().Fences)
}

func TestWhereTheKernelHasNoProcessFenceWakersFence(t *testing.T) {
	defer host.ForceStopTheWorld()()
	r := newRing[int](t, Config{Capacity: 2, Wait: BlockWait{Spin: -1}})
	p, c := newProducer(r), r.Consumer("c")
	for range 3 {
		calm(r, 2*calmSlots)
		require.NotZero(t, r.core.raised.load())
		parkOnce(t, r, p, c)
	}
	require.Zero(t, r.Stats().Fences)
}

func TestRingsThatNeverParkNeverLookForSleepers(t *testing.T) {
	for _, wait := range []WaitStrategy{SpinWait{}, YieldWait{}, SleepWait{}} {
		r := newRing[int](t, Config{Capacity: 2, Wait: wait})
		require.Zero(t, r.core.raised.load())
	}
}

func TestTheAlertIsNotTakenDownUnderWhoRaisesIt(t *testing.T) {
	a := alert{raised: new(word), claim: new(word)}
	a.claim.store(calmSlots)
	var stop word
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; stop.load() == 0; n++ {
			a.relax()
			if n%1000 == 0 {
				runtime.Gosched()
			}
		}
	})
	down := 0
	// The two meet only where there are two processors for them.
	for i, met := 0, 0; i < 20_000 || met < 100 && i < 100_000; i++ {
		a.raised.cas(0, settled)
		a.calm.store(0)
		machine.Pause(i % 8)
		if a.raised.load() == 0 {
			met++ // both were under way at once
		} else if i >= 20_000 {
			runtime.Gosched()
		}
		a.enter()
		machine.Pause(8)
		if a.raised.load() < oneSleep {
			down++
			a.raised.store(oneSleep)
		}
		a.leave()
	}
	stop.store(1)
	wg.Wait()
	require.Zero(t, down)
}

func TestTheAlertIsSettledOnlyOnceTheProcessIsFenced(t *testing.T) {
	if !machine.BuffersStores {
		return // there is no fence to wait for, and every ring that parks has its alert raised for good
	}
	defer host.ForceStopTheWorld()()
	a := alert{raised: new(word)}
	var raised word
	var wg sync.WaitGroup
	release := host.Hold() // nobody gets through a fence
	for sleepers := range int64(2) {
		wg.Go(func() {
			a.enter()
			raised.add(1)
		})
		eventually(t, func() bool { return a.raised.load() >= (sleepers+1)*oneSleep }, "the alert is raised")
	}
	for range 10_000 {
		runtime.Gosched()
	}
	early := raised.load()
	release()
	wg.Wait()
	require.Zero(t, early, "sleepers that took the fence of another for done")
	require.Equal(t, settled+2*oneSleep, a.raised.load())
}
