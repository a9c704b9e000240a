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

// JoinFences has FenceOthers of any process fence this one, too, from now on: each such call interrupts
// the processors that run it. It reports false if the system can't do that.
func JoinFences() bool { return registerGlobal() }

// FenceCost returns what FenceOthers takes at the median while a goroutine of this process runs beside
// it, after JoinFences. It takes some hundred microseconds itself.
func FenceCost() time.Duration {
	var turns atomic.Int64
	var stop atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !stop.Load() {
			if turns.Add(1)%1000 == 0 {
				runtime.Gosched() // with one processor, the other goroutine must get it
			}
		}
	}()
	took := make([]time.Duration, 15)
	for i := range took {
		// The other one must run just now. It doesn't if there is one processor, or the machine is busy.
		for seen, tries := turns.Load(), 0; turns.Load() == seen && tries < 100; tries++ {
			runtime.Gosched()
		}
		begin := time.Now()
		fenceOthers()
		took[i] = time.Since(begin)
	}
	stop.Store(true)
	<-ended
	slices.Sort(took)
	return took[len(took)/2]
}
