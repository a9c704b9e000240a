package ringview

import (
	"github.com/be395dad/disruptor/internal/ringfile"
)

// chunk is how many bytes of marks are read at once.
const chunk = 64 << 10

// marks calls visit with the marks of the slots of [from, to), in order, until it returns false. It reads them in
// pieces, and calls before ahead of each.
func (f *File) marks(from, to int64, before func() error, visit func(seq int64, m ringfile.Mark) bool) error {
	g := &f.Geometry
	n := max(1, chunk/g.MarkStride) // of a piece
	for from < to {
		slot := from & (g.Capacity - 1)
		piece := min(n, to-from, g.Capacity-slot)
		if before != nil {
			if err := before(); err != nil {
				return err
			}
		}
		w, err := f.read(g.Mark(from), (piece-1)*g.MarkStride+ringfile.MarkSize)
		for i := range piece {
			if err != nil && (i*g.MarkStride)+ringfile.MarkSize > int64(len(w)) {
				return err
			}
			if !visit(from+i, ringfile.Mark(w.int64(i*g.MarkStride))) {
				return nil
			}
		}
		from += piece
	}
	return nil
}

// open returns the first open sequence in [from, end), or end.
func (f *File) open(from, end int64) (int64, error) {
	s := max(from, end-f.Geometry.Capacity, 0)
	first := end
	err := f.marks(s, end, nil, func(seq int64, m ringfile.Mark) bool {
		if !m.Resolved(seq) {
			first = seq
			return false
		}
		return true
	})
	return first, err
}

// Resolved reports whether seq is published, lost or aborted.
func (f *File) Resolved(seq int64) bool {
	m, err := f.word(f.Geometry.Mark(seq))
	return err == nil && ringfile.Mark(m).Resolved(seq)
}
