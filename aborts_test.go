package disruptor

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

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

// Against a map, in rings of all sizes, over many laps: of what lies within a lap, nothing is missing and nothing of an
// earlier lap is left.
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
