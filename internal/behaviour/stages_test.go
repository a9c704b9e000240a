package behaviour

import (
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// Stages that follow one another, under load.

// A graph is two first stages, one after each and one after both, one after these three, one
// after that. Every stage signs the slot. A stage that finds a signature of its predecessors
// missing, or its own already there, has read too early. C40, C76, C77.
func TestStagesSeeEventsAfterAllTheirPredecessors(t *testing.T) {
	type event struct {
		seq    int64
		signed [6]bool
	}
	after := [][]int{{}, {}, {0}, {0, 1}, {1, 2, 3}, {4}}
	run := func(t *testing.T, s scene) {
		events := int64(100)
		switch s.Wait.(type) {
		case disruptor.SpinWait, disruptor.YieldWait:
			events = 10 // seven that never sleep, on what may be two processors
		}
		r := newRingWithHistory[event](t, s.Config, s.start, s.random())
		ctx := testContext(t)
		consumers := make([]*disruptor.Consumer[event], len(after))
		for i, follows := range after {
			var predecessors []*disruptor.Consumer[event]
			for _, j := range follows {
				predecessors = append(predecessors, consumers[j])
			}
			consumers[i] = r.Consumer("c", predecessors...)
		}
		var all sync.WaitGroup
		wrong := make([][]int64, len(after))
		for i, c := range consumers {
			all.Go(func() {
				next := s.start
				for b := range c.Batches(ctx) {
					for seq, e := range b.All() {
						missing := slices.ContainsFunc(after[i], func(j int) bool { return !e.signed[j] })
						if seq != next || e.seq != seq || missing || e.signed[i] {
							wrong[i] = append(wrong[i], seq)
						}
						e.signed[i] = true
						next++
					}
				}
				if next != s.start+events || c.Err() != nil {
					wrong[i] = append(wrong[i], next)
				}
			})
		}
		p := newProducer(r)
		for range events {
			require.NoError(t, p.Do(ctx, 1, func(b disruptor.Batch[event]) error {
				*b.At(0) = event{seq: b.From()}
				return nil
			}))
		}
		r.Close()
		all.Wait()
		require.Equal(t, make([][]int64, len(after)), wrong)
	}
	forEachScene(t, func(t *testing.T, s scene) {
		_, spins := s.Wait.(disruptor.SpinWait)
		if s.start == 0 || !spins && s.Capacity < 1024 { // where it is slow, or the ring never full, once is enough
			run(t, s)
		}
	})
}

// C99. As many producers as handlers on a large ring: each handler sees the events of each producer in its order, and
// none of them torn.
func TestStressOfALargeRing(t *testing.T) {
	const each = 50_000 * race.Scale
	type event struct{ producer, a, b, c int64 }
	n := min(4, max(2, runtime.GOMAXPROCS(0)/2))
	ctx := testContext(t)
	r := newRing[event](t, disruptor.Config{Capacity: 1 << 16, Wait: disruptor.YieldWait{}})
	wrong := make([]int, n)
	next := make([][]int64, n)
	for i := range n {
		next[i] = make([]int64, n)
		r.Handle("h", func(b disruptor.Batch[event]) error {
			for _, e := range b.All() {
				if e.a != next[i][e.producer] || e.b != e.a+7 || e.c != ^e.a {
					wrong[i]++
				}
				next[i][e.producer]++
			}
			return nil
		})
	}
	var producers sync.WaitGroup
	for i := range n {
		producers.Go(func() {
			p := r.MultiProducer()
			for k := range int64(each) {
				b, err := p.Claim(ctx, 1)
				if err != nil {
					t.Error(err)
					return
				}
				e := b.At(0)
				e.producer = int64(i)
				e.a = k
				e.b = k + 7
				e.c = ^k
				p.Publish(b)
			}
		})
	}
	go func() { producers.Wait(); r.Close() }()
	require.NoError(t, r.Run(ctx))
	require.Equal(t, make([]int, n), wrong)
	for _, of := range next {
		for _, events := range of {
			require.EqualValues(t, each, events)
		}
	}
}

// C76, C100. Three branches, of handlers and of consumers with user-defined loops, are joined by
// a handler that finds the writes of each. A fourth branch follows nobody and is followed by
// nobody. While it stands still it stops the producer all the same.
func TestBranchesOfEveryKindAreJoined(t *testing.T) {
	type event struct{ a, b, c int64 }
	forEachVariant(t, func(t *testing.T, v variant) {
		const events = 100
		ctx := testContext(t)
		r := newRing[event](t, v.config(4))
		p := newProducer(r)
		a := r.Handle("a", func(b disruptor.Batch[event]) error {
			for s, e := range b.All() {
				e.a = s
			}
			return nil
		})
		polled, looped := r.Consumer("polled"), r.Consumer("looped")
		outOfBand := r.Consumer("out of band")
		var total int64
		r.Handle("join", func(b disruptor.Batch[event]) error {
			for _, e := range b.All() {
				total += e.a + e.b + e.c
			}
			return nil
		}, a, polled, looped)

		var all sync.WaitGroup
		all.Go(func() {
			for polled.Position() < events && ctx.Err() == nil {
				b, ok := polled.TryNext()
				if !ok {
					runtime.Gosched()
					continue
				}
				for s, e := range b.All() {
					e.b = 1000 * s
				}
				polled.Done(b)
			}
		})
		all.Go(func() {
			for b := range looped.Batches(ctx) {
				for s, e := range b.All() {
					e.c = 1_000_000 * s
				}
			}
		})
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		for range 4 {
			require.NoError(t, p.Send(ctx, event{}))
		}
		eventually(t, func() bool {
			for _, c := range r.Stats().Consumers {
				if c.Name != "out of band" && c.Position < 4 {
					return false
				}
			}
			return true
		}, "the others are done with it")
		require.False(t, p.TrySend(event{}), "one branch stands still")
		all.Go(func() {
			for range outOfBand.Batches(ctx) {
			}
		})
		for range events - 4 {
			require.NoError(t, p.Send(ctx, event{}))
		}
		r.Close()
		require.NoError(t, <-run)
		all.Wait()
		require.Equal(t, int64(1_001_001*events*(events-1)/2), total)
	})
}
