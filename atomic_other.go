//go:build !(amd64 && gc && !purego && !race && !go1.28)

package disruptor

import "unsafe"

// storeRelease stores v in the int64 at base+off, after every earlier load and store of this goroutine. On arm64
// sync/atomic's store is STLR, the release instruction itself, and inlines.
func storeRelease(base unsafe.Pointer, off int64, v int64) { storeReleaseGeneric(base, off, v) }

// storeReleasePair stores first and then second in the two int64 at base, as storeRelease does each.
func storeReleasePair(base unsafe.Pointer, first, second int64) {
	storeReleasePairGeneric(base, first, second)
}

// buffersStores says that a storeRelease may wait in the store buffer while later loads execute. This build stores
// with sync/atomic, all of whose operations have one order: on arm64 an LDAR, which is its load, does not overtake an
// STLR.
const buffersStores = false

// fence keeps the loads after it from running ahead of the stores before it, as sync/atomic does by itself. On arm64 an
// LDAPR in place of its LDAR would need a barrier here.
func fence() {}
