package disruptor

import (
	"iter"
	"math/bits"
	"slices"
	"sync"
)

// A tally counts the batches that one goroutine hands back. Only that goroutine writes it; it is
// for Stats, on no edge. It is embedded in a reader or a taker: behind a pointer, the tests of
// the object code would take its stores for stores of the protocol.
type tally struct {
	most   word          // the greatest lag seen
	counts [buckets]word // of batches, by bucket; those of small batches share a cache line with most
	slots  word          // slots in batches of 8 and more
}

// A bucket holds the sizes with the same three leading bits. Each size below 8 has its bucket,
// and each power of two above has four. So a bucket is at most a quarter of its sizes wide, as
// in HDR histograms.
const buckets = 128 // more than the 1<<30 slots of a ring need; a power of two, so that an index can be masked

func bucketOf(size int64) int {
	if size < 8 {
		return int(size)
	}
	shift := bits.Len64(uint64(size)) - 3
	return shift*4 + int(size>>shift)
}

// lastIn returns the largest size in a bucket.
func lastIn(bucket int) int64 {
	if bucket < 8 {
		return int64(bucket)
	}
	shift := bucket/4 - 1
	return int64(bucket%4+5)<<shift - 1
}

// add counts a batch of that size.
func (t *tally) add(size int64) {
	if !t.addSmall(size) {
		t.addLarge(size)
	}
}

// addSmall is add for a small batch, in one store and inlined: there may be a batch for each
// event. It reports false for other sizes, which addLarge counts.
func (t *tally) addSmall(size int64) bool {
	if size >= 8 {
		return false
	}
	n := &t.counts[size&7]
	n.storeRelaxed(n.load() + 1)
	return true
}

//go:noinline
func (t *tally) addLarge(size int64) {
	n := &t.counts[bucketOf(size)&(buckets-1)]
	n.storeRelaxed(n.load() + 1)
	t.slots.storeRelaxed(t.slots.load() + size)
}

// saw records a lag that the goroutine has seen.
func (t *tally) saw(lag int64) {
	if lag > t.most.load() {
		t.most.storeRelaxed(lag)
	}
}

// tallies are the tallies of a member: one, or one for each worker of a group.
type tallies struct {
	seen word // the greatest lag of the member that others have seen

	mu   sync.Mutex
	open []*tally
	past BatchSizes // of workers that have left
	most int64      // their greatest lag
}

// add adds the tally of a goroutine that joins.
func (a *tallies) add(t *tally) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = append(a.open, t)
}

// remove removes the tally of a goroutine that leaves, and keeps its counts.
func (a *tallies) remove(t *tally) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.past.add(t)
	a.most = max(a.most, t.most.load())
	a.open = slices.DeleteFunc(a.open, func(o *tally) bool { return o == t })
}

// sum returns the counts of all tallies together, and the greatest lag.
func (a *tallies) sum() (sizes BatchSizes, maxLag int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	sizes.Slots, sizes.counts = a.past.Slots, slices.Clone(a.past.counts)
	maxLag = max(a.most, a.seen.load())
	for _, t := range a.open {
		sizes.add(t)
		maxLag = max(maxLag, t.most.load())
	}
	return sizes, maxLag
}

// BatchSizes is a histogram of the sizes of the batches that a consumer has handed back since it
// joined. A batch is the range that one call of Done, one call of a handler or one turn of
// Batches hands back; for a lossy consumer it is a copy. Sizes in one bucket differ by less than
// a quarter. The zero value has no batches.
type BatchSizes struct {
	Slots  int64 // the sum of the sizes
	counts []int64
}

func (s *BatchSizes) add(t *tally) {
	s.Slots += t.slots.load()
	for i := range t.counts {
		if n := t.counts[i].load(); n != 0 {
			s.counts = slices.Grow(s.counts, buckets)[:max(len(s.counts), i+1)]
			s.counts[i] += n
			if i < 8 {
				s.Slots += n * int64(i)
			}
		}
	}
}

// Count returns the number of batches.
func (s BatchSizes) Count() (n int64) {
	for _, c := range s.counts {
		n += c
	}
	return n
}

// Mean returns the mean size, or 0 if there are no batches.
func (s BatchSizes) Mean() float64 {
	if n := s.Count(); n > 0 {
		return float64(s.Slots) / float64(n)
	}
	return 0
}

// Quantile returns an upper bound of the q-quantile: at least the fraction q of the batches are
// no larger. It is the largest size of a bucket, less than a quarter above the quantile itself.
// Quantile(1) bounds the largest batch. Quantile returns 0 if there are no batches, and panics
// if q is not in [0, 1].
func (s BatchSizes) Quantile(q float64) int64 {
	if !(q >= 0 && q <= 1) {
		panicf("Quantile of %v: not from 0 to 1", q)
	}
	all, batches := float64(s.Count()), int64(0)
	for size, n := range s.All() {
		// The quotient is rounded once, like q; q*all would be rounded twice. So 7 of 100 are at
		// least 0.07.
		if batches += n; float64(batches)/all >= q {
			return size
		}
	}
	return 0
}

// All iterates over the buckets that are not empty, from small to large sizes. It yields the
// largest size that a bucket may hold, and the number of batches in it.
func (s BatchSizes) All() iter.Seq2[int64, int64] {
	return func(yield func(size, batches int64) bool) {
		for i, n := range s.counts {
			if n != 0 && !yield(lastIn(i), n) {
				return
			}
		}
	}
}
