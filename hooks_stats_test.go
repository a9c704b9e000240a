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
