//go:build gc && !purego && !race

package disruptor

// asmExpected: with these tags a build for a CPU that has assembly must contain it.
const asmExpected = true
