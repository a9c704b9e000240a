package machine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestASpinTakesAboutAsLongWhateverTheHintTakes(t *testing.T) {
	for hint, want := range map[time.Duration]int{
		0: 1, 1: 30, 3: 10, 10: 3, 14: 2, 25: 1, 29: 1, 40: 1, 1000: 1, time.Hour: 1,
	} {
		require.Equal(t, want, hintsFor(hint), hint)
	}
	require.GreaterOrEqual(t, HintTime, time.Duration(0))
	require.Less(t, HintTime, time.Millisecond)
	require.Equal(t, hintsFor(HintTime), HintsPerSpin)
}

// The clocks of Windows and of browsers tick each half to 15 milliseconds: all hints of a measurement were given
// within one tick, a hint seemed to take no time, and a Spin became 64 of them.
func TestAClockTooCoarseToSeeAHintIsUnknown(t *testing.T) {
	clock := func(steps ...time.Duration) func() time.Time {
		now := time.Unix(0, 0)
		return func() time.Time {
			if len(steps) > 0 {
				now, steps = now.Add(steps[0]), steps[1:]
			}
			return now
		}
	}
	stopped := measureHint(clock())
	require.Zero(t, stopped)
	require.Equal(t, 1, hintsFor(stopped), "not as many as a call can give")
	ticked := measureHint(clock(0, 15*time.Millisecond)) // during the first measurement
	require.Equal(t, 1, hintsFor(ticked))
	const each = 10 * time.Nanosecond
	fine := measureHint(clock(0, MaxPause*each, 0, MaxPause*each, 0, MaxPause*each, 0, MaxPause*each, 0, MaxPause*each))
	require.Equal(t, each, fine)
	require.Equal(t, 3, hintsFor(fine))
}
