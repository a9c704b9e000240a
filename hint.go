package disruptor

import "time"

// spinTime is how long one Spin takes, about. Budgets of spinning are kept in looks, and stated in this time.
const spinTime = 30 * time.Nanosecond

// hintTime is what one spin hint takes on this CPU: PAUSE some 3 ns on Intel before Skylake, 40 ns since, 10 to 30 ns on
// AMD. It is measured as the package is initialized, in some ten microseconds, because a clock that a test has stopped
// would not do.
var hintTime = measureHint()

// hintsPerSpin is how many hints make up a Spin.
var hintsPerSpin = hintsFor(hintTime)

// measureHint returns the shortest of a few measurements: nothing makes a hint faster than it is.
func measureHint() time.Duration {
	best := time.Hour
	for range 5 {
		begin := time.Now()
		pause(maxPause)
		best = min(best, time.Since(begin))
	}
	return best / maxPause
}

// hintsFor returns how many hints of d come closest to spinTime, 1 to maxPause.
func hintsFor(d time.Duration) int {
	if d <= 0 {
		return maxPause
	}
	return int(min(max((spinTime+d/2)/d, 1), maxPause))
}
