//go:build !(gc && !purego && !race)

package disruptor

// asmExpected: with these tags no build may contain assembly.
const asmExpected = false
