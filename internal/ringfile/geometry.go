package ringfile

import "math"

// A Geometry says where things are in the file. Place computes it from the first seven fields.
type Geometry struct {
	Capacity    int64
	EventSize   int64
	Embedded    bool // each slot begins with its mark
	Processes   int
	Producers   int
	Consumers   int
	TextSize    int64 // of the layout
	Stride      int64 // from slot to slot
	MarkStride  int64 // from mark to mark
	EventOffset int64 // of the event in its slot

	// Offsets of the regions, and the size of the file.
	Control, Attachments, Records, Places, Marks, Slots, Size int64
}

const (
	// HeaderSize is the size of the header, without the text.
	HeaderSize = 512
	// MarkSize is the size of a mark.
	MarkSize   = 8
	regionSize = 4096 // regions begin at multiples of it
)

// RoundUp rounds n up to a multiple.
func RoundUp(n, to int64) int64 { return (n + to - 1) / to * to }

// Place computes the other fields from the first seven. Size is -1 if it would be too large.
func (g *Geometry) Place() {
	event := RoundUp(g.EventSize, 8)
	g.Stride, g.MarkStride, g.EventOffset = event, MarkSize, 0
	if g.Embedded {
		g.Stride, g.MarkStride, g.EventOffset = MarkSize+event, MarkSize+event, MarkSize
	}
	if g.Stride > math.MaxUint32 || event > math.MaxInt64/4/g.Capacity {
		g.Size = -1
		return
	}
	at := int64(0)
	region := func(size int64) int64 {
		begin := at
		at = RoundUp(at+size, regionSize)
		return begin
	}
	region(HeaderSize + g.TextSize)
	g.Control = region(ControlSize)
	g.Attachments = region(int64(g.Processes) * AttachmentSize)
	g.Records = region(int64(g.Producers) * RecordSize)
	g.Places = region(int64(g.Consumers) * PlaceSize)
	if g.Embedded {
		g.Slots = region(g.Capacity * g.Stride)
		g.Marks = g.Slots
	} else {
		g.Marks = region(g.Capacity * MarkSize)
		g.Slots = region(g.Capacity * g.Stride)
	}
	g.Size = at
}

// Mark returns the offset of the mark of the slot of seq.
func (g *Geometry) Mark(seq int64) int64 { return g.Marks + (seq&(g.Capacity-1))*g.MarkStride }

// Event returns the offset of the event of seq.
func (g *Geometry) Event(seq int64) int64 {
	return g.Slots + (seq&(g.Capacity-1))*g.Stride + g.EventOffset
}
