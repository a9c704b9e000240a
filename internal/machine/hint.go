package machine

import "time"

// SpinTime is how long one Spin takes, about. Budgets of spinning are kept in Spins, and stated in
// this time.
const SpinTime = 30 * time.Nanosecond

// HintTime is how long one spin hint takes on this CPU, or 0 if it could not be measured. PAUSE
// takes about 3 ns on Intel before Skylake, 10 to 40 ns since, and 10 to 30 ns on AMD. The
// measurement takes about ten microseconds when the package is initialized: later a test may
// have stopped the clock.
var HintTime = measureHint(time.Now)

// HintsPerSpin is how many hints make up a Spin.
var HintsPerSpin = hintsFor(HintTime)

// measureHint returns the shortest of a few measurements: nothing makes a hint faster than it
// is. It returns 0 if the clock does not move during MaxPause hints. The clocks of Windows and
// of browsers tick only every 0.5 to 15 ms.
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
