package behaviour

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// Run serves the group while the number of its workers changes.
func TestAHandledKeyedGroupKeepsTheOrderOfEachKey(t *testing.T) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, w := range RaceWaits {
			for _, capacity := range []int{1, 8, 256} {
				t.Run(fmt.Sprintf("%d/%s/%d", producers, w.Name, capacity), func(t *testing.T) {
					cfg := disruptor.Config{Capacity: capacity, Producers: producers, Wait: w.Wait, Clear: capacity == 8}
					r := newRing[keyedEvent](t, cfg)
					c := &keyedCrowd{t: t, ring: r}
					c.group = r.HandleGroup(disruptor.GroupConfig[keyedEvent]{Name: "g", Key: keyOf, Workers: 2},
						func(b disruptor.Batch[keyedEvent]) error { c.each(b); return nil })
					r.Handle("follower", func(b disruptor.Batch[keyedEvent]) error {
						for seq, e := range b.All() {
							if e.handled != seq+1 {
								t.Errorf("sequence %d has not been handled: %d", seq, e.handled)
							}
						}
						return nil
					}, c.group.Consumer())
					run := make(chan error)
					go func() { run <- r.Run(context.Background()) }()
					stop := make(chan struct{})
					var wg sync.WaitGroup
					wg.Go(func() {
						for n := 0; ; n++ {
							select {
							case <-stop:
								return
							default:
							}
							c.group.SetWorkers(n % 4)
							runtime.Gosched()
						}
					})
					c.produce(newProducer(r), 100*race.Scale, rand.New(rand.NewPCG(1, uint64(capacity))))
					close(stop)
					wg.Wait()
					c.group.SetWorkers(2)
					require.NoError(t, r.Shutdown(testContext(t)))
					require.NoError(t, <-run)
					require.Equal(t, c.sent, c.seen)
				})
			}
		}
	}
}

// A handler that takes long holds up its worker, and in the end the followers of the group.
// Shutdown out of time names the group.
func TestAKeyThatTakesLongHoldsUpItsOwnWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[uint64](t, disruptor.Config{Capacity: 64})
		release := make(chan struct{})
		var others atomic.Int64
		group := r.HandleGroup(disruptor.GroupConfig[uint64]{
			Name: "slow", Workers: 4, Key: func(event *uint64) uint64 { return *event },
		}, disruptor.Each(func(_ int64, event *uint64) error {
			if *event == 0 {
				<-release
			} else {
				others.Add(1)
			}
			return nil
		}))
		run := make(chan error)
		go func() { run <- r.Run(context.Background()) }()
		synctest.Wait() // all workers are there: one that comes later finds no events before key 0 is finished
		p := r.MultiProducer()
		for key := range uint64(40) {
			require.True(t, p.TrySend(key))
		}
		synctest.Wait()
		require.Zero(t, group.Consumer().Position())
		require.Greater(t, others.Load(), int64(20), "three of four workers have handled theirs")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := r.Shutdown(ctx)
		require.ErrorContains(t, err, `consumer "slow" at 0 has 40 left`)
		close(release)
		require.Equal(t, err, <-run)
	})
}

func TestAKeyThatPanicsFailsTheRingOfAHandledGroup(t *testing.T) {
	r := newRing[uint64](t, disruptor.Config{Capacity: 4})
	r.HandleGroup(disruptor.GroupConfig[uint64]{Name: "g", Key: func(*uint64) uint64 { panic("no key") }},
		func(disruptor.Batch[uint64]) error { return nil })
	require.True(t, r.MultiProducer().TrySend(1))
	r.Close()
	err := r.Run(context.Background())
	var failure *disruptor.HandlerError
	require.ErrorAs(t, err, &failure)
	require.Equal(t, "g", failure.Consumer)
	require.ErrorContains(t, err, "no key")
}

func TestAKeyedWorkerAllocatesNothingPerEvent(t *testing.T) {
	r := newRing[uint64](t, disruptor.Config{Capacity: 64})
	group := r.Group(disruptor.GroupConfig[uint64]{Key: func(event *uint64) uint64 { return *event }})
	workers := []*disruptor.Worker[uint64]{group.Worker(), group.Worker()}
	p := r.MultiProducer()
	next := uint64(0)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for range 64 {
			p.TrySend(next)
			next++
		}
		for range 2 {
			for _, w := range workers {
				for b, ok := w.TryNext(); ok; b, ok = w.TryNext() {
					w.Done(b)
				}
			}
		}
		if at := group.Consumer().Position(); at != int64(next) {
			t.Fatal(at)
		}
	}))
}
