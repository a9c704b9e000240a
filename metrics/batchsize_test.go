package metrics_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/be395dad/disruptor/metrics"
	"github.com/stretchr/testify/require"
)

// The buckets depend only on the capacity. Each counts exactly the batches of its sizes.
func TestBatchSizes(t *testing.T) {
	for capacity := 1; capacity <= 64; capacity *= 2 {
		t.Run(fmt.Sprint(capacity), func(t *testing.T) {
			var rings metrics.Set
			ring := newRing(t, "ring", capacity)
			c := ring.Consumer("c")
			require.NoError(t, rings.Add(ring))
			scrape := collected(t, &rings)
			before, _ := scrape().buckets("ring", "c")
			for size := 1; size <= capacity; size++ {
				_, err := ring.MultiProducer().SendAll(context.Background(), make([]int, size))
				require.NoError(t, err)
				b, _ := c.TryNext()
				require.Equal(t, size, b.Len())
				c.Done(b)
			}
			s := scrape()
			bounds, counts := s.buckets("ring", "c")
			require.Equal(t, before, bounds)
			require.EqualValues(t, 1, bounds[0])
			require.EqualValues(t, capacity, bounds[len(bounds)-2])
			require.True(t, math.IsInf(bounds[len(bounds)-1], 1))
			for i, bound := range bounds[:len(bounds)-1] {
				require.EqualValues(t, bound, counts[i], "one batch of each size")
			}
			require.EqualValues(t, capacity, counts[len(counts)-1])
			require.EqualValues(t, capacity*(capacity+1)/2, s.consumer("ring", "c")["batch_size_slots_sum"])
		})
	}
}
