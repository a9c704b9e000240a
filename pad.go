package disruptor

import (
	"runtime"
	"unsafe"

	"github.com/klauspost/cpuid/v2"

	"github.com/be395dad/disruptor/internal/machine"
)

// stride is how many bytes apart two hot words must lie on this CPU, so that writing one does
// not take the other's line away from the goroutine that polls it. Two counters 8 bytes apart
// cost 4 times as much as two on separate lines (11.2 against 2.8 ns, Zen 3).
var stride = strideFor(detectCPU())

// padSize is the largest stride that strideFor returns. That many bytes before and after the
// private hot words of a heap object keep neighbours off their lines, wherever the allocator
// puts the object.
const padSize = 256

const (
	minStride = 64
	maxStride = padSize
)

// cpuDescription is what a stride depends on.
type cpuDescription struct {
	arch   string // as in runtime.GOARCH
	vendor cpuid.Vendor
	line   int // bytes in a cache line as the CPU reports it, 0 if it does not
}

func detectCPU() cpuDescription {
	return cpuDescription{arch: runtime.GOARCH, vendor: cpuid.CPU.VendorID, line: cpuid.CPU.CacheLine}
}

// strideFor returns 64, 128 or 256.
func strideFor(d cpuDescription) int {
	n, _ := chooseStride(d)
	if n > maxStride {
		return maxStride
	}
	s := minStride
	for s < n {
		s *= 2
	}
	return s
}

// strideReason says why strideFor returns what it does.
func strideReason(d cpuDescription) string {
	_, reason := chooseStride(d)
	return reason
}

func chooseStride(d cpuDescription) (n int, reason string) {
	switch {
	case d.arch == "s390x":
		return 256, "lines of 256 bytes"
	case d.arch == "ppc64", d.arch == "ppc64le":
		return 128, "lines of 128 bytes"
	case d.arch == "arm64":
		// The reported size is useless: on Linux cpuid always answers 64.
		return 128, "lines of 128 bytes on Apple, pairs of 64 may be prefetched elsewhere"
	case d.vendor == cpuid.Intel:
		// Words in the two halves of a pair cost as much as words on one line.
		return 2 * max(d.line, minStride), "the adjacent-line prefetcher fetches lines in pairs"
	case d.line >= minStride:
		return d.line, "the line that the CPU reports"
	}
	return minStride, "the smallest that is used, as the CPU reports no larger line"
}

// An arena is an array of groups, each alone on its stride. The words that one goroutine writes
// go into one group.
//
// Padding inside a struct does not suffice: it fixes how far apart two words are, but not where
// the lines begin. Go aligns objects of 520 to 32,760 bytes that contain pointers only to 8
// bytes. So the arena contains no pointers, is a stride longer than it needs to be, and starts
// at the first boundary.
type arena struct {
	words  []int64
	stride int
}

// newArena returns the memory of that many groups, all zero. It computes the boundary from an
// address, so the words must be on the heap, where nothing moves. Therefore it is not inlined,
// which could put them in the caller's frame.
//
//go:noinline
func newArena(groups int) arena {
	words := make([]int64, (groups+1)*stride/machine.WordBytes)
	// The first word of an allocated slice of int64 is 8-byte aligned on 32-bit CPUs too
	// (sync/atomic, Bugs), so the distance to the boundary is a whole number of words.
	skip := int(-uintptr(unsafe.Pointer(&words[0]))&uintptr(stride-1)) / machine.WordBytes
	return arena{words: words[skip : skip+groups*stride/machine.WordBytes], stride: stride}
}

// group returns the address of the i-th group: a.stride zeroed bytes that share no line with
// another group. The address keeps the whole arena alive.
func (a arena) group(i int) unsafe.Pointer {
	return unsafe.Pointer(&a.words[i*a.stride/machine.WordBytes])
}

// pageSize is the smallest page of any system that Go runs on.
const pageSize = 4096
