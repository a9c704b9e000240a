package host

import (
	"slices"
	"sync/atomic"
	"time"
)

// FenceOthers returns when every goroutine of every process that has called JoinFences has executed a
// full memory barrier since the call began. It reports false if the system can't do that.
func FenceOthers() bool { return fenceOthers() }

// JoinFences has FenceOthers of any process fence this one, too, from now on: each such call interrupts
// the processors that run it. It reports false if the system can't do that.
func JoinFences() bool { return registerGlobal() }

// FenceCost returns what FenceOthers takes at the median while a goroutine of this process runs beside
// it, after JoinFences. It takes some hundred microseconds itself.
func FenceCost() time.Duration {
	var running, stop atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		running.Store(true)
		for n := 0; !stop.Load(); n++ {
			if n%1000 == 999 { // with one processor, the other goroutine must get it
				time.Sleep(time.Microsecond)
			}
		}
	}()
	for !running.Load() {
		time.Sleep(time.Microsecond)
	}
	took := make([]time.Duration, 15)
	for i := range took {
		begin := time.Now()
		fenceOthers()
		took[i] = time.Since(begin)
	}
	stop.Store(true)
	<-ended
	slices.Sort(took)
	return took[len(took)/2]
}
