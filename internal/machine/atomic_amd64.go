//go:build gc && !purego && !race && !go1.28

package machine

import (
	"sync/atomic"
	"unsafe"
)

// The constraint above names the first release of Go whose machine code the tests of the object code have not seen. From
// that one on the store is the one of atomic_other.go, which asks nothing of the compiler; once they pass with the release
// moved on, here, there, in internal/objectcode and in wait_break_litmus_test.go, it may have this one. The tag go1.28
// makes an older compiler build what a newer one will.

// StoreRelease stores v in the int64 at base+off, after every earlier load and store of this goroutine. It is not
// ordered before later loads.
//
// It is one MOVQ. To x86 each store is a release: a core's stores become visible in program order, and none before an
// earlier load (TSO). What remains is to keep the compiler from moving it, to which it is a plain store. It is called
// only in functions that are not inlined, last but for what they keep for themselves: what the caller did to the slots
// lies before a call, and what it does next behind one, and across a call that could do anything no compiler moves
// accesses to memory. Inside those functions a test of the object code asserts where the store stands.
//
// sync/atomic's store is an XCHG, which waits until the line has come from whoever reads it. A MOVQ in an assembly
// routine can't be moved at all, but each call writes its frame and arguments to memory ahead of it, and these wait
// for their turn in the store buffer, too: 1P1C took a third longer at batch 1 (20.0 against 15.1 ns).
func StoreRelease(base unsafe.Pointer, off int64, v int64) { *(*int64)(unsafe.Add(base, off)) = v }

// StoreReleasePair stores first and then second in the two int64 at base, as StoreRelease does each.
func StoreReleasePair(base unsafe.Pointer, first, second int64) {
	*(*int64)(base) = first
	*(*int64)(unsafe.Add(base, WordBytes)) = second
}

// BuffersStores says that a StoreRelease may wait in the store buffer while later loads execute.
const BuffersStores = true

// Fence keeps the loads after it from running ahead of the stores before it: the one reordering that release and
// acquire allow. Any locked instruction drains the store buffer; this one works on the stack, and does so four times
// as fast as MFENCE.
func Fence() {
	var w atomic.Int64
	w.Add(1)
}
