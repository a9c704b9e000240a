package machine

import "time"

// SpinTime is how long one Spin takes, about. Budgets of spinning are kept in Spins, and stated in
// this time.
const SpinTime = 30 * time.Nanosecond

// HintTime is what one spin hint takes on this CPU, 0 if it could not be measured: PAUSE some 3 ns
// on Intel before Skylake, 10 to 40 ns since, 10 to 30 ns on AMD. It is measured as the package is
// initialized, in some ten microseconds, because a clock that a test has stopped would not do.
var HintTime = measureHint(time.Now)

// HintsPerSpin is how many hints make up a Spin.
var HintsPerSpin = hintsFor(HintTime)

// measureHint returns the shortest of a few measurements: nothing makes a hint faster than it is. It
// returns 0 if the clock does not move while MaxPause hints are given. Those of Windows and browsers
// tick each half to 15 milliseconds.
func measureHint(now func() time.Time) time.Duration {
	best := time.Hour
	for range 5 {
		begin := now()
		Pause(MaxPause)
		best = min(best, now().Sub(begin))
	}
	return best / MaxPause
}

// hintsFor returns how many hints of d come closest to SpinTime, 1 to MaxPause. Hints of an unknown
// length count as one Spin each: too few of them waste a little, too many would stretch each rest.
func hintsFor(d time.Duration) int {
	if d <= 0 {
		return 1
	}
	return int(min(max((SpinTime+d/2)/d, 1), MaxPause))
}
