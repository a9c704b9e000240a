package disruptor

import "math/bits"

// A span is a half-open range of sequences.
type span struct{ from, to int64 }

// aborts records which sequences are aborted. Marks record it too, but a later stage, which stands
// inside ranges, can't read them, and a Single ring has none. The table of blocks is made at the
// first abort and looked at only while last is ahead of a consumer: a ring on which nobody aborts
// pays one load of a word that never changes.
//
// Block i holds the sequences [64i, 64i+64). It is at index i modulo the size of the table. Only
// the sequences of one lap, from the gate on, matter. They touch at most one block more than a
// lap fills, and the table has at least that many blocks. So an abort finds at its index either
// its own block or one that every consumer has passed. It costs a compare-and-swap and 16 bytes
// for each block that it touches, however many aborts a slow consumer still has to step over.
type aborts struct {
	last  *word // the greatest end of an aborted range; only raised
	table cell[[]cell[abortBlock]]
}

type abortBlock struct {
	index int64
	bits  uint64 // bit i: sequence 64*index+i is aborted
}

const (
	blockShift = 6
	blockSlots = 1 << blockShift
)

// add records the claimed range [from, to) as aborted, in a ring of that capacity. The caller
// stores the mark or the cursor afterwards: a consumer that sees it sees last, and a consumer
// that sees last sees the blocks (publish edge).
func (a *aborts) add(from, to, capacity int64) {
	table := a.blocks(capacity)
	for s := from; s < to; {
		index := s >> blockShift
		end := min(to, (index+1)<<blockShift)
		mine := ^uint64(0) >> (blockSlots - uint(end-s)) << uint(s&(blockSlots-1))
		for at := blockAt(table, index); ; {
			old := at.load()
			b := &abortBlock{index, mine}
			if old != nil && old.index == index {
				b.bits |= old.bits
			}
			if at.cas(old, b) { // publish edge
				break
			}
		}
		s = end
	}
	a.last.raise(to) // publish edge
}

// blocks returns the table, which it makes if there is none.
func (a *aborts) blocks(capacity int64) []cell[abortBlock] {
	if t := a.table.load(); t != nil { // publish edge
		return *t
	}
	made := make([]cell[abortBlock], max(2, 2*capacity/blockSlots))
	a.table.cas(nil, &made) // publish edge
	return *a.table.load()
}

func blockAt(table []cell[abortBlock], index int64) *cell[abortBlock] {
	return &table[index&int64(len(table)-1)]
}

// skip returns the first sequence of [from, to) that is not aborted, or to.
func (a *aborts) skip(from, to int64) int64 { return a.seek(from, to, ^uint64(0)) }

// clean returns the first sequence of [from, to) that is aborted, or to.
func (a *aborts) clean(from, to int64) int64 { return a.seek(from, to, 0) }

// seek returns the first sequence of [from, to) whose bit is set after an exclusive or with
// flip, or to.
func (a *aborts) seek(from, to int64, flip uint64) int64 {
	var table []cell[abortBlock]
	if t := a.table.load(); t != nil { // publish edge
		table = *t
	}
	for s := from; s < to; {
		index := s >> blockShift
		set := flip
		if table != nil {
			if b := blockAt(table, index).load(); b != nil && b.index == index { // publish edge
				set ^= b.bits
			}
		}
		if set >>= uint(s & (blockSlots - 1)); set != 0 {
			return min(to, s+int64(bits.TrailingZeros64(set)))
		}
		s = (index + 1) << blockShift
	}
	return to
}
