//go:build !(amd64 && gc && !purego && !race)

package machine

import "unsafe"

// Prefetches tells whether PrefetchWrite does anything in this build.
const Prefetches = false

// PrefetchWrite does nothing.
func PrefetchWrite(first, next unsafe.Pointer, lines int) {}
