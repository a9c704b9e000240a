package ringview

import (
	"fmt"

	"github.com/be395dad/disruptor/internal/machine"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// A Watch follows a ring without taking part in it: nothing waits for it, and what it is too slow for is overwritten.
// See docs/shm-format.md.
type Watch struct {
	file   *File
	next   int64 // the first sequence that was not seen
	buffer int64 // bytes of an event that are read
}

// MaxEvent is how many bytes of an event are read at most.
const MaxEvent = 1 << 20

// The kinds of a Seen.
const (
	Event       = "event"
	GapKind     = "gap"         // lost or aborted
	Overwritten = "overwritten" // before they were read
)

// Seen is an event, or a range of sequences of which there is none.
type Seen struct {
	Kind     string
	From, To int64
	Data     Words // of an event, MaxEvent bytes at most
}

// Watch returns a Watch that begins at the first sequence that is still in the ring and not below from.
func (f *File) Watch(from int64) *Watch {
	return &Watch{file: f, next: max(from, 0), buffer: min(f.Geometry.EventSize, MaxEvent)}
}

// Position returns the first sequence that was not seen.
func (w *Watch) Position() int64 { return w.next }

// Next returns what is at the next sequence, or false if it is not published yet.
func (w *Watch) Next() (s Seen, ok bool, err error) {
	f := w.file
	end, _, err := f.Cursor()
	if err != nil || w.next >= end {
		return s, false, err
	}
	if w.next < end-f.Geometry.Capacity {
		return w.skip(end)
	}
	machine.Fence()
	at := f.Geometry.Mark(w.next)
	before, err := f.word(at)
	if err != nil {
		return s, false, err
	}
	switch m := ringfile.Mark(before); {
	case m == ringfile.Gap(w.next):
		return w.gap(end)
	case !m.Resolved(w.next):
		return s, false, nil
	case m != ringfile.Published(w.next):
		return w.overwritten()
	}
	machine.Fence()
	data, err := f.read(f.Geometry.Event(w.next), w.buffer)
	if err != nil {
		return s, false, err
	}
	// A slot is not written to before the sequence a lap later is claimed, so the copy is whole if that was not.
	machine.Fence()
	after, err := f.word(at)
	if err != nil {
		return s, false, err
	}
	if end, _, err = f.Cursor(); err != nil {
		return s, false, err
	}
	if after != before || end > w.next+f.Geometry.Capacity {
		return w.overwritten()
	}
	w.next++
	return Seen{Kind: Event, From: w.next - 1, To: w.next, Data: data}, true, nil
}

// gap returns the gap at next, joined with the gaps that follow it.
func (w *Watch) gap(end int64) (s Seen, ok bool, err error) {
	s = Seen{Kind: GapKind, From: w.next}
	err = w.file.marks(w.next, end, nil, func(seq int64, m ringfile.Mark) bool {
		if m != ringfile.Gap(seq) {
			return false
		}
		w.next = seq + 1
		return true
	})
	if s.To = w.next; s.To == s.From && err == nil { // it was a gap a moment ago
		return w.overwritten()
	}
	return s, s.To > s.From, err
}

// overwritten returns that next was overwritten, or that no ring can look like this.
func (w *Watch) overwritten() (s Seen, ok bool, err error) {
	end, _, err := w.file.Cursor()
	if err == nil && end <= w.next+w.file.Geometry.Capacity {
		err = fmt.Errorf("%w: the mark of %d is of another lap, and %d is claimed", ringfile.ErrCorrupt, w.next, end)
	}
	if err != nil {
		return s, false, err
	}
	return w.skip(end)
}

// skip skips what is overwritten while end is claimed, and a quarter of what is not: that will be before long.
func (w *Watch) skip(end int64) (Seen, bool, error) {
	c := w.file.Geometry.Capacity
	s := Seen{Kind: Overwritten, From: w.next, To: end - c + c/4}
	w.next = s.To
	return s, true, nil
}

// Last returns where the last n events begin that are published, at most a lap before end.
func (f *File) Last(n, end int64) (from int64, err error) {
	n = min(n, f.Geometry.Capacity)
	var events []int64 // the sequences of the last n
	err = f.marks(max(end-f.Geometry.Capacity, 0), end, nil, func(seq int64, m ringfile.Mark) bool {
		if !m.Resolved(seq) {
			return false
		}
		if m&1 == 0 {
			if events = append(events, seq); int64(len(events)) > 2*n {
				events = append(events[:0], events[int64(len(events))-n:]...)
			}
		}
		return true
	})
	switch {
	case n == 0 || len(events) == 0 && err == nil:
		return end, err
	case int64(len(events)) <= n:
		return max(end-f.Geometry.Capacity, 0), err
	}
	return events[int64(len(events))-n], err
}

// OpenAt names the producer that has claimed the sequence and not published it.
func (f *File) OpenAt(seq int64) (by, what string) { return f.openSequence(seq).describe() }
