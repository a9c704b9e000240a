package waiting

import (
	"runtime"
	"sync/atomic"
)

// standby counts the goroutines of this process that could run and do not yet, as far as rings know: those
// that have been roused from a park, and those that yield. A wait that begins while there is one gives it the
// processor at once. Otherwise who has just roused another keeps it from running: the runtime puts the roused
// one next in line on the same processor, where others steal it only after some microseconds.
//
// It orders nothing, and need not be exact at any moment. What it counts it must also take back, or every wait
// would yield first for ever.
var standby struct {
	_ [128]byte // no neighbours: each wait reads it
	n atomic.Int64
	_ [120]byte
}

// Roused says that a goroutine has been roused, Running that it runs.
func Roused()  { standby.n.Add(1) }
func Running() { standby.n.Add(-1) }

// StandingBy returns how many goroutines could run and do not yet.
func StandingBy() int64 { return standby.n.Load() }

// yield lets other goroutines run.
func yield() {
	standby.n.Add(1)
	runtime.Gosched()
	standby.n.Add(-1)
}

// givesWay reports whether a wait with this strategy yields first if others stand by. SpinWait keeps its
// processor, and what a user-defined strategy says is done.
func (s *Strategy) givesWay() bool { return s.Kind != KindSpin && s.Kind != KindUser }
