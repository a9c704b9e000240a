package host

import (
	"runtime"
	"slices"
	"sync/atomic"
	"time"
)

// FenceOthers returns when every goroutine of every process that has called JoinFences has executed a
// full memory barrier since the call began. It reports false if the system can't do that.
func FenceOthers() bool { return fenceOthers() }

// JoinFences makes FenceOthers of any process fence this one too, from now on. Each such call
// interrupts the CPUs that run this process. JoinFences reports false if the system can't do
// that.
func JoinFences() bool { return registerGlobal() }

// FenceCost returns the median time of FenceOthers while another goroutine of this process runs,
// after JoinFences. The cost is not known with one CPU, or on a machine so busy that the two
// goroutines don't run at once. FenceCost takes 20 ms at most.
func FenceCost() (cost time.Duration, known bool) {
	var turns atomic.Int64
	var stop atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !stop.Load() {
			if turns.Add(1)%1000 == 0 {
				runtime.Gosched()
			}
		}
	}()
	runs := func() bool { // whether the other goroutine is running now
		seen := turns.Load()
		for range 100 {
			if turns.Load() != seen {
				return true
			}
		}
		return false
	}
	const samples = 15
	took := make([]time.Duration, 0, samples)
	for begin := time.Now(); len(took) < samples && time.Since(begin) < 20*time.Millisecond; {
		if !runs() {
			runtime.Gosched()
			continue
		}
		begin := time.Now()
		fenceOthers()
		if d := time.Since(begin); runs() {
			took = append(took, d)
		}
	}
	stop.Store(true)
	<-ended
	if len(took) < samples {
		return 0, false
	}
	slices.Sort(took)
	return took[samples/2], true
}
