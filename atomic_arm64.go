//go:build gc && !purego && !race

package disruptor

import "unsafe"

// hasAsm tells which machine layer this build has.
const hasAsm = true

// storeRelease stores v in the int64 at base+off, after every earlier load and store of this goroutine. sync/atomic's
// store is STLR, the release instruction itself, and inlines: assembly could only add a call to it.
func storeRelease(base unsafe.Pointer, off int64, v int64) { storeReleaseGeneric(base, off, v) }

// storeReleasePair stores first and then second in the two int64 at base, as storeRelease does each.
func storeReleasePair(base unsafe.Pointer, first, second int64) {
	storeReleasePairGeneric(base, first, second)
}

// buffersStores says that a storeRelease may wait in the store buffer while later loads execute. An LDAR, which is
// sync/atomic's load, does not overtake an STLR.
const buffersStores = false

// fence keeps the loads after it from running ahead of the stores before it. Those stores are STLR and the loads LDAR,
// which the architecture keeps in order; an LDAPR would need a barrier here.
func fence() {}

// pauseAsm is pause for at most maxPause hints.
//
//go:noescape
func pauseAsm(n int)

// pauseBounded gives at most the first maxPause of n spin hints.
func pauseBounded(n int) { pauseAsm(n) }
