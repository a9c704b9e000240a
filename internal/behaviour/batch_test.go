package behaviour

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// sequencesOf returns the sequences that each way to look at b shows, in order.
func sequencesOf(b disruptor.Batch[int64]) (at, all, slices []int64) {
	for i := range b.Len() {
		at = append(at, *b.At(i))
	}
	collect(&all, b)
	head, tail := b.Slices()
	return at, all, append(append(slices, head...), tail...)
}

func TestBatchShowsTheSameSlotsEachWay(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		rnd := s.random()
		for range 20 {
			n := 1 + rnd.IntN(s.Capacity)
			claimed := publish(t, p, n)
			taken := take(t, c, claimed.From(), claimed.To())
			b := taken
			for range 3 {
				var want []int64
				for seq := b.From(); seq < b.To(); seq++ {
					want = append(want, seq)
				}
				at, all, slices := sequencesOf(b)
				require.Equal(t, want, at)
				require.Equal(t, want, all)
				require.Equal(t, want, slices)
				head, rest := b.Split(rnd.IntN(b.Len() + 1))
				require.Equal(t, b.From(), head.From())
				require.Equal(t, head.To(), rest.From())
				require.Equal(t, b.To(), rest.To())
				if b = rest; b.Len() == 0 {
					break
				}
			}
			c.Done(taken)
		}
	})
}

// A batch over the end of the memory has two Slices. Appending to neither writes to slots of
// others.
func TestSlicesEndWithTheBatch(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		lap := publish(t, p, s.Capacity)
		advance(t, c, lap.To())
		for range 2 * s.Capacity / max(1, s.Capacity-1) {
			b := claim(t, p, max(1, s.Capacity-1))
			head, tail := b.Slices()
			i := int(b.From() & int64(s.Capacity-1))
			require.Len(t, head, min(b.Len(), s.Capacity-i))
			require.Len(t, tail, b.Len()-len(head))
			require.Equal(t, len(head), cap(head))
			require.Equal(t, len(tail), cap(tail))
			require.Same(t, &head[0], b.At(0))
			require.Same(t, slotOf(lap, b.From()), b.At(0))
			if len(tail) > 0 {
				require.Same(t, slotOf(lap, b.From()+int64(len(head))), &tail[0])
			}
			p.Publish(b)
			c.Done(take(t, c, b.From(), b.To()))
		}
	})
}

func TestEmptyBatchShowsNothingAndMayBeGivenToAnyCall(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		b := claim(t, p, s.Capacity)
		first, _ := b.Split(0)
		_, last := b.Split(s.Capacity)
		for _, empty := range []disruptor.Batch[int64]{first, last, {}} {
			require.Zero(t, empty.Len())
			at, all, slices := sequencesOf(empty)
			require.Empty(t, at)
			require.Empty(t, all)
			require.Empty(t, slices)
		}
		for _, empty := range []disruptor.Batch[int64]{first, last} {
			p.Publish(empty)
			p.Abort(empty)
			c.Done(empty)
		}
		requireNothing(t, c)
		p.Publish(b)
		c.Done(take(t, c, b.From(), b.To()))
	})
}

func TestAllIsLeftByBreak(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 8})
	p := r.MultiProducer()
	var seen []int64
	for seq := range claim(t, p, 8).All() {
		seen = append(seen, seq)
		if seq == 2 {
			break
		}
	}
	require.Equal(t, []int64{0, 1, 2}, seen)
}

// At returns the slots themselves, so the writes of a producer and of a stage reach later stages.
func TestBatchRefersToTheSlots(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		first := r.Consumer("first")
		second := r.Consumer("second", first)
		b := publish(t, p, s.Capacity)
		got := take(t, first, b.From(), b.To())
		for i := range got.Len() {
			*got.At(i) *= -1
		}
		first.Done(got)
		got, ok := second.TryNext()
		require.True(t, ok)
		for seq, v := range got.All() {
			require.Equal(t, -seq, *v)
		}
	})
}

// A slot may have any size, including 0.
func TestEventsWithoutSize(t *testing.T) {
	r := newRing[struct{}](t, disruptor.Config{Capacity: 4})
	p, c := r.MultiProducer(), r.Consumer("c")
	for range 3 {
		require.True(t, p.TrySend(struct{}{}))
		require.True(t, p.TrySend(struct{}{}))
		require.True(t, p.TrySend(struct{}{}))
		b, ok := c.TryNext()
		require.True(t, ok)
		head, tail := b.Slices()
		require.Equal(t, 3, len(head)+len(tail))
		require.NotNil(t, b.At(2))
		c.Done(b)
	}
}
