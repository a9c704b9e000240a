package shm

import (
	"unsafe"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// copies are the private copies of a consumer that may be evicted alive: a producer may then
// write to the slots that it reads. The consumer hands out a copy, and only if it was not evicted
// before the copy was complete.
type copies struct {
	private slots
	shared  *slots
	size    int64
	valid   int64    // the batch in hand is copied up to here, and the consumer was not evicted before
	memory  []uint64 // keeps the private slots alive; an event has no pointers
}

// init makes room for that many events of that size.
func (c *copies) init(shared *slots, size, events int64) {
	n := int64(1)
	for n < events {
		n *= 2
	}
	stride := ringfile.RoundUp(size, 8)
	c.memory = make([]uint64, n*stride/8)
	c.private = slots{base: unsafe.Pointer(&c.memory[0]), mask: n - 1, stride: stride}
	c.shared, c.size = shared, size
}

func (c *copies) active() bool { return c.memory != nil }

// copy copies the events of [from, to) that are not copied yet. The range begins with what is in
// hand; events copied earlier are in use, and their slots may be overwritten by now.
func (c *copies) copy(from, to int64) {
	for s := max(from, c.valid); s < to; s++ {
		copy(unsafe.Slice((*byte)(c.private.event(s)), c.size), unsafe.Slice((*byte)(c.shared.event(s)), c.size))
	}
}
