//go:build disruptor_debug

package disruptor

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// The orders of events that broke drafts of the protocol of groups, each forced as in
// hooks_test.go.

// takeRun returns the batch that w is handed now. It must be [from, to), and each event its
// sequence.
func takeRun(t testing.TB, w *Worker[int64], from, to int64) Batch[int64] {
	t.Helper()
	b, ok := w.TryNext()
	require.True(t, ok, "nothing is available, not even [%d, %d)", from, to)
	require.Equal(t, [2]int64{from, to}, [2]int64{b.From(), b.To()})
	for s, v := range b.All() {
		require.Equal(t, s, *v)
	}
	return b
}

// A worker that has read the tail and the mark there, and is late, must not take the tail back.
func TestALateHelperDoesNotTakeTheTailBack(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p := r.MultiProducer()
	g := r.Group(GroupConfig[int64]{Name: "g", MaxBatch: 1})
	a, b, c := g.Worker(), g.Worker(), g.Worker()
	publish(t, p, 3)
	first, second, third := takeRun(t, a, 0, 1), takeRun(t, b, 1, 2), takeRun(t, c, 2, 3)
	b.Done(second)
	looks, last := 0, int64(0)
	hook = func(at hookPoint) {
		if at != pointHelping {
			return
		}
		if looks++; looks == 1 {
			c.Done(third)
			require.Equal(t, int64(3), g.Consumer().Position())
		}
		require.GreaterOrEqual(t, g.Consumer().Position(), last)
		last = g.Consumer().Position()
	}
	defer func() { hook = nil }()
	a.Done(first)
	require.Greater(t, looks, 1)
	require.Equal(t, int64(3), g.Consumer().Position())
}

// A worker that finds the tail below its run leaves its mark to the worker that moves the tail.
// Then it looks again: that worker may have come and gone before the mark.
func TestWhoFinishesLooksForTheTailAgain(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	g := r.Group(GroupConfig[int64]{Name: "g", MaxBatch: 1})
	a, b := g.Worker(), g.Worker()
	publish(t, r.MultiProducer(), 2)
	first, second := takeRun(t, a, 0, 1), takeRun(t, b, 1, 2)
	during(t, pointBehind, func() { a.Done(first) }, func() { b.Done(second) })
	require.Equal(t, int64(2), g.Consumer().Position())
}

// A worker makes the boundary that it has found known to looks at what is published before it
// takes the slots below.
func TestAWorkerMakesItsBoundaryKnownBeforeItClaims(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 2})
	p := r.MultiProducer()
	w := r.Group(GroupConfig[int64]{Name: "g"}).Worker()
	for lap := range int64(3) {
		publish(t, p, 2)
		var b Batch[int64]
		during(t, pointFound, func() { require.Equal(t, 2*lap+2, r.core.boundary()) }, func() { b = takeRun(t, w, 2*lap, 2*lap+2) })
		w.Done(b)
	}
	during(t, pointBoundary, func() {}, func() { require.Equal(t, int64(6), r.Published()) })
}

// A worker that looks holds nothing: others may take the slots that it is about to find and
// finish them, and producers overwrite them. The mark that it finds then belongs to a later lap,
// with perhaps an open claim before it.
func TestAWorkerThatIsLappedStartsAgain(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p := r.MultiProducer()
	g := r.Group(GroupConfig[int64]{Name: "g"})
	a, b := g.Worker(), g.Worker()
	finish := func(to int64) {
		for g.Consumer().Position() < to {
			run, ok := b.TryNext()
			require.True(t, ok)
			b.Done(run)
		}
	}
	publish(t, p, 2)
	finish(2)
	var open Batch[int64]
	during(t, pointBoundary, func() {
		publish(t, p, 2)
		finish(4)
		publish(t, p, 4)
		finish(8)
		open = claim(t, p, 2)
		publish(t, p, 1) // in the slot of 2: its mark says 11
	}, func() {
		run, ok := a.TryNext()
		require.False(t, ok, "[%d, %d) is not published", run.From(), run.To())
	})
	p.Publish(open)
	takeRun(t, a, 8, 10)
}

// Only one of two workers that have found a run takes it.
func TestTwoWorkersThatFindTheSameRun(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	g := r.Group(GroupConfig[int64]{Name: "g", MaxBatch: 1})
	a, b := g.Worker(), g.Worker()
	publish(t, r.MultiProducer(), 2)
	during(t, pointFound, func() { takeRun(t, b, 0, 1) }, func() { takeRun(t, a, 1, 2) })
}

// Where a worker sleeps depends on whether the ring is closed: then nothing more is published,
// and only the tail moves.
func TestAWorkerSleepsElsewhereOnceTheRingIsClosed(t *testing.T) {
	for _, stage := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) { // a sleeper would be a deadlock
			r := newRing[int64](t, Config{Capacity: 4, Wait: BlockWait{Spin: -1}})
			before := r.Consumer("before")
			cfg := GroupConfig[int64]{Name: "g"}
			if stage {
				cfg.After = append(cfg.After, before)
			}
			g := r.Group(cfg)
			holder, w := g.Worker(), g.Worker()
			advance(t, before, publish(t, r.MultiProducer(), 1).To())
			run := takeRun(t, holder, 0, 1)
			require.False(t, w.take())
			during(t, pointWatching, r.Close, func() { require.False(t, w.park(t.Context(), false)) })
			gone := make(chan error)
			go func() {
				_, err := w.Next(t.Context())
				gone <- err
			}()
			synctest.Wait()
			holder.Done(run)
			require.Equal(t, ErrClosed, <-gone)
		})
	}
}

// While one goroutine is inside a call of a Worker, calls of another panic and change nothing.
func TestDebugChecksFindAWorkerUsedByTwoGoroutines(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	w := r.Group(GroupConfig[int64]{Name: "g"}).Worker()
	publish(t, r.MultiProducer(), 1)
	inside, release := make(chan struct{}), make(chan struct{})
	hook = func(at hookPoint) {
		if at == pointFound {
			inside <- struct{}{}
			<-release
		}
	}
	defer func() { hook = nil }()
	done := make(chan Batch[int64])
	go func() {
		b, _ := w.TryNext()
		done <- b
	}()
	<-inside
	const text = `disruptor: a worker of group "g" is used by two goroutines at once`
	requirePanics(t, text, func() { w.TryNext() })
	requirePanics(t, text, func() { _, _ = w.Next(t.Context()) })
	requirePanics(t, text, func() { w.Done(Batch[int64]{r, 0, 1}) })
	requirePanics(t, text, func() { w.Close() })
	close(release)
	w.Done(<-done)
}

// A worker that has taken a run and is then asked to go still handles it: leaving it would count
// as an attempt.
func TestAWorkerThatIsAskedToGoHandlesWhatItHasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, Config{Capacity: 4})
		calls := 0
		g := r.HandleGroup(GroupConfig[int64]{Name: "g", Workers: 1, Attempts: 1}, func(Batch[int64]) error {
			calls++
			return nil
		})
		publish(t, r.MultiProducer(), 1)
		run := make(chan error, 1)
		during(t, pointFound, func() { g.SetWorkers(0) }, func() {
			go func() { run <- r.Run(t.Context()) }()
			synctest.Wait()
		})
		require.Equal(t, int64(1), g.Consumer().Position())
		require.Equal(t, 1, calls)
		r.Close()
		require.NoError(t, <-run)
	})
}
