package shm

import (
	"math"
	"unsafe"

	"github.com/be395dad/disruptor/internal/layout"
)

// geometry says where things are in the file. All of it follows from the first five fields.
type geometry struct {
	capacity    int64
	eventSize   int64
	embedded    bool
	processes   int
	producers   int
	consumers   int
	textSize    int64 // of the layout
	stride      int64 // from slot to slot
	markStride  int64 // from mark to mark
	eventOffset int64 // of the event in its slot

	control, attachments, records, places, marks, slots, size int64
}

const (
	headerSize = 512
	regionSize = 4096 // regions begin at multiples of it
	markSize   = 8
)

func roundUp(n, to int64) int64 { return (n + to - 1) / to * to }

// geometryFor returns the geometry of a ring to create. Its size is -1 if it is too large.
func geometryFor(cfg Config, l layout.Layout) geometry {
	g := geometry{
		capacity:  int64(cfg.Capacity),
		eventSize: int64(l.Size),
		embedded:  cfg.Marks == EmbeddedMarks || cfg.Marks == AutoMarks && l.Size+markSize <= lineSize,
		processes: cfg.MaxProcesses,
		producers: cfg.MaxProducers,
		consumers: cfg.MaxConsumers,
		textSize:  int64(len(l.Text)),
	}
	g.place()
	return g
}

// place computes all that follows.
func (g *geometry) place() {
	event := roundUp(g.eventSize, 8)
	g.stride, g.markStride, g.eventOffset = event, markSize, 0
	if g.embedded {
		g.stride, g.markStride, g.eventOffset = markSize+event, markSize+event, markSize
	}
	if event > math.MaxInt64/4/g.capacity {
		g.size = -1
		return
	}
	at := int64(0)
	region := func(size int64) int64 {
		begin := at
		at = roundUp(at+size, regionSize)
		return begin
	}
	region(headerSize + g.textSize)
	g.control = region(int64(unsafe.Sizeof(control{})))
	g.attachments = region(int64(g.processes) * int64(unsafe.Sizeof(attachment{})))
	g.records = region(int64(g.producers) * int64(unsafe.Sizeof(record{})))
	g.places = region(int64(g.consumers) * int64(unsafe.Sizeof(place{})))
	if g.embedded {
		g.slots = region(g.capacity * g.stride)
		g.marks = g.slots
	} else {
		g.marks = region(g.capacity * markSize)
		g.slots = region(g.capacity * g.stride)
	}
	g.size = at
}

// A mark says what became of the sequence that last had the slot: (sequence+1)*2 if it was published,
// one more if readers must step over it. Marks of a slot never go back.
type mark int64

func published(seq int64) mark { return mark(seq+1) << 1 }
func gap(seq int64) mark       { return published(seq) | 1 }

// resolved reports that seq has been published, lost or aborted.
func (m mark) resolved(seq int64) bool { return m>>1 > mark(seq) }
