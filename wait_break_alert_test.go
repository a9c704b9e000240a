package disruptor

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// When the alert may go down, and when a sleeper may trust another's fence.

func TestTheAlertIsNotTakenDownUnderWhoRaisesIt(t *testing.T) {
	a := alert{word: new(word), claim: new(word)}
	a.claim.store(calmSlots)
	var stop word
	var wg sync.WaitGroup
	wg.Go(func() {
		for stop.load() == 0 {
			a.relax()
		}
	})
	down := 0
	for i, met := 0, 0; i < 20_000 || met < 100; i++ {
		a.cas(0, settled)
		a.calm.store(0)
		pause(i % 8)
		if a.load() == 0 {
			met++ // both are at it at once
		} else if i >= 20_000 {
			runtime.Gosched()
		}
		a.enter()
		pause(8)
		if a.load() < oneSleep {
			down++
			a.store(oneSleep)
		}
		a.leave()
	}
	stop.store(1)
	wg.Wait()
	require.Zero(t, down)
}

func TestTheAlertIsSettledOnlyOnceTheProcessIsFenced(t *testing.T) {
	defer func(old bool) { forceStopTheWorld = old }(forceStopTheWorld)
	forceStopTheWorld = true
	a := alert{word: new(word)}
	var raised word
	var wg sync.WaitGroup
	fenceStats.Lock() // nobody gets through a fence
	for sleepers := range int64(2) {
		wg.Go(func() {
			a.enter()
			raised.add(1)
		})
		eventually(t, func() bool { return a.load() >= (sleepers+1)*oneSleep }, "the alert is raised")
	}
	for range 10_000 {
		runtime.Gosched()
	}
	early := raised.load()
	fenceStats.Unlock()
	wg.Wait()
	require.Zero(t, early, "sleepers that took the fence of another for done")
	require.Equal(t, settled+2*oneSleep, a.load())
}
