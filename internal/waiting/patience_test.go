package waiting

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A wait with a budget of 3 Spins and of 40 more; it finds so many slots after a park.
func parks(t *testing.T, p *Patience, found int64) (spun int64) {
	t.Helper()
	var w Wait
	w.Begin(&Strategy{Kind: KindBlock, Parks: true, Spins: 3, Extra: 40}, t.Context(), nil, 1)
	p.Begin(&w)
	for park := false; !park; {
		var err error
		park, err = w.Step()
		require.NoError(t, err)
	}
	p.End(&w, true, found)
	return w.spun - 1
}

// A wait that finds so many slots after one Spin more than an impatient one takes.
func findsLate(t *testing.T, p *Patience, found int64) {
	t.Helper()
	var w Wait
	w.Begin(&Strategy{Kind: KindBlock, Parks: true, Spins: 3, Extra: 40}, t.Context(), nil, 1)
	p.Begin(&w)
	for range 4 {
		park, err := w.Step()
		require.NoError(t, err)
		require.False(t, park)
	}
	p.End(&w, false, found)
}

func TestAParkThatEndsWithMuchToTakeMakesWaitsLookForLonger(t *testing.T) {
	defer ForceProcs(2)()
	var p Patience
	require.EqualValues(t, 3, parks(t, &p, Overslept-1))
	require.EqualValues(t, 3, parks(t, &p, Overslept))
	for range 100 {
		findsLate(t, &p, 1)
	}
	ForceProcs(1)
	var w Wait
	w.Begin(&Strategy{Kind: KindBlock, Extra: 40}, t.Context(), nil, 1)
	p.Begin(&w)
	require.Zero(t, w.extra, "nothing else can run meanwhile")
	ForceProcs(2)
	require.EqualValues(t, 43, parks(t, &p, 1))
	require.EqualValues(t, 3, parks(t, &p, 1))
}

// A consumer of large batches that come seldom parks each time.
func TestPatienceInVainBecomesRare(t *testing.T) {
	defer ForceProcs(2)()
	var p Patience
	var patient []int
	for i := range 80 {
		if parks(t, &p, Overslept) > 3 {
			patient = append(patient, i)
		}
	}
	require.Equal(t, []int{1, 4, 9, 18, 35, 68}, patient)
	for p.patient = false; !p.patient; {
		parks(t, &p, Overslept)
	}
	findsLate(t, &p, Overslept)
	require.EqualValues(t, 43, parks(t, &p, Overslept))
	require.EqualValues(t, 3, parks(t, &p, Overslept))
	require.EqualValues(t, 3, parks(t, &p, Overslept))
	require.EqualValues(t, 43, parks(t, &p, Overslept), "the last patience but one paid")
}

func TestOnlyTheDefaultBudgetGrows(t *testing.T) {
	require.Positive(t, ExtraFor(0))
	require.Zero(t, ExtraFor(-1), "parks at once")
	require.Zero(t, ExtraFor(5*time.Microsecond), "the program has said how long")
}
