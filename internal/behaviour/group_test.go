package behaviour

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// takeRun returns the batch that w is handed now. It must be [from, to), and each event its
// sequence.
func takeRun(t testing.TB, w *disruptor.Worker[int64], from, to int64) disruptor.Batch[int64] {
	t.Helper()
	b, ok := w.TryNext()
	require.True(t, ok, "nothing is available, not even [%d, %d)", from, to)
	requireRange(t, b, from, to)
	return b
}

// requireNoRun requires that w is handed nothing.
func requireNoRun(t testing.TB, w *disruptor.Worker[int64]) {
	t.Helper()
	b, ok := w.TryNext()
	require.False(t, ok, "[%d, %d) is available", b.From(), b.To())
	require.Zero(t, b.Len())
}

// group makes a group of that name whose workers are handed at most maxBatch slots, 0 meaning all.
func group(r *disruptor.Ring[int64], maxBatch int, after ...*disruptor.Consumer[int64]) *disruptor.Group[int64] {
	return r.Group(disruptor.GroupConfig[int64]{Name: "g", MaxBatch: maxBatch, After: after})
}

// A tally counts how often each sequence from first on was finished.
type tally struct {
	first int64
	n     []atomic.Int32
}

func newTally(first int64, n int) *tally { return &tally{first, make([]atomic.Int32, n)} }

func (c *tally) add(seq int64) { c.n[seq-c.first].Add(1) }

func (c *tally) requireOnce(t testing.TB) {
	t.Helper()
	for i := range c.n {
		if n := c.n[i].Load(); n != 1 {
			require.Failf(t, "not once", "sequence %d was finished %d times", c.first+int64(i), n)
		}
	}
}

// C92, C93. With every configuration of a ring; a follower sees only events that the group has
// finished.
func TestEachEventGoesToOneWorker(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		ctx := testContext(t)
		events := min(s.Capacity, 8)*4 + 32
		g := group(r, 3)
		follower := r.Consumer("follower", g.Consumer())
		finished := newTally(s.start, events)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				w := g.Worker()
				defer w.Close()
				last := int64(-1)
				for b := range w.Batches(ctx) {
					if b.From() <= last || b.Len() > 3 {
						t.Errorf("[%d, %d) after %d", b.From(), b.To(), last)
					}
					last = b.From()
					for seq, v := range b.All() {
						if *v != seq {
							t.Errorf("event %d at %d", *v, seq)
						}
						*v = -seq - 1
						finished.add(seq)
					}
				}
				if err := w.Err(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			seen := s.start
			for b := range follower.Batches(ctx) {
				for seq, v := range b.All() {
					if seq != seen || *v != -seq-1 {
						t.Errorf("event %d at %d, not at %d", *v, seq, seen)
					}
					seen++
				}
			}
			if err := follower.Err(); err != nil || seen != s.start+int64(events) {
				t.Error(seen-s.start, err)
			}
		})
		for i := range events {
			require.NoError(t, p.Send(ctx, s.start+int64(i)))
		}
		r.Close()
		wg.Wait()
		finished.requireOnce(t)
		require.Equal(t, r.Published(), g.Consumer().Position())
	})
}

// Slots finished out of order move the position once all before them are finished; Lag is the
// rest. C94, C95.
func TestThePositionOfAGroupIsWhatAllBeforeItHaveFinished(t *testing.T) {
	forEachKindOf(t, 8, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 2)
		follower := r.Consumer("follower", g.Consumer())
		a, b, c := g.Worker(), g.Worker(), g.Worker()
		publish(t, p, 8)
		first, second, third := takeRun(t, a, 0, 2), takeRun(t, b, 2, 4), takeRun(t, c, 4, 6)
		b.Done(second)
		require.Zero(t, g.Consumer().Position())
		requireNothing(t, follower)
		c.Done(third)
		require.Equal(t, int64(8), g.Consumer().Lag())
		require.False(t, p.TrySend(0), "the ring is full")
		head, _ := first.Split(1)
		a.Done(head)
		require.Equal(t, int64(1), g.Consumer().Position())
		takeRun(t, a, 1, 2)
		follower.Done(take(t, follower, 0, 1))
		publish(t, p, 1)
		a.Done(first)
		require.Equal(t, int64(6), g.Consumer().Position())
		follower.Done(take(t, follower, 1, 6))
		publish(t, p, 5)
		b.Done(takeRun(t, b, 6, 8))
		c.Done(takeRun(t, c, 8, 10))
		require.Equal(t, int64(10), g.Consumer().Position())
	})
}

// A run is no longer than MaxBatch, nor than the worker's share of the available slots.
func TestAWorkerIsHandedItsShare(t *testing.T) {
	forEachKindOf(t, 16, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 0)
		w := []*disruptor.Worker[int64]{g.Worker(), g.Worker(), g.Worker()}
		publish(t, p, 10)
		takeRun(t, w[0], 0, 4)
		takeRun(t, w[1], 4, 6)
		w[2].Close()
		w[1].Done(takeRun(t, w[1], 4, 6))
		w[1].Done(takeRun(t, w[1], 6, 8))
		w[0].Close()
		w[1].Done(takeRun(t, w[1], 0, 4))
		w[1].Done(takeRun(t, w[1], 8, 10))
		requireNoRun(t, w[1])

		small := group(r, 2)
		s := small.Worker()
		publish(t, p, 5)
		s.Done(takeRun(t, s, 10, 12))
		takeRun(t, s, 12, 14)
	})
}

// Before Done, TryNext returns the same batch again, without the part that is done.
func TestAWorkerHoldsOneRun(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 0)
		w := g.Worker()
		b := publish(t, p, 3)
		first := takeRun(t, w, 0, 3)
		publish(t, p, 1)
		takeRun(t, w, 0, 3)
		head, rest := first.Split(1)
		requirePanics(t, `disruptor: Done of [1, 3) by a worker of group "g": [0, 3) is in hand`, func() { w.Done(rest) })
		w.Done(head)
		takeRun(t, w, 1, 3)
		other := newRing[int64](t, disruptor.Config{Capacity: 4})
		requirePanics(t, "disruptor: Done of a batch of another ring: [0, 1)", func() { w.Done(claim(t, newProducer(other), 1)) })
		w.Done(first) // the rest of it
		requirePanics(t, `disruptor: Done of [0, 3) by a worker of group "g": nothing is in hand`, func() { w.Done(b) })
		empty, _ := first.Split(0)
		w.Done(empty)
		takeRun(t, w, 3, 4)
	})
}

// The consumer of a group is a stage: calls that would take events from it panic.
func TestTheConsumerOfAGroupIsHandedNothing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 0)
		c := g.Consumer()
		b := publish(t, p, 1)
		refused := func() {
			const text = `disruptor: group "g" is used as a consumer: its workers are handed its events`
			requirePanics(t, text, func() { c.TryNext() })
			requirePanics(t, text, func() { _, _ = c.Next(t.Context()) })
			requirePanics(t, text, func() { c.Done(b) })
			requirePanics(t, text, func() { _, _ = c.WaitFor(t.Context(), 0) })
			requirePanics(t, text, func() { _, _ = c.At(0) })
			requirePanics(t, text, func() {
				for range c.Batches(t.Context()) {
				}
			})
		}
		refused()
		require.Equal(t, "g", c.Name())
		require.Equal(t, int64(1), c.Lag())
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errHandler)
		require.Equal(t, errHandler, r.Run(ctx))
		refused()
	})
}

// A batch has no aborted slot and is contiguous, as that of a consumer. Aborted slots of a run are
// finished with it.
func TestWorkersStepOverAbortedSlots(t *testing.T) {
	forEachKindOf(t, 16, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 0)
		w := g.Worker()
		follower := r.Consumer("follower", g.Consumer())
		publish(t, p, 2)
		abort(t, p, 2)
		to := publish(t, p, 2).To()
		w.Done(takeRun(t, w, 0, 2))
		require.Equal(t, int64(2), g.Consumer().Position())
		w.Done(takeRun(t, w, 4, to))
		require.Equal(t, to, g.Consumer().Position())
		advance(t, follower, to)
		abort(t, p, 3)
		b, ok := w.TryNext()
		if _, multi := p.(*disruptor.MultiProducer[int64]); multi {
			require.False(t, ok, "only aborted slots")
		} else {
			requireRange(t, b, to+3, to+4) // what stands behind the aborted ones
			w.Done(b)
		}
		require.Equal(t, r.Published(), g.Consumer().Position())
	})
}

// Workers of a stage take slots that the stages before have finished and, once these have left,
// published slots. C95.
func TestAGroupComesAfterOthers(t *testing.T) {
	forEachKindOf(t, 8, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		first := r.Consumer("first")
		second := group(r, 1, first)
		third := group(r, 0, second.Consumer())
		a, b, c := second.Worker(), second.Worker(), third.Worker()
		publish(t, p, 4)
		requireNoRun(t, a)
		advance(t, first, 2)
		one, two := takeRun(t, a, 0, 1), takeRun(t, b, 1, 2)
		b.Done(two)
		requireNoRun(t, c)
		requireNoRun(t, b)
		a.Done(one)
		c.Done(takeRun(t, c, 0, 2))
		first.Close()
		a.Done(takeRun(t, a, 2, 3))
		b.Done(takeRun(t, b, 3, 4))
		publish(t, p, 4)
		a.Done(takeRun(t, a, 4, 5))
		second.Consumer().Close()
		c.Done(takeRun(t, c, 2, 8))
		publish(t, p, 8)
		takeRun(t, c, 8, 16)
		require.Equal(t, []string(nil), r.Stats().Consumers[0].After)
	})
}
