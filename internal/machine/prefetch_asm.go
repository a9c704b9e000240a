//go:build amd64 && gc && !purego && !race

package machine

import "unsafe"

// Prefetches tells whether PrefetchWrite does anything in this build.
const Prefetches = true

//go:noescape
func prefetchAsm(first, next unsafe.Pointer, lines int)

// PrefetchWrite fetches the line of first, and the lines from next on, at most MaxPrefetch, for writing. It waits for
// nothing, and any address will do.
func PrefetchWrite(first, next unsafe.Pointer, lines int) { prefetchAsm(first, next, lines) }
