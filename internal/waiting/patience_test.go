package waiting

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// looksBeforePark returns how many Spins a wait takes before it parks.
func looksBeforePark(t *testing.T, p *Patience, s *Strategy) int64 {
	t.Helper()
	var w Wait
	w.Begin(s, t.Context(), nil, 1)
	p.Begin(&w)
	for {
		park, err := w.Step()
		require.NoError(t, err)
		if park {
			return w.spun - 1
		}
	}
}

func TestAParkThatEndsWithMuchToTakeMakesWaitsLookForLonger(t *testing.T) {
	defer ForceProcs(2)()
	s := &Strategy{Kind: KindBlock, Parks: true, Spins: 3, Extra: 40}
	var p Patience
	require.EqualValues(t, 3, looksBeforePark(t, &p, s))
	p.Parked(overslept - 1)
	require.EqualValues(t, 3, looksBeforePark(t, &p, s))
	p.Parked(overslept)
	for range 3 {
		require.EqualValues(t, 43, looksBeforePark(t, &p, s))
	}
	ForceProcs(1)
	require.EqualValues(t, 3, looksBeforePark(t, &p, s), "nothing else can run meanwhile")
	ForceProcs(2)
	p.Parked(1)
	require.EqualValues(t, 3, looksBeforePark(t, &p, s))
}

func TestOnlyTheDefaultBudgetGrows(t *testing.T) {
	require.Positive(t, ExtraFor(0))
	require.Zero(t, ExtraFor(-1), "parks at once")
	require.Zero(t, ExtraFor(5*time.Microsecond), "the program has said how long")
}
