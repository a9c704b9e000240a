package disruptor

import (
	"runtime"
	"sync/atomic"
	"testing"
	"unsafe"
)

// BenchmarkStoreRelease stores to a line of its own, and to one that another goroutine polls. With nothing but stores
// to overlap, the second says how fast the line travels; what a release saves shows in a ring's own benchmarks.
func BenchmarkStoreRelease(b *testing.B) {
	for _, watched := range []bool{false, true} {
		name := map[bool]string{false: "alone", true: "watched"}[watched]
		run := func(name string, loop func(b *testing.B, line unsafe.Pointer)) {
			b.Run(name, func(b *testing.B) {
				line := newArena(1).group(0)
				if watched {
					stop, done := make(chan struct{}), make(chan struct{})
					defer func() { close(stop); <-done }()
					go func() {
						defer close(done)
						for {
							for range 1000 {
								atomic.LoadInt64((*int64)(line))
							}
							select {
							case <-stop:
								return
							default:
								runtime.Gosched()
							}
						}
					}()
				}
				loop(b, line)
			})
		}
		run(name+"/storeRelease", func(b *testing.B, line unsafe.Pointer) {
			for v := int64(0); b.Loop(); v++ {
				storeRelease(line, 0, v)
			}
		})
		run(name+"/atomic", func(b *testing.B, line unsafe.Pointer) {
			for v := int64(0); b.Loop(); v++ {
				atomic.StoreInt64((*int64)(line), v)
			}
		})
	}
}

func BenchmarkPause(b *testing.B) {
	for b.Loop() {
		pause(1)
	}
}

func BenchmarkProcessFence(b *testing.B) {
	b.Run("expedited", func(b *testing.B) {
		for b.Loop() {
			expeditedFence()
		}
	})
	b.Run("stop the world", func(b *testing.B) {
		for b.Loop() {
			stopTheWorldFence()
		}
	})
}
