//go:build gc && !purego && !race && !go1.28

package machine

import (
	"sync/atomic"
	"unsafe"
)

// The constraint above names the first release of Go whose machine code the tests of the object
// code have not seen. From that release on the store is the one of atomic_other.go, which relies
// on nothing in the compiler. The constraint moves on once the tests pass with the release
// changed here, there, in internal/objectcode and in wait_break_litmus_test.go. The tag go1.28
// makes an older compiler build what a newer one will.

// StoreRelease stores v in the int64 at base+off, after every earlier load and store of this goroutine. It is not
// ordered before later loads.
//
// It is one MOVQ. On x86 each store is a release: the stores of a core become visible in program
// order, and none before an earlier load (TSO). The compiler sees a plain store and could still
// move it. So marks, cursors and positions are stored only in functions that are never inlined,
// and what follows the store there is private, but for one atomic load. The accesses of a caller
// to the slots come before the call of such a function, and its next accesses after it; no
// compiler moves memory accesses across a call that could do anything. Inside those functions a
// test of the object code asserts where the store stands. Stores of other words, such as the claim
// of a Single ring, may be in functions that are inlined. There an atomic access or a call comes
// before the word is stored again, so no store is dropped as dead. That of the limit in
// multi.attempt may become visible late, and the look that it comes from can't move behind it.
//
// The store of sync/atomic is an XCHG, which waits until the line has arrived from the core that
// reads it. A MOVQ in an assembly routine can't be moved at all, but each call first writes its
// frame and arguments to memory, and these wait for their turn in the store buffer too: 1P1C
// took a third longer at batch 1 (20.0 against 15.1 ns).
func StoreRelease(base unsafe.Pointer, off int64, v int64) { *(*int64)(unsafe.Add(base, off)) = v }

// StoreReleasePair stores first and then second in the two int64 at base, as StoreRelease does each.
func StoreReleasePair(base unsafe.Pointer, first, second int64) {
	*(*int64)(base) = first
	*(*int64)(unsafe.Add(base, WordBytes)) = second
}

// BuffersStores says that a StoreRelease may wait in the store buffer while later loads execute.
const BuffersStores = true

// Fence keeps the loads after it from running ahead of the stores before it, the one reordering
// that release and acquire allow. Any locked instruction drains the store buffer. This one works
// on the stack, and is four times as fast as MFENCE.
func Fence() {
	var w atomic.Int64
	w.Add(1)
}
