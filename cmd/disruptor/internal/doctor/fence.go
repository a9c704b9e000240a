package doctor

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// measureFence returns the median of some fences while another goroutine does some work again and again, and has to be
// interrupted: the price in a program that is busy. The library has registered for the fence before, which takes far
// longer than any.
func measureFence(fence, work func()) time.Duration {
	var stop atomic.Bool
	var turns atomic.Int64
	var other sync.WaitGroup
	other.Go(func() {
		for !stop.Load() {
			work()
			turns.Add(1)
			runtime.Gosched()
		}
	})
	const rounds = 101
	var took []time.Duration
	for range rounds {
		runsBeside(&turns)
		begin := time.Now()
		fence()
		took = append(took, time.Since(begin))
	}
	stop.Store(true)
	other.Wait()
	slices.Sort(took)
	return took[rounds/2]
}

// runsBeside returns when turns moves on although this goroutine keeps its processor, so somebody else has one too. A
// fence takes less than a thread needs to wake up. If there is one processor only, or the system has taken the others
// for some 10 ms, it waits no longer.
func runsBeside(turns *atomic.Int64) {
	const looks = 10_000_000
	before := turns.Load()
	if runtime.GOMAXPROCS(0) == 1 {
		return
	}
	for n := 0; n < looks && turns.Load() == before; n++ {
	}
}

// countToThousand is work that touches nothing.
func countToThousand() {
	for range 1000 {
	}
}
