package harness

import (
	"slices"
	"testing"
	"time"
)

// spans returns how a producer's events are divided, by their first words.
func spans(a *Ages, p int, n int64) (firsts, sizes []int64) {
	a.Produce(p, n, func(v, n int64) { firsts, sizes = append(firsts, v-First(p)), append(sizes, n) })
	return firsts, sizes
}

func TestAProducerIsTimedOnceASpan(t *testing.T) {
	c := Case{Kind: Stream, Producers: 1, After: [][]int{nil}, Batch: 10, Words: 3}
	a := NewAges(c, 2070)
	firsts, sizes := spans(a, 0, 2070)
	if !slices.Equal(firsts, []int64{0, 3090, 6180}) || !slices.Equal(sizes, []int64{1030, 1030, 10}) {
		t.Errorf("spans from %v of %v: not of whole batches, the rest last", firsts, sizes)
	}
	if got := len(a.sent[0].at); got != 3 {
		t.Errorf("%d times, not one for each of 3 spans", got)
	}
	c.Between = true
	a = NewAges(c, 2070)
	if firsts, sizes := spans(a, 0, 2070); len(firsts) != 1 || sizes[0] != 2070 || len(a.sent[0].at) != 0 || a.Age() != (Age{}) {
		t.Errorf("between processes: spans from %v of %v, age %v", firsts, sizes, a.Age())
	}
}

// timed returns times with so many stamps, as if the clock had shown them.
func timed(t *Times, at ...time.Duration) { t.at = at }

func TestAgesAreThoseOfTheLastStages(t *testing.T) {
	c := Case{Kind: Stream, Producers: 1, After: [][]int{nil, {0}, nil}, Batch: 1, Words: 1}
	a := NewAges(c, 3000)
	if a.Stage(0).Due() != never || a.Stage(1).Due() != 0 || a.Stage(2).Due() != 0 {
		t.Errorf("due at the stages: %d, %d, %d", a.Stage(0).Due(), a.Stage(1).Due(), a.Stage(2).Due())
	}
	timed(&a.sent[0].Times, 10, 20, 30)
	timed(a.Stage(1), 110, 120, 130)
	timed(a.Stage(2), 310, 320) // one is missing: it did not come
	if got := a.Age(); got.P50 != 100 || got.P99 < 299 || got.P99 > 300 {
		t.Errorf("%+v of 100, 100, 100, 300 and 300", got)
	}
}

func TestAgesOfSeveralProducers(t *testing.T) {
	c := Case{Kind: Stream, Producers: 2, After: [][]int{nil}, Batch: 1, Words: 1}
	a := NewAges(c, 2000)
	tally := a.Tally(0)
	noted := map[int64]bool{}
	for i := range int64(2000) {
		for p := range 2 {
			cell := [1]int64{First(p) + i}
			if See(tally, &cell) {
				noted[cell[0]] = true
				Note(tally, &cell)
			}
		}
	}
	if len(noted) != 4 || !noted[0] || !noted[1024] || !noted[First(1)] || !noted[First(1)+1024] {
		t.Errorf("timed: %v", noted)
	}
	timed(&a.sent[0].Times, 1, 2)
	timed(&a.sent[1].Times, 3, 4)
	timed(&tally.of[0].seen, 11, 12)
	timed(&tally.of[1].seen, 13, 14)
	if got := a.Age(); got != (Age{10, 10}) {
		t.Errorf("%+v, not 10", got)
	}
}

func TestMoreEventsThanThereShouldBeAreNotTimed(t *testing.T) {
	a := NewAges(Case{Kind: Stream, Producers: 1, After: [][]int{nil}, Batch: 1, Words: 1}, 1500)
	seen := a.Stage(0)
	for v := range int64(10_000) {
		seen.Pass(v)
	}
	if len(seen.at) != 2 || cap(seen.at) != 2 || seen.Due() != never {
		t.Errorf("%d times in memory for %d, due %d", len(seen.at), cap(seen.at), seen.Due())
	}
}

func TestARunIsTimedAtTheEventThatIsDue(t *testing.T) {
	a := NewAges(Case{Kind: Stream, Producers: 1, After: [][]int{nil}, Batch: 1, Words: 4}, 5000)
	cells := make([][4]int64, 5000)
	StampRun(cells, 0)
	seen := a.Stage(0)
	if bad := DiffersTimed(seen, cells[:3000], 0); bad != 0 || len(seen.at) != 3 || seen.Due() != 3*1024*4 {
		t.Errorf("difference %#x, %d times, due %d", bad, len(seen.at), seen.Due())
	}
	cells[4100][2]++
	if bad := DiffersTimed(seen, cells[3000:], 3000*4); bad == 0 || len(seen.at) != 5 || seen.Due() != never {
		t.Errorf("difference %#x, %d times, due %d", bad, len(seen.at), seen.Due())
	}
}
