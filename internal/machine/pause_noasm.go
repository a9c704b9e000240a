//go:build !((amd64 || arm64) && gc && !purego && !race)

package machine

// HasAsm tells whether this build has assembly. The stores are Go in every build.
const HasAsm = false

// pauseBounded gives at most the first MaxPause of n spin hints.
func pauseBounded(n int) { pauseGeneric(n) }
