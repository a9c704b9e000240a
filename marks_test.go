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
			if end < start+capacity && rnd.IntN(2) == 0 { // what is published behind a gap is not found
				at := end + 1 + rnd.Int64N(capacity)
				if at < start+capacity {
					m.at(at).store(start + capacity)
				}
			}
			for i, from := range boundaries {
				hi, ok := m.walk(from)
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

// Who walks without holding anything back must notice that it has been lapped: the mark that it finds then is one of
// a later lap, before which there may be a gap.
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
				hi, ok := m.walk(from)
				require.False(t, ok)
				require.Equal(t, from, hi)

				hi, ok = m.walk(to - 1)
				require.True(t, ok)
				require.Equal(t, to, hi)
			}
		}
	}
}

func TestAbortedRangesAreJoinedAndPruned(t *testing.T) {
	var last word
	a := aborts{last: &last}
	list := func() []span { return *a.list.load() }
	a.add(10, 12, 0)
	a.add(20, 21, 0)
	a.add(4, 6, 0)
	require.Equal(t, []span{{4, 6}, {10, 12}, {20, 21}}, list())
	require.Equal(t, int64(21), last.load(), "only raised")
	a.add(12, 15, 0)
	a.add(6, 10, 0)
	require.Equal(t, []span{{4, 15}, {20, 21}}, list(), "neighbours are one range")
	a.add(30, 31, 14)
	require.Equal(t, []span{{4, 15}, {20, 21}, {30, 31}}, list(), "not every consumer has passed 14")
	a.add(31, 32, 15)
	require.Equal(t, []span{{20, 21}, {30, 32}}, list())
	a.add(40, 41, 100)
	require.Equal(t, []span{{40, 41}}, list(), "what is new stays")
	require.Equal(t, int64(41), last.load())
}

func TestCutReturnsTheFirstPartThatIsFreeOfAborts(t *testing.T) {
	var last word
	a := aborts{last: &last}
	cut := func(from, to int64) [2]int64 {
		start, end := a.cut(from, to)
		return [2]int64{start, end}
	}
	require.Equal(t, [2]int64{3, 9}, cut(3, 9), "nothing was ever aborted")
	a.add(4, 6, 0)
	a.add(8, 9, 0)
	for _, c := range [][4]int64{
		{0, 3, 0, 3}, {0, 4, 0, 4}, {0, 5, 0, 4}, {0, 20, 0, 4}, // up to the next one
		{4, 20, 6, 8}, {5, 20, 6, 8}, {4, 7, 6, 7}, // after the one at its start
		{4, 6, 6, 6}, {4, 5, 5, 5}, // nothing but aborted slots: no further than the caller has found
		{6, 8, 6, 8}, {8, 20, 9, 20}, {9, 20, 9, 20}, {3, 3, 3, 3},
	} {
		require.Equal(t, [2]int64{c[2], c[3]}, cut(c[0], c[1]), "[%d, %d)", c[0], c[1])
	}
}

// C21. Whoever publishes 3 and 5 has published 3 and 5; consumers are handed them in their turn.
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
