package disruptor

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachSizeHasABucketThatIsLessThanAQuarterWide(t *testing.T) {
	check := func(size int64) {
		b := bucketOf(size)
		last := lastIn(b)
		if b < 0 || b >= buckets || last < size || 4*(last-size) >= size || bucketOf(last) != b || bucketOf(last+1) != b+1 {
			require.FailNow(t, "a wrong bucket", "size %d, bucket %d, which ends at %d", size, b, last)
		}
	}
	for size := int64(1); size <= 1<<16; size++ {
		check(size)
	}
	for shift := 16; shift <= 30; shift++ {
		for eighth := int64(8); eighth < 16; eighth++ {
			for off := int64(-1); off <= 1; off++ {
				check(min(eighth<<shift>>3+off, 1<<30))
			}
		}
	}
	require.Less(t, bucketOf(1<<30)+1, buckets)
	for b := 1; b < bucketOf(1<<30); b++ {
		require.Equal(t, bucketOf(lastIn(b-1)+1), b, "no bucket is left out")
	}
}

// sizesOf returns the counts of a consumer that has handed back batches of these sizes.
func sizesOf(sizes ...int64) BatchSizes {
	var of tallies
	var counted tally
	of.add(&counted)
	for _, n := range sizes {
		counted.add(n)
	}
	s, _ := of.sum()
	return s
}

func TestQuantilesOfBatchSizesAreWithinAQuarter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		sizes := make([]int64, 1+random.IntN(200))
		sum := int64(0)
		for i := range sizes {
			sizes[i] = 1 + random.Int64N(1<<random.IntN(31))
			sum += sizes[i]
		}
		s := sizesOf(sizes...)
		require.EqualValues(t, len(sizes), s.Count())
		require.Equal(t, sum, s.Slots)
		require.Equal(t, float64(sum)/float64(len(sizes)), s.Mean())
		slices.Sort(sizes)
		for percent := range 101 {
			q := float64(percent) / 100
			rank := max(1, (percent*len(sizes)+99)/100)
			exact, got := sizes[rank-1], s.Quantile(q)
			if got < exact || 4*(got-exact) >= exact {
				require.FailNow(t, "a wrong quantile", "%v of %v is %d", q, sizes, got)
			}
		}
	}
}

func TestQuantilesAtTheEdges(t *testing.T) {
	require.Zero(t, BatchSizes{}.Quantile(0.5))
	require.Zero(t, BatchSizes{}.Mean())
	require.Zero(t, BatchSizes{}.Count())
	s := sizesOf(3, 1<<30)
	require.EqualValues(t, 3, s.Quantile(0))
	require.EqualValues(t, 3, s.Quantile(0.5))
	require.EqualValues(t, 5<<28-1, s.Quantile(math.Nextafter(0.5, 1)))
	for _, q := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		require.Panics(t, func() { s.Quantile(q) }, "%v", q)
	}
	for range s.All() {
		break // and no panic
	}
}

func TestBatchSizesOfEachKindOfConsumer(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 16})
	p := r.MultiProducer()
	reader := r.ConsumerWith(ConsumerConfig[int64]{Name: "reader", MaxBatch: 4})
	group := r.Group(GroupConfig[int64]{Name: "group", MaxBatch: 5})
	lossy := r.LossyConsumer(LossyConfig[int64]{Name: "lossy", MaxBatch: 3})
	publish(t, p, 10)

	require.Equal(t, map[int64]int64{}, batchesOf(r, "reader"))
	b := take(t, reader, 0, 4)
	head, _ := b.Split(1)
	reader.Done(head)
	require.Equal(t, map[int64]int64{1: 1}, batchesOf(r, "reader"), "a part of a batch is one")
	for range reader.Batches(context.Background()) { // the rest of the batch
		break
	}
	require.Equal(t, map[int64]int64{1: 1, 4: 1}, batchesOf(r, "reader"))
	reader.Close()

	for range 3 {
		lossy.TryNext()
	}
	require.Equal(t, map[int64]int64{3: 3}, batchesOf(r, "lossy"))

	first := group.Worker()
	f, ok := first.TryNext()
	require.True(t, ok)
	first.Done(f)
	second := group.Worker()
	for range second.Batches(context.Background()) {
		break
	}
	want := batchesOf(r, "group")
	require.Equal(t, int64(2), want[lastIn(bucketOf(int64(f.Len())))]+want[lastIn(bucketOf(3))], "%v", want)
	first.Close()
	require.Equal(t, want, batchesOf(r, "group"), "what has left is counted")
	first.Close()
	second.Close()
	require.Equal(t, want, batchesOf(r, "group"), "once")
}

// batchesOf returns the buckets of a consumer.
func batchesOf(r *Ring[int64], name string) map[int64]int64 {
	found := map[int64]int64{}
	for _, c := range r.Stats().Consumers {
		if c.Name == name {
			for size, n := range c.Batches.All() {
				found[size] = n
			}
		}
	}
	return found
}

// A group keeps the same amount of memory however many workers come and go.
func TestWorkersThatComeAndGoLeaveNothingButCounts(t *testing.T) {
	var of tallies
	var stays tally
	of.add(&stays)
	stays.add(1 << 30)
	stays.saw(7)
	for i := range int64(1000) {
		var goes tally
		of.add(&goes)
		goes.add(1 + i%100)
		goes.saw(i)
		of.remove(&goes)
	}
	require.Len(t, of.open, 1)
	require.LessOrEqual(t, cap(of.open), 4)
	require.LessOrEqual(t, cap(of.past.counts), 3*buckets)
	s, most := of.sum()
	require.EqualValues(t, 999, most)
	require.EqualValues(t, 1001, s.Count())
	require.EqualValues(t, 10*5050+1<<30, s.Slots)
	again, _ := of.sum()
	require.Equal(t, s, again, "a sum changes nothing")
}

func TestASumIsACopy(t *testing.T) {
	var of tallies
	var gone, stays tally
	of.add(&gone)
	of.add(&stays)
	for size := range int64(1000) {
		gone.add(1 + size)
	}
	of.remove(&gone)
	_, _ = of.sum()
	s, _ := of.sum()
	stays.add(100)
	_, _ = of.sum()
	require.EqualValues(t, 1000, s.Count())
}
