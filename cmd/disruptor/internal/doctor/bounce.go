package doctor

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A ball is a word alone on its cache lines, whatever their size.
type ball struct {
	_ [256]byte
	v atomic.Int64
	_ [256]byte
}

// wait returns when the ball shows v, or reports false when the context has ended.
func (b *ball) wait(ctx context.Context, v int64) bool {
	for n := 1; b.v.Load() != v; n++ {
		// Seldom enough to cost nothing, and often enough to let the rest of the program run if the partner's thread
		// has no CPU at the moment.
		if n%(1<<14) == 0 {
			if ctx.Err() != nil {
				return false
			}
			runtime.Gosched()
		}
	}
	return true
}

// oneWay returns half of the round trip of a cache line between two CPUs: the shortest of some rounds, since nothing
// makes the hardware faster than it is.
func oneWay(ctx context.Context, a, b int) (time.Duration, error) {
	const rounds, turns = 12, 500
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var ping, pong ball
	var best time.Duration
	var both sync.WaitGroup
	both.Add(2)
	go onCPU(a, cancel, &both, func() {
		for i := range int64(rounds * turns) {
			if !ping.wait(ctx, i+1) {
				return
			}
			pong.v.Store(i + 1)
		}
	})
	go onCPU(b, cancel, &both, func() {
		v := int64(0)
		for range rounds {
			begin := time.Now()
			for range turns {
				v++
				ping.v.Store(v)
				if !pong.wait(ctx, v) {
					return
				}
			}
			// In the first round the other thread may still be on its way to its CPU; it is then the longest.
			if way := time.Since(begin) / (2 * turns); best == 0 || way < best {
				best = way
			}
		}
	})
	both.Wait()
	return best, context.Cause(ctx)
}

// onCPU runs f on a thread that stays on a CPU. The thread ends with the goroutine, as Go does with a locked one, and
// its tie with it. A thread that can't be tied ends the measurement.
func onCPU(cpu int, fail context.CancelCauseFunc, done *sync.WaitGroup, f func()) {
	defer done.Done()
	runtime.LockOSThread()
	if err := pin(cpu); err != nil {
		fail(err)
		return
	}
	f()
}
