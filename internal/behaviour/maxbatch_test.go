package behaviour

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A consumer may have its MaxBatch, below or above that of its ring.
func TestMaxBatchOfAConsumerCountsAndNotTheRings(t *testing.T) {
	for _, c := range []struct{ ring, consumer, want int }{
		{0, 0, 8}, {3, 0, 3}, {3, 1, 1}, {3, 2, 2}, {3, 5, 5}, {3, 8, 8}, {3, 1000, 8}, {0, 5, 5}, {1, 4, 4},
	} {
		for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
			t.Run(fmt.Sprintf("%+v/%d", c, kind), func(t *testing.T) {
				r := newRing[int64](t, disruptor.Config{Capacity: 8, Producers: kind, MaxBatch: c.ring})
				p := newProducer(r)
				byHand := r.ConsumerWith(disruptor.ConsumerConfig[int64]{Name: "c", MaxBatch: c.consumer})
				stage := r.ConsumerWith(disruptor.ConsumerConfig[int64]{
					Name: "stage", MaxBatch: c.consumer, After: []*disruptor.Consumer[int64]{byHand},
				})
				plain := r.Consumer("plain")
				longest := 0
				r.HandleWith(disruptor.ConsumerConfig[int64]{Name: "h", MaxBatch: c.consumer},
					func(b disruptor.Batch[int64]) error { longest = max(longest, b.Len()); return nil })
				publish(t, p, 8)
				take(t, byHand, 0, int64(c.want))
				b, err := byHand.Next(testContext(t))
				require.NoError(t, err)
				requireRange(t, b, 0, int64(c.want))
				advance(t, byHand, 8)
				take(t, stage, 0, int64(c.want))
				ringMax := int64(c.ring)
				if ringMax == 0 {
					ringMax = 8
				}
				take(t, plain, 0, ringMax)
				r.Close()
				require.NoError(t, r.Run(testContext(t)))
				require.Equal(t, c.want, longest)
			})
		}
	}
}

func TestNegativeMaxBatchOfAConsumerPanics(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 4})
	cfg := disruptor.ConsumerConfig[int]{Name: "c", MaxBatch: -1}
	requirePanics(t, "disruptor: MaxBatch of -1", func() { r.ConsumerWith(cfg) })
	requirePanics(t, "disruptor: MaxBatch of -1", func() {
		r.HandleWith(cfg, func(disruptor.Batch[int]) error { return nil })
	})
	require.Empty(t, r.Stats().Consumers, "it has not joined")
}
