//go:build gc && !purego && !race

package disruptor

import (
	"sync/atomic"
	"unsafe"

	"github.com/klauspost/cpuid/v2"
)

// hasAsm tells which machine layer this build has.
const hasAsm = true

// storeRelease stores v in the int64 at base+off, after every earlier load and store of this goroutine. It is not
// ordered before later loads. The base and the offset are separate because the caller then stays within the inliner's
// budget, which a computed pointer exceeds.
//
//go:noescape
func storeRelease(base unsafe.Pointer, off int64, v int64)

// storeOwn is storeRelease for a word that only this goroutine writes, as a plain store instead of a call: the four
// stores of a call's frame and arguments delay the marks behind them in the store buffer (a claim and publish of one
// event took a fifth longer). To the Go memory model the plain store is unordered with its readers; what is relied on
// is that it is one MOVQ that stands before the loads which follow it in the program, as the compiler keeps stores and
// atomic loads in order and a test of the object code asserts, and that its reader has called processFence, which
// orders the rest. Builds with the race detector, and all others, store with sync/atomic.
func storeOwn(p unsafe.Pointer, v int64) { *(*int64)(p) = v }

// storeReleasePair stores first and then second in the two int64 at base, as storeRelease does each, in one call.
//
//go:noescape
func storeReleasePair(base unsafe.Pointer, first, second int64)

// buffersStores says that a storeRelease may wait in the store buffer while later loads execute.
const buffersStores = true

// fence keeps the loads after it from running ahead of the stores before it: the one reordering that release and
// acquire allow. Any locked instruction drains the store buffer; this one works on the stack, and does so four times
// as fast as MFENCE.
func fence() {
	var w atomic.Int64
	w.Add(1)
}

// pauseAsm is pause for at most maxPause hints.
//
//go:noescape
func pauseAsm(n int)

// scanMarksSSE41 and scanMarksAVX2 are scanMarks for at most maxScan marks.
//
//go:noescape
func scanMarksSSE41(m *int64, n int, first int64) int

//go:noescape
func scanMarksAVX2(m *int64, n int, first int64) int

// scanLevel is the vector extension that scanMarks uses. Only tests change it.
var scanLevel = detectScanLevel()

type vectorLevel uint8

const (
	scanScalar vectorLevel = iota
	scanSSE41
	scanAVX2
)

func detectScanLevel() vectorLevel {
	switch {
	case cpuid.CPU.Supports(cpuid.AVX2): // and the operating system saves the registers
		return scanAVX2
	case cpuid.CPU.Supports(cpuid.SSE4):
		return scanSSE41
	}
	return scanScalar
}

// scanBounded is scanMarks for at most the first maxScan marks (the generic scan, which can be preempted, for all of
// them). The calls are direct: a predicted branch costs less than a call through a function value.
func scanBounded(m *int64, n int, first int64) int {
	switch scanLevel {
	case scanAVX2:
		return scanMarksAVX2(m, n, first)
	case scanSSE41:
		return scanMarksSSE41(m, n, first)
	}
	return scanMarksGeneric(m, n, first)
}

// pauseBounded gives at most the first maxPause of n spin hints.
func pauseBounded(n int) { pauseAsm(n) }

// vectorName returns scanLevel in words.
func vectorName() string {
	return map[vectorLevel]string{scanScalar: "", scanSSE41: "SSE4.1", scanAVX2: "AVX2"}[scanLevel]
}
