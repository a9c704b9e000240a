package disruptor

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// C23.
func TestMarkSaysHowFarItsRangeReaches(t *testing.T) {
	m := newMarks(4)
	for _, lap := range []int64{0, 4, 1 << 40, lastSequence - 3 - 4} {
		for from := lap; from < lap+4; from++ {
			require.LessOrEqual(t, m.reach(from), from, "an older lap's mark, or fresh memory, says not yet")
		}
		m.at(lap + 1).store(lap + 3)
		require.Equal(t, lap+3, m.reach(lap+1))
		m.at(lap + 3).store(^(lap + 4))
		require.Equal(t, lap+4, m.reach(lap+3), "aborted")
		require.Same(t, m.at(lap), m.at(lap+4))
	}
}

// pastMarks stores the marks of random ranges of [from, to), aborts among them, and returns their boundaries and the
// ends of those that were aborted.
func pastMarks(m *marks, from, to int64, rnd *rand.Rand) (boundaries, aborted []int64) {
	boundaries = append(boundaries, from)
	for from < to {
		end := min(to, from+1+rnd.Int64N(m.mask+1))
		if rnd.IntN(3) == 0 {
			m.at(from).store(^end)
			aborted = append(aborted, end)
		} else {
			m.at(from).store(end)
		}
		boundaries = append(boundaries, end)
		from = end
	}
	return boundaries, aborted
}

// C22.
func TestScanAndWalkStepFromRangeToRange(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, capacity := range []int64{1, 2, 8, 64} {
		for range 200 {
			m := newMarks(int(capacity))
			start := rnd.Int64N(1 << 60)
			old := max(0, start-3*capacity)
			pastMarks(&m, old, start, rnd)
			end := start + rnd.Int64N(capacity+1)
			boundaries, aborted := pastMarks(&m, start, end, rnd)
			if end < start+capacity && rnd.IntN(2) == 0 { // a range published behind a gap is not found
				at := end + 1 + rnd.Int64N(capacity)
				if at < start+capacity {
					m.at(at).store(start + capacity)
				}
			}
			for i, from := range boundaries {
				hi, ok := m.walk(from, never)
				require.True(t, ok)
				require.Equal(t, end, hi)

				limit := from + rnd.Int64N(capacity+1)
				want := from
				for _, b := range boundaries[i:] {
					if want = b; b >= limit {
						break
					}
				}
				var last int64 // the last aborted range on the way
				for _, a := range aborted {
					if a > from && a <= want {
						last = a
					}
				}
				hi, found := m.scan(from, limit)
				require.Equal(t, [2]int64{want, last}, [2]int64{hi, found})
			}
		}
	}
}

// A walk without holding anything back must notice that it has been lapped: the mark that it
// then finds is of a later lap, with perhaps a gap before it.
func TestWalkNoticesALaterLap(t *testing.T) {
	for _, abort := range []bool{false, true} {
		for _, capacity := range []int64{1, 2, 8} {
			for _, laps := range []int64{1, 2, 1000} {
				m := newMarks(int(capacity))
				from := 5 * capacity
				to := from + laps*capacity + 1
				if abort {
					m.at(from).store(^to)
				} else {
					m.at(from).store(to)
				}
				hi, ok := m.walk(from, never)
				require.False(t, ok)
				require.Equal(t, from, hi)

				hi, ok = m.walk(to-1, never)
				require.True(t, ok)
				require.Equal(t, to, hi)
			}
		}
	}
}

// C21. A producer that publishes 3 and 5 has published 3 and 5; consumers are handed them in
// their turn.
func TestOnlyWhatIsPublishedHasAMarkOfThisLap(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 8})
	p, c := r.MultiProducer(), r.Consumer("c")
	for range 2 {
		from := c.Position()
		var claims []Batch[int64]
		for range 8 {
			claims = append(claims, claim(t, p, 1))
		}
		p.Publish(claims[3])
		p.Publish(claims[5])
		for i := range int64(8) {
			require.Equal(t, i == 3 || i == 5, r.core.reach(from+i) > from+i, i)
		}
		requireNothing(t, c)
		for _, i := range []int{0, 1, 2, 4, 6, 7} {
			p.Publish(claims[i])
		}
		c.Done(take(t, c, from, from+8))
	}
}

func newAborts() *aborts { return &aborts{last: new(word)} }

func TestSkipAndCleanFindTheFirstSequenceOfTheirKind(t *testing.T) {
	a := newAborts()
	require.Equal(t, int64(3), a.skip(3, 9), "nothing was ever aborted")
	require.Equal(t, int64(9), a.clean(3, 9))
	for _, at := range []int64{0, 1 << 40, lastSequence - 1<<10} {
		a := newAborts()
		a.add(at+4, at+6, 1<<10)
		a.add(at+60, at+200, 1<<10) // across blocks
		require.Equal(t, at+200, a.last.load())
		for _, c := range [][4]int64{ // from, to, skip, clean
			{0, 3, 0, 3}, {0, 4, 0, 4}, {0, 5, 0, 4}, {0, 300, 0, 4},
			{4, 300, 6, 4}, {5, 300, 6, 5}, {4, 5, 5, 4}, {4, 6, 6, 4},
			{6, 300, 6, 60}, {6, 60, 6, 60}, {6, 6, 6, 6}, {61, 300, 200, 61}, {63, 64, 64, 63}, {64, 199, 199, 64},
			{200, 300, 200, 300},
		} {
			require.Equal(t, at+c[2], a.skip(at+c[0], at+c[1]), "skip of [%d, %d)", c[0], c[1])
			require.Equal(t, at+c[3], a.clean(at+c[0], at+c[1]), "clean of [%d, %d)", c[0], c[1])
		}
	}
}

// Against a map, in rings of all sizes, over many laps: within a lap nothing is missing, and
// nothing is left of an earlier lap.
func TestAbortsAreThoseOfThisLap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, capacity := range []int64{1, 2, 8, 32, 64, 128, 1024} {
		a, aborted := newAborts(), map[int64]bool{}
		for at, from := rnd.Int64N(1<<40), int64(0); from < 20*capacity+200; {
			to := from + 1 + rnd.Int64N(capacity)
			if rnd.IntN(2) == 0 {
				a.add(at+from, at+to, capacity)
				for s := at + from; s < at+to; s++ {
					aborted[s] = true
				}
			}
			for s := max(at, at+to-capacity); s < at+to; s++ {
				require.Equal(t, aborted[s], a.skip(s, s+1) > s, "%d in a ring of %d", s, capacity)
				require.Equal(t, aborted[s], a.clean(s, s+1) == s, "%d in a ring of %d", s, capacity)
			}
			from = to
		}
	}
}

func TestABlockOfAnEarlierLapIsReplaced(t *testing.T) {
	const capacity = 64 // a table of two blocks
	a := newAborts()
	a.add(3, 4, capacity)
	a.add(2*blockSlots+5, 2*blockSlots+6, capacity) // in the same place
	require.Equal(t, int64(2*blockSlots+5), a.clean(2*blockSlots, 3*blockSlots))
	require.Equal(t, int64(2*blockSlots+6), a.skip(2*blockSlots+5, 3*blockSlots))
	require.Equal(t, int64(blockSlots), a.clean(0, blockSlots), "of no interest to anybody")
}

func TestAbortsOfSeveralGoroutinesAreAllKept(t *testing.T) {
	const capacity, goroutines = 256, 4
	for range 50 {
		a := newAborts()
		done := make(chan struct{})
		for g := range int64(goroutines) {
			go func() {
				for s := g; s < capacity; s += goroutines {
					a.add(s, s+1, capacity)
				}
				done <- struct{}{}
			}()
		}
		for range goroutines {
			<-done
		}
		require.Equal(t, int64(capacity), a.skip(0, capacity))
		require.Equal(t, int64(capacity), a.last.load())
	}
}
