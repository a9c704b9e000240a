package wiring

import (
	"runtime"
	"sync/atomic"
)

// Tries is how often a queue that cannot wait is tried before the goroutine yields: with fewer it seldom meets the
// other side, with more the other side may be kept off the processor. It is the benchmark's choice, not the queue's.
const Tries = 30

// Again is called after the n-th try that found a queue full, counted from 0, and returns n+1.
func Again(n int) int {
	if n%Tries == Tries-1 {
		runtime.Gosched()
	}
	return n + 1
}

// Retry tries to take from a queue until it has something, or is closed and has nothing.
func Retry[T any](take func() (T, bool), closed *atomic.Bool) (v T, ok bool) {
	for n := 0; ; n = Again(n) {
		if v, ok = take(); ok {
			return v, true
		}
		if n%Tries == Tries-1 && closed.Load() {
			return take() // what came between the last try and the end
		}
	}
}
