package disruptor

import (
	"unsafe"

	"github.com/be395dad/disruptor/internal/machine"
)

// marks is the availability buffer of a Multi ring: one word per slot, which says where the
// range published from that slot ends. Publishing [from, to) is one store, mark[from] = to, for
// a range of any length and for any producer. Aborting it stores ^to, which is negative.
//
// Only the mark at the start of a range means anything. Read at a boundary lo, with to = mark, or
// ^mark if that is negative:
//
//	lo < to <= lo+capacity   [lo, to) is published, or aborted if the mark was negative
//	to > lo+capacity         the slot is in a later lap: lo is no boundary any more, look again from a fresher one
//	to <= lo                 not yet: an older lap's range, which was no longer than a lap, or fresh memory
//
// So there is no lap arithmetic, and nothing in it wraps within the 62 bits of a sequence.
type marks struct {
	base unsafe.Pointer // the first mark
	mask int64
	all  []word // keeps base alive
}

func newMarks(capacity int) marks {
	all := make([]word, capacity)
	for i := 0; i < capacity; i += pageSize / machine.WordBytes {
		all[i].store(0) // touch the page: the first lap would pay for the fault otherwise
	}
	return marks{base: unsafe.Pointer(&all[0]), mask: int64(capacity - 1), all: all}
}

func (m *marks) at(s int64) *word { return (*word)(unsafe.Add(m.base, (s&m.mask)<<3)) }

// reach returns the end of the range that starts at from, published or aborted, or a value <= from.
func (m *marks) reach(from int64) int64 {
	to := m.at(from).load() // publish edge
	if to < 0 {
		to = ^to
	}
	return to
}

// scan walks from the boundary lo over published and aborted ranges until it has reached limit
// or finds nothing more. It returns the boundary at which it stands, and the end of the last
// aborted range on the way, or 0. The caller must hold back the slots from lo on: otherwise scan
// would take a later lap's mark for this lap's.
func (m *marks) scan(lo, limit int64) (hi, aborted int64) {
	for lo < limit {
		to := m.at(lo).load() // publish edge
		switch {
		case to == lo+1:
			lo++ // not lo = to: so the next address depends on a predicted branch, not on this load
		case to > lo:
			lo = to
		case ^to > lo:
			lo = ^to
			aborted = lo
		default:
			return lo, aborted
		}
	}
	return lo, aborted
}

// walk is scan for a caller that holds nothing back. It reports false if a producer has lapped lo
// meanwhile.
func (m *marks) walk(lo, limit int64) (hi int64, ok bool) {
	for lo < limit {
		to := m.reach(lo)
		if to <= lo {
			break
		}
		if to > lo+m.mask+1 {
			return lo, false
		}
		lo = to
	}
	return lo, true
}
