package disruptor

import "slices"

// A span is a half-open range of sequences.
type span struct{ from, to int64 }

// aborts is the ring's short list of aborted ranges. A consumer that stands inside a range, as later stages do,
// cannot read marks; it learns from here what to step over. The list is looked at only while last is ahead of the
// consumer, so a ring on which nobody aborts pays one load of a word that never changes.
type aborts struct {
	last *word        // the greatest end of an aborted range; only raised
	list cell[[]span] // sorted, disjoint, not adjacent
}

// add enters [from, to) and drops the ranges that lie wholly below gate, which every consumer has passed.
// The caller stores the mark afterwards: who sees the mark sees last, and who sees last sees the list (publish edge).
func (a *aborts) add(from, to, gate int64) {
	for {
		old := a.list.load()
		var spans []span
		if old != nil {
			spans = *old
		}
		next := insert(spans, span{from, to}, gate)
		if a.list.cas(old, &next) { // publish edge
			break
		}
	}
	a.last.raise(to) // publish edge
}

// insert returns a new sorted list with s in it, joined to its neighbours, without what ends at or below gate.
func insert(spans []span, s span, gate int64) []span {
	next := make([]span, 0, len(spans)+1)
	for i, old := range spans {
		if old.from > s.from {
			next = extend(next, s)
			for _, old := range spans[i:] {
				next = extend(next, old)
			}
			return next
		}
		if old.to > gate {
			next = extend(next, old)
		}
	}
	return extend(next, s)
}

func extend(spans []span, s span) []span {
	if n := len(spans); n > 0 && spans[n-1].to == s.from {
		spans[n-1].to = s.to
		return spans
	}
	return append(spans, s)
}

// cut returns the first part of [from, to) that is free of aborted slots; it may be empty, at the end of the aborted
// slots with which [from, to) begins.
func (a *aborts) cut(from, to int64) (start, end int64) {
	list := a.list.load() // publish edge
	if list == nil {
		return from, to
	}
	i, _ := slices.BinarySearchFunc(*list, from, func(s span, seq int64) int {
		if s.to <= seq {
			return -1
		}
		return 1
	})
	for _, s := range (*list)[i:] {
		if s.from > from {
			return from, min(to, s.from)
		}
		if from = s.to; from >= to { // the range may be longer than what the caller has found so far
			return to, to
		}
	}
	return from, to
}
