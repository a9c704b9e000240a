//go:build !((amd64 || arm64) && gc && !purego && !race)

package disruptor

import "unsafe"

// hasAsm tells which machine layer this build has.
const hasAsm = false

// storeRelease stores v in the int64 at base+off, after every earlier load and store of this goroutine.
func storeRelease(base unsafe.Pointer, off int64, v int64) { storeReleaseGeneric(base, off, v) }

// storeReleasePair stores first and then second in the two int64 at base, as storeRelease does each.
func storeReleasePair(base unsafe.Pointer, first, second int64) {
	storeReleasePairGeneric(base, first, second)
}

// buffersStores says that a storeRelease may wait in the store buffer while later loads execute. This build stores
// with sync/atomic, all of whose operations have one order.
const buffersStores = false

// fence keeps the loads after it from running ahead of the stores before it, as sync/atomic does by itself.
func fence() {}

// pauseBounded gives at most the first maxPause of n spin hints.
func pauseBounded(n int) { pauseGeneric(n) }
