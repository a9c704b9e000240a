package harness

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// PingPong returns the nanoseconds that a cache line takes to another processor and back, measured for a part of a
// millisecond. Virtual processors that move between the sockets of a machine have two values for it, and a run that saw
// both is no measurement of anything.
func PingPong() float64 {
	const turns = 3000
	var ping, pong struct {
		_ [128]byte
		v atomic.Int64
		_ [128]byte
	}
	var other sync.WaitGroup
	other.Go(func() {
		for i := int64(1); i <= turns; i++ {
			await(&ping.v, i)
			pong.v.Store(i)
		}
	})
	var begin time.Time
	for i := int64(1); i <= turns; i++ {
		if i == turns/3 { // the other goroutine has a processor by now
			begin = time.Now()
		}
		ping.v.Store(i)
		await(&pong.v, i)
	}
	took := time.Since(begin)
	other.Wait()
	return float64(took.Nanoseconds()) / (turns - turns/3)
}

// await spins, and yields so rarely that it does not show, but is not deadlocked on one processor either.
func await(v *atomic.Int64, want int64) {
	for n := 1; v.Load() != want; n++ {
		if n%1000 == 0 {
			runtime.Gosched()
		}
	}
}
