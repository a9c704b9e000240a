//go:build (amd64 || arm64) && gc && !purego && !race

package disruptor

// hasAsm tells whether this build has assembly: the spin hint. The stores are Go in every build.
const hasAsm = true

// pauseAsm is pause for at most maxPause hints.
//
//go:noescape
func pauseAsm(n int)

// pauseBounded gives at most the first maxPause of n spin hints.
func pauseBounded(n int) { pauseAsm(n) }
