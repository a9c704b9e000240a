//go:build !(amd64 && gc && !purego && !race && !go1.28)

package machine

import "unsafe"

// StoreRelease stores v in the int64 at base+off, after every earlier load and store of this
// goroutine. On arm64 the store of sync/atomic is STLR, the release instruction itself, and is
// inlined.
func StoreRelease(base unsafe.Pointer, off int64, v int64) { storeReleaseGeneric(base, off, v) }

// StoreReleasePair stores first and then second in the two int64 at base, as StoreRelease does each.
func StoreReleasePair(base unsafe.Pointer, first, second int64) {
	storeReleasePairGeneric(base, first, second)
}

// BuffersStores says that a StoreRelease may wait in the store buffer while later loads execute.
// This build stores with sync/atomic, whose operations have one total order: on arm64 an LDAR,
// which is its load, does not overtake an STLR.
const BuffersStores = false

// Fence does nothing: in this build sync/atomic already keeps the loads after it from running
// ahead of the stores before it. On arm64 an LDAPR instead of its LDAR would need a barrier
// here.
func Fence() {}
