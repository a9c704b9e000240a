package disruptor

import (
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// A scanRoutine is one of the ways in which scanMarks can work on this CPU.
type scanRoutine struct {
	name    string
	vector  bool // written in assembly
	bounded func(m *int64, n int, first int64) int
	force   func(testing.TB) // makes scanMarks use it until the test ends
}

// genericScan is the reference itself. Nothing is forced: scanMarks works at the level found at start.
var genericScan = scanRoutine{name: "generic", bounded: scanMarksGeneric, force: func(testing.TB) {}}

// consecutive returns n marks, first, first+1 and so on.
func consecutive(n int, first int64) []int64 {
	marks := make([]int64, n)
	for i := range marks {
		marks[i] = first + int64(i)
	}
	return marks
}

// TestAssemblyIsBuilt fails where the assembly would silently be left out, or silently be in.
func TestAssemblyIsBuilt(t *testing.T) {
	cpuHasIt := runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64"
	require.Equal(t, cpuHasIt && asmExpected, hasAsm)
	vectors := 0
	for _, r := range scanRoutines(t) {
		if r.vector {
			vectors++
		}
	}
	require.Equal(t, hasAsm, vectors > 0)
}

// notNext are marks that do not continue a run where next would.
var notNext = []struct {
	name string
	mark func(next int64) int64
}{
	{"fresh memory", func(next int64) int64 { return 0 }},
	{"the lap before", func(next int64) int64 { return next - 1024 }},
	{"aborted", func(next int64) int64 { return ^next }},
	{"negative", func(next int64) int64 { return -next }},
	{"a longer range", func(next int64) int64 { return next + 1 }},
	{"other in bit 0", func(next int64) int64 { return next ^ 1 }},
	{"other in bit 31", func(next int64) int64 { return next ^ 1<<31 }},
	{"other in bit 32", func(next int64) int64 { return next ^ 1<<32 }},
	{"other in bit 63", func(next int64) int64 { return next ^ math.MinInt64 }},
}

var firstMarks = []int64{
	1, 1025, 1<<31 - 20, 1<<32 - 3, 1<<62 - 7, math.MaxInt64 - 5, math.MaxInt64 - 150, -9,
}

func TestScanMarks(t *testing.T) {
	const (
		longest = 200
		guard   = 32 // words on both sides, more than any routine reads at once
	)
	memory := make([]int64, guard+8+longest+guard+8)
	line := int(-uintptr(unsafe.Pointer(&memory[guard]))&63)/wordBytes + guard // the first word of a line
	for _, r := range scanRoutines(t) {
		t.Run(r.name, func(t *testing.T) {
			r.force(t)
			// The marks around a range continue it on both sides, so that reading one too many, or one before, counts.
			try := func(n, align int, first int64) {
				at := line + align
				for i := range memory {
					memory[i] = first + int64(i-at)
				}
				m := &memory[at]
				check := func(want int, what string) {
					if got := scanMarks(m, n, first); got != want {
						require.Equal(t, want, got, "%d marks from %d, word %d of a line, %s", n, first, align, what)
					}
				}
				check(n, "all match")
				for i := range n {
					next := memory[at+i]
					for _, other := range notNext {
						if mark := other.mark(next); mark != next {
							memory[at+i] = mark
							check(i, other.name)
						}
					}
					// The first of two mismatches counts.
					last := memory[at+n-1]
					memory[at+n-1] = ^last
					memory[at+i] = ^next
					check(i, "two aborted")
					memory[at+n-1] = last
					memory[at+i] = next
				}
			}
			aligns := 8
			if !hasAsm { // a loop over words knows no lines, and is slow under -race
				aligns = 1
			}
			for n := range longest + 1 {
				for align := range aligns {
					if n <= 36 { // two turns of the widest loop, and every tail
						for _, first := range firstMarks {
							try(n, align, first)
						}
					} else {
						try(n, align, firstMarks[(n+align)%len(firstMarks)])
					}
				}
			}
			require.Zero(t, scanMarks(nil, 0, 1))
			require.Zero(t, scanMarks(&memory[line], -1, memory[line]))
		})
	}
}

func TestScanMarksLikeReference(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	memory := make([]int64, 3*maxScan)
	for _, r := range scanRoutines(t) {
		t.Run(r.name, func(t *testing.T) {
			r.force(t)
			for range 2000 {
				first := random.Int64()
				n := random.IntN(len(memory))
				if random.IntN(4) > 0 {
					n %= 64
				}
				at := random.IntN(len(memory) - n)
				m := memory[at : at+n]
				for i := range m {
					m[i] = first + int64(i)
				}
				for range random.IntN(3) {
					if n > 0 {
						m[random.IntN(n)] = random.Int64N(2 * maxScan)
					}
				}
				want := scanMarksGeneric(&memory[at], n, first)
				require.Equal(t, want, scanMarks(&memory[at], n, first), "%d marks from %d at word %d", n, first, at)
			}
		})
	}
}

// A range that is longer than one call may scan takes several calls, none of which may start again from 0, stop at a
// bound or pass a mismatch next to one.
func TestScanMarksBeyondOneCall(t *testing.T) {
	const n = 3*maxScan + 7
	for _, r := range scanRoutines(t) {
		t.Run(r.name, func(t *testing.T) {
			r.force(t)
			const first = 1<<62 - maxScan
			marks := consecutive(n+1, first)
			for _, length := range []int{maxScan - 1, maxScan, maxScan + 1, 2 * maxScan, 2*maxScan + 1, 3 * maxScan, n} {
				require.Equal(t, length, scanMarks(&marks[0], length, first))
			}
			for call := range 4 {
				for _, i := range []int{call*maxScan - 1, call * maxScan, call*maxScan + 1, call*maxScan + 6} {
					if i >= 0 {
						marks[i] = ^marks[i]
						require.Equal(t, i, scanMarks(&marks[0], n, first))
						marks[i] = ^marks[i]
					}
				}
			}
		})
	}
}

// What is written before a mark is read after it, at every level and while the marks are being written. Under -race
// the detector checks that the edge is one that it sees.
func TestScanMarksAcquires(t *testing.T) {
	const laps, slots = 50, 1 << 12
	for _, r := range scanRoutines(t) {
		t.Run(r.name, func(t *testing.T) {
			r.force(t)
			marks, values := make([]int64, slots), make([]int64, slots)
			var wrong int64 = -1
			for lap := range int64(laps) {
				first := lap*slots + 1
				running, done := make(chan struct{}), make(chan struct{})
				go func() {
					defer close(done)
					close(running)
					for read, idle := 0, 0; read < slots; {
						k := scanMarks(&marks[read], slots-read, first+int64(read))
						for i := read; i < read+k; i++ {
							if values[i] != ^(first + int64(i)) {
								wrong = first + int64(i)
							}
						}
						if read += k; k > 0 {
							idle = 0
						} else if idle++; idle%8 == 0 {
							runtime.Gosched()
						} else {
							pause(1)
						}
					}
				}()
				<-running
				for i := range int64(slots) {
					values[i] = ^(first + i)
					storeRelease(unsafe.Pointer(&marks[0]), i*8, first+i)
				}
				<-done
				require.Equal(t, int64(-1), wrong, "a mark was seen before its value")
			}
		})
	}
}

// The barrier behind the NEON scan can't be tested by running it: an emulator on amd64 never reorders the loads that
// it is there for. Without it a slot may be read before the mark that releases it.
func TestNEONScanEndsWithBarrier(t *testing.T) {
	source, err := os.ReadFile("atomic_arm64.s")
	require.NoError(t, err)
	_, scan, ok := strings.Cut(string(source), "TEXT ·scanMarksNEON(SB)")
	require.True(t, ok)
	require.Equal(t, 1, strings.Count(scan, "\tRET"), "one exit")
	require.Regexp(t, `(?m)^done:\n\tDMB  \$9 .*\n\tMOVD R3, ret\+24\(FP\)\n\tRET`, scan)
}
