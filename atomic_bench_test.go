package disruptor

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"unsafe"
)

// generic is the call of the reference, the other rows are scanMarks with its dispatch, as a consumer calls it.
func BenchmarkScan(b *testing.B) {
	sizes := []int{1, 2, 4, 8, 16, 64, 256, maxScan}
	marks := consecutive(sizes[len(sizes)-1], 1)
	for _, r := range scanRoutines(b) {
		scan := scanMarks
		if r.name == genericScan.name {
			scan = scanMarksGeneric
		}
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", r.name, n), func(b *testing.B) {
				r.force(b)
				for b.Loop() {
					if scan(&marks[0], n, 1) != n {
						b.Fatal("a mark did not match")
					}
				}
			})
		}
	}
}

// BenchmarkScanStops is the consumer that finds the run's end within the range that it asks about.
func BenchmarkScanStops(b *testing.B) {
	for _, r := range scanRoutines(b)[1:] { // without the reference
		for _, n := range []int{3, 10, 50, 200} {
			b.Run(fmt.Sprintf("%s/%d", r.name, n), func(b *testing.B) {
				r.force(b)
				marks := consecutive(1024, 1)
				marks[n] = 0
				for b.Loop() {
					if scanMarks(&marks[0], len(marks), 1) != n {
						b.Fatal("the end was missed")
					}
				}
			})
		}
	}
}

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
