package disruptor

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The last look of a worker before it sleeps, and the one order of memory accesses that a group
// relies on.

// Neither the worker that watches nor an idle one sleeps through something that comes between
// its last look and its sleep.
func TestAWorkerThatIsAboutToParkLooksAgain(t *testing.T) {
	type scene struct {
		r       *Ring[int]
		first   *Consumer[int]
		between *Consumer[int] // the first and the group
		g       *Group[int]
		holder  *Worker[int]
		late    *Worker[int]
	}
	for _, c := range []struct {
		name  string
		event func(*testing.T, *scene)
		idle  bool // each worker must see it, not only the one that watches
		stage bool
	}{
		{"an event is published", func(t *testing.T, s *scene) { require.True(t, newProducer(s.r).TrySend(0)) }, false, false},
		{"the stage before is done", func(t *testing.T, s *scene) {
			require.True(t, newProducer(s.r).TrySend(0))
			requireSequences(t, t.Context(), s.first, 1, 2)
			requireSequences(t, t.Context(), s.between, 1, 2)
		}, false, true},
		{"the stage before leaves", func(_ *testing.T, s *scene) { s.between.Close() }, false, true},
		{"all stages before leave", func(_ *testing.T, s *scene) { s.between.Close(); s.first.Close() }, false, true},
		{"the ring is closed, and all is finished", func(_ *testing.T, s *scene) {
			b, _ := s.holder.TryNext()
			s.holder.Done(b)
			s.r.Close()
		}, true, false},
		{"a worker leaves", func(_ *testing.T, s *scene) { s.holder.Close() }, true, false},
		{"a worker of a stage leaves", func(_ *testing.T, s *scene) { s.holder.Close() }, true, true},
		{"the group is closed", func(_ *testing.T, s *scene) { s.g.Consumer().Close() }, true, false},
		{"the worker is asked to go", func(_ *testing.T, s *scene) { s.late.ask() }, true, false},
	} {
		for _, kind := range []Producers{Single, Multi} {
			for _, idle := range []bool{false, true} {
				if idle && !c.idle {
					continue
				}
				synctest.Test(t, func(t *testing.T) { // a sleeper would be a deadlock
					s := &scene{r: newRing[int](t, Config{Capacity: 4, Producers: kind, Wait: BlockWait{Spin: -1}})}
					s.first = s.r.Consumer("first")
					s.between = s.r.Consumer("between", s.first)
					cfg := GroupConfig[int]{Name: "g"}
					if c.stage {
						cfg.After = append(cfg.After, s.between)
					}
					s.g = s.r.Group(cfg)
					s.holder, s.late = s.g.Worker(), s.g.Worker()
					p := newProducer(s.r)
					require.True(t, p.TrySend(0))
					requireSequences(t, t.Context(), s.first, 0, 1)
					requireSequences(t, t.Context(), s.between, 0, 1)
					_, ok := s.holder.TryNext()
					require.True(t, ok)
					if idle { // as if another worker watched, which might take what is left first
						s.g.crew.watched = true
					}
					if kind == Single {
						s.r.singleTaken.store(0) // for the producer of the event
					}
					parks := s.r.Stats().Parks
					require.False(t, s.late.take(), "nothing yet, says the last look")
					c.event(t, s)
					require.False(t, s.late.park(t.Context(), false), c.name)
					s.late.awake()
					require.Equal(t, parks, s.r.Stats().Parks, c.name)
				})
			}
		}
	}
}

// A closed group keeps nothing of a worker that has joined and left.
func TestAWorkerOfAClosedGroupIsForgotten(t *testing.T) {
	for _, key := range []func(*int) uint64{nil, func(*int) uint64 { return 0 }} {
		r := newRing[int](t, Config{Capacity: 4})
		g := r.Group(GroupConfig[int]{Name: "g", Key: key})
		g.Consumer().Close()
		g.Worker().Close()
		require.Zero(t, g.crew.workers)
		if key != nil {
			require.Empty(t, *g.crew.seats.list.load())
		}
	}
}

// A user-defined strategy may do something else after a park: then another worker watches.
func TestAWorkerThatParksNoMoreLeavesTheWatchToAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		r := newRing[int](t, Config{Capacity: 4, Wait: idleFunc(func(int) Action {
			if asked.Add(1) == 3 {
				return Sleep(time.Hour)
			}
			return Park
		})})
		g := r.Group(GroupConfig[int]{Name: "g"})
		came := make(chan time.Time, 2)
		for range 2 {
			w := g.Worker()
			go func() {
				_, _ = w.Next(t.Context())
				came <- time.Now()
			}()
			synctest.Wait()
		}
		g.crew.idle.mu.Lock()
		g.crew.watcher.rouse() // in vain
		g.crew.idle.mu.Unlock()
		synctest.Wait()
		began := time.Now()
		require.True(t, r.MultiProducer().TrySend(0))
		require.Equal(t, began, <-came)
		r.Close()
	})
}

// Of two workers that finish adjacent runs at once, at least one sees the store of the other, so
// the tail does not get stuck. It depends on the order of a store and a later load of another
// word, so this takes many rounds.
func TestTwoThatFinishAtOnceMoveTheTail(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 2, Wait: SpinWait{}})
	g := r.Group(GroupConfig[int]{Name: "g", MaxBatch: 1})
	p := r.MultiProducer()
	mine, its := g.Worker(), g.Worker()
	var run Batch[int]
	var turn, done atomic.Int64
	wait := func(w *atomic.Int64, n int64) {
		for i := 1; w.Load() < n; i++ {
			if i%1000 == 0 {
				runtime.Gosched()
			}
		}
	}
	rounds := int64(litmusRounds(50_000))
	var wg sync.WaitGroup
	defer wg.Wait()
	defer turn.Store(2 * rounds)
	wg.Go(func() {
		for round := int64(1); ; round++ {
			if wait(&turn, round); turn.Load() > rounds {
				return
			}
			its.Done(run)
			done.Store(round)
		}
	})
	for round := int64(1); round <= rounds; round++ {
		require.True(t, p.TrySend(0))
		require.True(t, p.TrySend(0))
		var own Batch[int]
		if round%2 == 0 {
			own, _ = mine.TryNext()
		}
		run, _ = its.TryNext()
		if round%2 != 0 {
			own, _ = mine.TryNext()
		}
		turn.Store(round)
		for range round / 2 % 512 { // the other worker needs a while to see it
		}
		mine.Done(own)
		wait(&done, round)
		require.Equal(t, 2*round, g.Consumer().Position(), "in round %d", round)
	}
}

// A program that recovers from the panic goes on with a ring on which no stale sleeper is
// registered.
func TestAWorkerWhoseKeyPanicsAsItParksLeavesNoSleeper(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 4, Wait: BlockWait{Spin: -1}})
	w := r.Group(GroupConfig[int]{Name: "g", Key: func(*int) uint64 { panic("no key") }}).Worker()
	require.False(t, w.take())
	require.True(t, r.MultiProducer().TrySend(0))
	require.PanicsWithValue(t, "no key", func() { w.park(t.Context(), false) })
	require.Nil(t, r.core.readers.first)
	require.Nil(t, w.crew.watcher)
}
