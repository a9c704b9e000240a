package behaviour

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

func TestEachCallsItsFunctionForEachEventInOrder(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var seen []int64
		r.Handle("h", disruptor.Each(func(seq int64, event *int64) error {
			require.Equal(t, seq, *event)
			*event = -1 // it is the slot itself
			seen = append(seen, seq)
			return nil
		}))
		b := publish(t, p, 3)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []int64{0, 1, 2}, seen)
		for _, v := range b.All() {
			require.Equal(t, int64(-1), *v)
		}
	})
}

func TestEachStopsAtTheFirstErrorAndSaysAtWhichSequence(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var seen []int64
		c := r.Handle("h", disruptor.Each(func(seq int64, _ *int64) error {
			seen = append(seen, seq)
			if seq == 1 {
				return errBoom
			}
			return nil
		}))
		publish(t, p, 3)
		err := r.Run(testContext(t))
		require.EqualError(t, err, `consumer "h", batch [0, 3): sequence 1: boom`)
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, []int64{0, 1}, seen)
		require.Zero(t, c.Position(), "the batch is not done")
	})
}

func TestNilFunctionPanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		requirePanics(t, "disruptor: Fill with a nil function", func() { r.Fill(nil) })
		requirePanics(t, "disruptor: Do with a nil function", func() { p.Do(t.Context(), 1, nil) })
		requirePanics(t, "disruptor: Each with a nil function", func() { disruptor.Each[int64](nil) })
		require.Zero(t, r.Stats().Claimed, "nothing is left open")
		publish(t, p, 4)
	})
}
