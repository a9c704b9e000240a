package disruptor

import (
	"unsafe"

	"github.com/klauspost/cpuid/v2"

	"github.com/be395dad/disruptor/internal/machine"
)

const (
	marksPerLine = machine.LineBytes / machine.WordBytes

	// roomToFetch is how many slots must be free from the line on that is fetched. With fewer, consumers read that
	// line or the one beside it just then.
	roomToFetch = 64
)

// canFetch tells whether lines can be fetched for writing. Intel's first CPUs with 64 bits, of 2004, may fault at it.
var canFetch = machine.Prefetches && (cpuid.CPU.VendorID != cpuid.Intel || cpuid.CPU.Family != 15)

// runway returns how far claims may go without another look, behind one of n slots that ends at to: as far as
// there is room, or to the end of its line of marks, if the next line has been fetched.
//
// A store to a line that a consumer has read is done once the line has come from the consumer's CPU, and on amd64
// a compare-and-swap waits for all stores before it. So a producer fetches the next line of marks, and its slots,
// while it still writes this one's. To do so at no cost for the claims between, the runway ends with the line.
// Batches gain nothing: they have one compare-and-swap for several lines.
func (p *multi) runway(n int, to int64) int64 {
	room := p.room.load() // reuse edge
	next := ((to - 1) | (marksPerLine - 1)) + 1
	if !canFetch || n >= marksPerLine || room-next < roomToFetch {
		return room
	}
	c := p.core
	slots := unsafe.Add(c.slots, (next&p.mask)*c.slotSize)
	lines := int((marksPerLine*c.slotSize + machine.LineBytes - 1) / machine.LineBytes)
	machine.PrefetchWrite(unsafe.Pointer(p.at(next)), slots, lines)
	return next
}
