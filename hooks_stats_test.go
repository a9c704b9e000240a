//go:build disruptor_debug

package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Stats reads positions first and the published end later. Events that pass in between are no
// lag of any consumer, and must not be kept as the greatest lag.
func TestMaxLagIsNotOfTwoMoments(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p, c := r.MultiProducer(), r.Consumer("c")
	publish(t, p, 1)
	looks := 0
	hook = func(at hookPoint) {
		if at != pointBoundary {
			return
		}
		if looks++; looks == 2 { // the look behind the positions
			hook = nil
			for range 10 {
				advance(t, c, publish(t, p, 2).To())
			}
		}
	}
	defer func() { hook = nil }()
	s := r.Stats()
	require.Equal(t, 2, looks)
	require.EqualValues(t, 21, s.Published)
	require.LessOrEqual(t, s.Consumers[0].MaxLag, int64(4), "what fits in the ring")
	require.LessOrEqual(t, r.Stats().Consumers[0].MaxLag, int64(4))
}

// While a consumer joins it holds the position of the slowest one, which may be far behind.
func TestMaxLagIsNotThatOfAJoin(t *testing.T) {
	for name, join := range map[string]func(r *Ring[int64]){
		"consumer": func(r *Ring[int64]) { r.Consumer("new") },
		"lossy":    func(r *Ring[int64]) { r.LossyConsumer(LossyConfig[int64]{Name: "new"}) },
		"group":    func(r *Ring[int64]) { r.Group(GroupConfig[int64]{Name: "new"}) },
	} {
		r := newRing[int64](t, Config{Capacity: 4})
		p := r.MultiProducer()
		r.Consumer("slow")
		publish(t, p, 3)
		during(t, pointJoined, func() {
			require.EqualValues(t, 0, r.Stats().Consumers[1].Position, name)
		}, func() { join(r) })
		publish(t, p, 1)
		at := r.Stats().Consumers[1]
		require.EqualValues(t, 3, at.Position, name)
		require.EqualValues(t, 1, at.MaxLag, name)
	}
}
