//go:build !((amd64 || arm64) && gc && !purego && !race)

package disruptor

// hasAsm tells whether this build has assembly: the spin hint. The stores are Go in every build.
const hasAsm = false

// pauseBounded gives at most the first maxPause of n spin hints.
func pauseBounded(n int) { pauseGeneric(n) }
