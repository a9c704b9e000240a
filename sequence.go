package disruptor

import (
	"math"
	"sync/atomic"
	"unsafe"

	"github.com/be395dad/disruptor/internal/machine"
)

// Sequences run from 0 to lastSequence. The bit above them belongs to the claim word of a Multi ring.
const (
	lastSequence int64 = 1<<62 - 1
	closedBit    int64 = 1 << 62
	never        int64 = math.MaxInt64 // greater than every sequence: an end not fixed, a gate of nobody
)

// A word is a 64-bit integer that goroutines share. The protocol touches shared memory only
// through its methods, those of cell, and member.storeRelease; a call that makes an edge of the
// ordering table names it.
//
// load is an acquire. store, add, or, cas and raise have the full order of sync/atomic: what
// precedes one of them is visible before anything that follows it is read. storeRelease and
// storeRelaxed are weaker, as their names say.
type word struct{ v atomic.Int64 }

func (w *word) load() int64           { return w.v.Load() }
func (w *word) store(v int64)         { w.v.Store(v) }
func (w *word) add(d int64) int64     { return w.v.Add(d) }
func (w *word) or(bits int64) int64   { return w.v.Or(bits) }
func (w *word) cas(old, v int64) bool { return w.v.CompareAndSwap(old, v) }

// storeRelease stores v and publishes everything that this goroutine did before to each
// goroutine that loads v. A later load of this goroutine may run ahead of the store, which on
// amd64 waits in the store buffer. Where that matters, call store instead, or machine.Fence
// after it, or have the other side call processFence.
func (w *word) storeRelease(v int64) { machine.StoreRelease(unsafe.Pointer(w), 0, v) }

// storeRelaxed is for words on no edge: others may see v late and in any order. Of several
// goroutines that store, one comes last.
func (w *word) storeRelaxed(v int64) { machine.StoreRelaxed(unsafe.Pointer(w), v) }

// raise makes w at least v. It is a maximum by compare-and-swap, so a late caller never lowers
// the word.
func (w *word) raise(v int64) {
	for {
		old := w.v.Load()
		if old >= v || w.v.CompareAndSwap(old, v) {
			return
		}
	}
}

// A cell is a shared pointer to a value that does not change once it can be reached.
type cell[V any] struct{ p atomic.Pointer[V] }

func (c *cell[V]) load() *V           { return c.p.Load() }
func (c *cell[V]) store(v *V)         { c.p.Store(v) }
func (c *cell[V]) cas(old, v *V) bool { return c.p.CompareAndSwap(old, v) }
