package behaviour

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// takeRun returns what w is handed now, which must be [from, to), each event its own sequence.
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

// C92, C93. Over every way to configure a ring; a follower sees what the group has finished and nothing else.
func TestEachEventGoesToOneWorker(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		ctx := testContext(t)
		events := min(200*race.Scale, 4*s.Capacity+200)
		group := r.Group(disruptor.GroupConfig[int64]{Name: "g", MaxBatch: 3})
		follower := r.Consumer("follower", group.Consumer())
		finished := newTally(s.start, events)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				w := group.Worker()
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
		require.Equal(t, r.Published(), group.Consumer().Position())
	})
}

// What is finished out of order moves the position once all before it is finished.
func TestThePositionOfAGroupIsWhatAllBeforeItHaveFinished(t *testing.T) {
	forEachKindOf(t, 8, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		group := r.Group(disruptor.GroupConfig[int64]{Name: "g", MaxBatch: 2})
		follower := r.Consumer("follower", group.Consumer())
		a, b, c := group.Worker(), group.Worker(), group.Worker()
		publish(t, p, 8)
		first, second, third := takeRun(t, a, 0, 2), takeRun(t, b, 2, 4), takeRun(t, c, 4, 6)
		b.Done(second)
		require.Zero(t, group.Consumer().Position())
		requireNothing(t, follower)
		c.Done(third)
		require.Equal(t, int64(8), group.Consumer().Lag())
		require.False(t, p.TrySend(0), "the ring is full")
		head, _ := first.Split(1)
		a.Done(head)
		require.Equal(t, int64(1), group.Consumer().Position())
		takeRun(t, a, 1, 2)
		follower.Done(take(t, follower, 0, 1))
		publish(t, p, 1)
		a.Done(first)
		require.Equal(t, int64(6), group.Consumer().Position())
		follower.Done(take(t, follower, 1, 6))
		publish(t, p, 5)
		b.Done(takeRun(t, b, 6, 8))
		c.Done(takeRun(t, c, 8, 10))
		require.Equal(t, int64(10), group.Consumer().Position())
	})
}

var _ = context.Background
