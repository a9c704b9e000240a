//go:build (amd64 || arm64) && gc && !purego && !race

package machine

// HasAsm tells whether this build has assembly: the spin hint, and on amd64 the prefetch. The stores are Go in every
// build.
const HasAsm = true

// pauseAsm is Pause for at most MaxPause hints.
//
//go:noescape
func pauseAsm(n int)

// pauseBounded gives at most the first MaxPause of n spin hints.
func pauseBounded(n int) { pauseAsm(n) }
