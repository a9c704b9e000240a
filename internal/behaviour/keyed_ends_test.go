package behaviour

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// An event that two workers have left unfinished ends the ring, or is skipped.
func TestTheAttemptsOfAKeyedGroupAreCounted(t *testing.T) {
	for _, skip := range []bool{false, true} {
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		group := r.Group(disruptor.GroupConfig[int64]{
			Name: "g", Attempts: 2, Key: func(*int64) uint64 { return 1 }, OnFailure: disruptor.FailurePolicy{Skip: skip},
		})
		publish(t, r.MultiProducer(), 3)
		first := group.Worker()
		b, ok := first.TryNext()
		require.True(t, ok)
		head, _ := b.Split(1)
		first.Done(head)
		first.Close()
		require.NoError(t, r.Err())
		second := group.Worker()
		b, ok = second.TryNext()
		require.True(t, ok)
		requireRange(t, b, 1, 3)
		second.Close()
		if !skip {
			require.ErrorContains(t, r.Err(), "given up: Attempts is 2")
			continue
		}
		require.NoError(t, r.Err())
		require.Equal(t, int64(2), group.Consumer().Position())
		third := group.Worker()
		b, ok = third.TryNext()
		require.True(t, ok)
		requireRange(t, b, 2, 3)
		third.Done(b)
		require.Equal(t, int64(3), group.Consumer().Position())
	}
}

// Close of the group drops the events that no worker has been handed.
func TestAKeyedGroupIsClosed(t *testing.T) {
	forEachKeyedScene(t, func(t *testing.T, s *keyedScene) {
		a, b, c := s.group.Worker(), s.group.Worker(), s.group.Worker()
		follower := s.Consumer("follower", s.group.Consumer())
		s.own(t, a, b, c)
		advanceAll(follower)
		at := s.Published()
		s.send(t, 1, 2, 3, 4, 5, 6)
		inHand, ok := a.TryNext()
		require.True(t, ok)
		b.TryNext()
		b.Close()
		s.group.Consumer().Close()
		_, err := c.Next(t.Context())
		require.Equal(t, disruptor.ErrClosed, err)
		require.LessOrEqual(t, s.group.Consumer().Position(), inHand.From())
		a.Done(inHand)
		_, err = a.Next(t.Context())
		require.Equal(t, disruptor.ErrClosed, err)
		require.Len(t, s.Stats().Consumers, 1, "it has left")
		batch, ok := follower.TryNext()
		require.True(t, ok)
		require.Equal(t, [2]int64{at, at + 6}, [2]int64{batch.From(), batch.To()})
	})
}

func advanceAll(c *disruptor.Consumer[uint64]) {
	for b, ok := c.TryNext(); ok; b, ok = c.TryNext() {
		c.Done(b)
	}
}

func TestAKeyedGroupHandsOutNoAbortedSlots(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 8})
	read := 0
	group := r.Group(disruptor.GroupConfig[int64]{Key: func(event *int64) uint64 { read++; return uint64(*event) }})
	p := r.MultiProducer()
	w := group.Worker()
	for lap := range int64(5) {
		abort(t, p, 2)
		publish(t, p, 3)
		abort(t, p, 1)
		b, ok := w.TryNext()
		require.True(t, ok)
		requireRange(t, b, 6*lap+2, 6*lap+5)
		w.Done(b)
		_, ok = w.TryNext()
		require.False(t, ok)
		require.Equal(t, 6*lap+6, group.Consumer().Position())
		require.Equal(t, 3*int(lap+1), read)
	}
}

// A panic of Key comes out of the worker's call, and Key is called again for the same event.
func TestAKeyThatPanicsHoldsNothingUp(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 8})
	broken := true
	group := r.Group(disruptor.GroupConfig[int64]{Key: func(event *int64) uint64 {
		if broken {
			panic("no key")
		}
		return 1
	}})
	w := group.Worker()
	publish(t, r.MultiProducer(), 2)
	requirePanics(t, "no key", func() { w.TryNext() })
	broken = false
	b, ok := w.TryNext()
	require.True(t, ok)
	requireRange(t, b, 0, 2)
	w.Done(b)
}
