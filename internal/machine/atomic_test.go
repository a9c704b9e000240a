package machine

import (
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// asmExpected is set by pause_asm_test.go, whose tags say when the build must contain assembly.
var asmExpected bool

// TestAssemblyIsBuilt fails where the assembly would silently be left out, or silently be in.
func TestAssemblyIsBuilt(t *testing.T) {
	require.Equal(t, asmExpected, HasAsm)
}

func TestStoreRelease(t *testing.T) {
	const words = 24
	stores := []struct {
		name  string
		store func(base unsafe.Pointer, off, v int64)
	}{
		{"generic", storeReleaseGeneric},
		{"built", func(base unsafe.Pointer, off, v int64) { StoreRelease(base, off, v) }},
	}
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			for base := range words {
				for at := range words { // also before the base
					for _, v := range []int64{0, 1, -1, 1 << 31, 1 << 32, math.MaxInt64, math.MinInt64, ^(1 << 62)} {
						var got, want [words]int64
						for i := range got {
							got[i] = -0x5555555555555556
						}
						want = got
						want[at] = v
						s.store(unsafe.Pointer(&got[base]), int64(at-base)*8, v)
						if got != want {
							require.Equal(t, want, got, "base at %d", base)
						}
					}
				}
			}
		})
	}
}

// newLine returns the address of 64 words that share no cache line with anything else.
func newLine() unsafe.Pointer {
	const words = 64
	return unsafe.Pointer(&make([]int64, 3*words)[words])
}

// What is written before a mark is read after it, while the marks are being written. Under -race the detector checks that
// the edge is one that it sees.
func TestStoreReleaseReleases(t *testing.T) {
	const laps, slots = 50, 1 << 12
	marks, values := make([]int64, slots), make([]int64, slots)
	var wrong int64 = -1
	for lap := range int64(laps) {
		first := lap*slots + 1
		running, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			close(running)
			for read, idle := int64(0), 0; read < slots; {
				if atomic.LoadInt64(&marks[read]) == first+read {
					if values[read] != ^(first + read) {
						wrong = first + read
					}
					read, idle = read+1, 0
				} else if idle++; idle%8 == 0 {
					runtime.Gosched()
				} else {
					Pause(1)
				}
			}
		}()
		<-running
		for i := range int64(slots) {
			values[i] = ^(first + i)
			StoreRelease(unsafe.Pointer(&marks[0]), i*WordBytes, first+i)
		}
		<-done
		require.Equal(t, int64(-1), wrong, "a mark was seen before its value")
	}
}

func TestStoreReleasePair(t *testing.T) {
	const words = 12
	stores := []struct {
		name  string
		store func(base unsafe.Pointer, first, second int64)
	}{
		{"generic", storeReleasePairGeneric},
		{"built", func(base unsafe.Pointer, first, second int64) { StoreReleasePair(base, first, second) }},
	}
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			for at := range words - 1 {
				var got, want [words]int64
				for i := range got {
					got[i] = -0x5555555555555556
				}
				want = got
				want[at], want[at+1] = math.MinInt64+3, 1<<62+5
				s.store(unsafe.Pointer(&got[at]), math.MinInt64+3, 1<<62+5)
				require.Equal(t, want, got)
			}

			// Who sees the second word sees the first: here the second is never ahead.
			pair, end := newLine(), int64(200_000)
			done := make(chan struct{})
			go func() {
				defer close(done)
				for v := int64(1); v <= end; v++ {
					s.store(pair, v, v)
				}
			}()
			for {
				second := atomic.LoadInt64((*int64)(unsafe.Add(pair, WordBytes)))
				if first := atomic.LoadInt64((*int64)(pair)); first < second {
					require.GreaterOrEqual(t, first, second)
				}
				if second == end {
					break
				}
			}
			<-done
		})
	}
}

// A pause that is longer than one call allows takes as long as it should, and one that is none ends.
func TestPauseBeyondOneCall(t *testing.T) {
	Pause(0)
	Pause(-1)
	Pause(MaxPause + 1)
	pauseGeneric(math.MinInt)
	shortest := func(hints int) time.Duration {
		best := time.Duration(math.MaxInt64)
		for range 10 {
			start := time.Now()
			Pause(hints)
			best = min(best, time.Since(start))
		}
		return best
	}
	one, thousand := shortest(MaxPause), shortest(1000*MaxPause)
	require.Greater(t, thousand, 20*one, "1000 calls' worth of hints against one's")
}

// BenchmarkStoreRelease stores to a line of its own, and to one that another goroutine polls. With nothing but stores
// to overlap, the second says how fast the line travels; what a release saves shows in a ring's own benchmarks.
func BenchmarkStoreRelease(b *testing.B) {
	for _, watched := range []bool{false, true} {
		name := map[bool]string{false: "alone", true: "watched"}[watched]
		run := func(name string, loop func(b *testing.B, line unsafe.Pointer)) {
			b.Run(name, func(b *testing.B) {
				line := newLine()
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
		run(name+"/StoreRelease", func(b *testing.B, line unsafe.Pointer) {
			for v := int64(0); b.Loop(); v++ {
				StoreRelease(line, 0, v)
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
		Pause(1)
	}
}
