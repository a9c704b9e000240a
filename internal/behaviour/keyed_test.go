package behaviour

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A keyedScene is a ring of 8 slots whose events are their own keys, and a group of it.
type keyedScene struct {
	*disruptor.Ring[uint64]
	p     disruptor.Producer[uint64]
	group *disruptor.Group[uint64]
}

func newKeyedScene(t *testing.T, cfg disruptor.Config) *keyedScene {
	cfg.Capacity = 8
	r, err := disruptor.New[uint64](cfg)
	require.NoError(t, err)
	s := &keyedScene{Ring: r}
	s.group = r.Group(disruptor.GroupConfig[uint64]{Name: "g", Key: func(event *uint64) uint64 { return *event }})
	if s.p = disruptor.Producer[uint64](nil); cfg.Producers == disruptor.Single {
		s.p = r.SingleProducer()
	} else {
		s.p = r.MultiProducer()
	}
	return s
}

func forEachKeyedScene(t *testing.T, test func(t *testing.T, s *keyedScene)) {
	for name, producers := range map[string]disruptor.Producers{"single": disruptor.Single, "multi": disruptor.Multi} {
		t.Run(name, func(t *testing.T) { test(t, newKeyedScene(t, disruptor.Config{Producers: producers})) })
	}
}

func (s *keyedScene) send(t *testing.T, keys ...uint64) {
	t.Helper()
	for _, key := range keys {
		require.True(t, s.p.TrySend(key))
	}
}

// own returns a key of each worker of the group. The ring must be empty; own moves it on by laps.
func (s *keyedScene) own(t *testing.T, workers ...*disruptor.Worker[uint64]) []uint64 {
	t.Helper()
	keys := make([]uint64, len(workers))
	for left, key := len(workers), uint64(1); left > 0; key++ {
		s.send(t, key)
		for i, w := range workers {
			if b, ok := w.TryNext(); ok {
				if w.Done(b); keys[i] == 0 {
					keys[i] = key
					left--
				}
			}
		}
		for _, w := range workers { // the workers asked before its owner have not seen it
			w.TryNext()
		}
		require.Equal(t, s.Published(), s.group.Consumer().Position())
	}
	return keys
}

// requireNext requires that w is handed [from, to) now.
func requireNext(t *testing.T, w *disruptor.Worker[uint64], from, to int64) disruptor.Batch[uint64] {
	t.Helper()
	b, ok := w.TryNext()
	require.True(t, ok, "nothing, not even [%d, %d)", from, to)
	require.Equal(t, [2]int64{from, to}, [2]int64{b.From(), b.To()})
	return b
}

func requireNone(t *testing.T, workers ...*disruptor.Worker[uint64]) {
	t.Helper()
	for _, w := range workers {
		b, ok := w.TryNext()
		require.False(t, ok, "[%d, %d)", b.From(), b.To())
	}
}

func TestAKeyStaysWithItsWorker(t *testing.T) {
	forEachKeyedScene(t, func(t *testing.T, s *keyedScene) {
		a, b := s.group.Worker(), s.group.Worker()
		k := s.own(t, a, b)
		at := s.Published()
		s.send(t, k[0], k[0], k[1], k[0])
		first := requireNext(t, a, at, at+2)
		second := requireNext(t, b, at+2, at+3)
		b.Done(second)
		requireNone(t, b) // the next is of the key that a has
		require.Equal(t, at, s.group.Consumer().Position())
		head, _ := first.Split(1)
		a.Done(head)
		require.Equal(t, at+1, s.group.Consumer().Position())
		a.Done(requireNext(t, a, at+1, at+2))
		require.Equal(t, at+3, s.group.Consumer().Position())
		a.Done(requireNext(t, a, at+3, at+4))
		require.Equal(t, at+4, s.group.Consumer().Position())
	})
}

// With one more worker a key may get another owner. New events wait until its earlier events are
// finished.
func TestAKeyMovesToAWorkerThatJoinsWhenItsEventsAreFinished(t *testing.T) {
	forEachKeyedScene(t, func(t *testing.T, s *keyedScene) {
		a := s.group.Worker()
		at := s.Published()
		s.send(t, 1, 2, 3)
		inHand := requireNext(t, a, at, at+3)
		b := s.group.Worker()
		s.send(t, 1, 2, 3)
		requireNone(t, b)
		head, _ := inHand.Split(2)
		a.Done(head)
		requireNone(t, b)
		a.Done(inHand)
		got := 0
		for range 6 {
			for _, w := range []*disruptor.Worker[uint64]{a, b} {
				if batch, ok := w.TryNext(); ok {
					got += batch.Len()
					w.Done(batch)
				}
			}
		}
		require.Equal(t, 3, got)
		require.Equal(t, at+6, s.group.Consumer().Position())
	})
}

// Events that a worker leaves are handed to another first of all, before anything that comes later.
func TestAnotherWorkerGoesOnWhereOneHasLeft(t *testing.T) {
	forEachKeyedScene(t, func(t *testing.T, s *keyedScene) {
		a, b := s.group.Worker(), s.group.Worker()
		k := s.own(t, a, b)
		at := s.Published()
		s.send(t, k[0], k[1], k[0])
		first := requireNext(t, a, at, at+1)
		second := requireNext(t, b, at+1, at+2)
		s.send(t, k[1]) // not known to a, whose seat ends before it
		a.Close()
		b.Done(second)
		require.Equal(t, first, requireNext(t, b, at, at+1))
		b.Done(first)
		b.Done(requireNext(t, b, at+2, at+3))
		require.Equal(t, at+3, s.group.Consumer().Position())
		b.Done(requireNext(t, b, at+3, at+4))
		b.Close()
		s.send(t, k[0])
		require.Equal(t, at+4, s.group.Consumer().Position())
		c := s.group.Worker()
		c.Done(requireNext(t, c, at+4, at+5))
		require.Equal(t, at+5, s.group.Consumer().Position())
	})
}

// A worker that has adopted a seat and then leaves too leaves two seats.
func TestASeatIsLeftAgain(t *testing.T) {
	forEachKeyedScene(t, func(t *testing.T, s *keyedScene) {
		a, b := s.group.Worker(), s.group.Worker()
		k := s.own(t, a, b)
		at := s.Published()
		s.send(t, k[0], k[1], k[0])
		requireNext(t, a, at, at+1)
		a.Close()
		requireNext(t, b, at, at+1)
		b.Close()
		c := s.group.Worker()
		seen := map[int64]bool{}
		for range 3 {
			batch, ok := c.TryNext()
			require.True(t, ok)
			require.Equal(t, 1, batch.Len())
			seen[batch.From()-at] = true
			c.Done(batch)
		}
		require.Equal(t, map[int64]bool{0: true, 1: true, 2: true}, seen)
		require.Equal(t, at+3, s.group.Consumer().Position())
	})
}

// A worker that looks while another reads keys finds nothing, and loses nothing.
func TestKeysAreReadBeforeAnyWorkerIsHandedTheirEvents(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	var other *disruptor.Worker[int64]
	group := r.Group(disruptor.GroupConfig[int64]{Key: func(event *int64) uint64 {
		if other != nil {
			_, ok := other.TryNext()
			require.False(t, ok)
		}
		return uint64(*event)
	}})
	p := r.MultiProducer()
	one, two := group.Worker(), group.Worker()
	other = two
	handled := [2]int{}
	for lap := range 20 {
		publish(t, p, 4)
		for range 4 {
			for i, w := range []*disruptor.Worker[int64]{one, two} {
				if other = two; i == 1 {
					other = one
				}
				if b, ok := w.TryNext(); ok {
					handled[i] += b.Len()
					w.Done(b)
				}
			}
		}
		require.Equal(t, 4*(lap+1), handled[0]+handled[1])
		require.Equal(t, r.Published(), group.Consumer().Position())
	}
	require.NotZero(t, handled[0])
	require.NotZero(t, handled[1])
}
