package disruptor

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/host"
)

func TestNothingSpinsUnderAQuotaOfOneCPUOrLess(t *testing.T) {
	defer func(quota func() float64) {
		cpuQuota = quota
		refreshProcs()
	}(cpuQuota)
	for quota, spins := range map[float64]bool{0.1: false, 0.5: false, 1: false, 1.5: runtime.GOMAXPROCS(0) > 1, 0: runtime.GOMAXPROCS(0) > 1} {
		cpuQuota = func() float64 { return quota }
		newRing[int](t, Config{Capacity: 1})
		require.Equal(t, spins, procs.load() > 1, quota)
	}
}

func TestASpinTakesAboutAsLongWhateverTheHintTakes(t *testing.T) {
	for hint, want := range map[time.Duration]int{
		0: 1, 1: 30, 3: 10, 10: 3, 14: 2, 25: 1, 29: 1, 40: 1, 1000: 1, time.Hour: 1,
	} {
		require.Equal(t, want, hintsFor(hint), hint)
	}
	require.GreaterOrEqual(t, hintTime, time.Duration(0))
	require.Less(t, hintTime, time.Millisecond)
	require.Equal(t, hintsFor(hintTime), hintsPerSpin)
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
	fine := measureHint(clock(0, maxPause*each, 0, maxPause*each, 0, maxPause*each, 0, maxPause*each, 0, maxPause*each))
	require.Equal(t, each, fine)
	require.Equal(t, 3, hintsFor(fine))
}

func TestThisMachineSaysWhatTheLibraryDoes(t *testing.T) {
	m := ThisMachine()
	require.Equal(t, hasAsm, m.Assembly)
	require.Equal(t, hintTime, m.SpinHint)
	require.Equal(t, runtime.GOMAXPROCS(0), m.Procs)
	text := m.String()
	require.Contains(t, text, fmt.Sprintf("stride         %d bytes: ", stride))
	require.Equal(t, !buffersStores, strings.Contains(text, "process fence  not needed\n"))
	require.NotContains(t, text, "quota", "there is none")
	m.Quota = 1.5
	require.Contains(t, m.String(), "quota          1.50 CPUs\n")
	defer host.ForceStopTheWorld()()
	require.Equal(t, buffersStores, strings.Contains(ThisMachine().String(), "process fence  stop-the-world\n"))
}
