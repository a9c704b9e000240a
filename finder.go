package disruptor

import "context"

// A finder is the half of a consumer that finds what there is to read, on the ring or behind the
// members that it follows. It hands nothing out. One goroutine uses it.
type finder struct {
	core    *core
	member  *member
	ready   int64 // end of what has been found
	aborted int64 // end of the last aborted range that may lie before ready
	joined  int64 // where it joined: the last boundary that a stage knows
	direct  bool  // follows the ring: ready is a boundary, and grows with the cursor or by scanning marks
	gone    bool  // not in the ring: it has left, or came after the end
	left    bool  // has been closed
	crew    *crew // not nil: the Consumer of a group, which finds nothing; it is gone, so crew is seldom looked at

	seen    *[]*member // the list of members for which follows was computed
	follows []*member  // the same as member.follows
}

// extend raises ready until it has reached limit or there is nothing more yet.
func (f *finder) extend(limit int64) {
	if !f.direct {
		f.extendStage()
	}
	if f.direct {
		hi, aborted := f.core.found(f.ready, limit)
		f.ready, f.aborted = hi, max(f.aborted, aborted)
	}
}

// extendStage raises ready to the slowest of the members that this stage follows. The stage may
// itself be ahead of them, if it joined there.
func (f *finder) extendStage() {
	if f.gone {
		f.refuse()
		return
	}
	if list := f.core.members.list.load(); list != f.seen { // leave edge
		f.refollow(list)
		if f.direct {
			return
		}
	}
	f.ready = max(f.ready, least(f.follows))
	f.aborted = f.core.aborts.last.load() // publish edge: after the positions, which moved over the range
}

// company returns how many consumers the ring has. A group counts as one.
func (f *finder) company() int { return len(*f.core.members.list.load()) } // on no edge: a matter of pace

// boundary returns the value for member.avail: a boundary that this consumer has seen.
func (f *finder) boundary() int64 {
	if f.direct {
		return f.ready
	}
	return f.joined
}

// reached reports whether seq is available.
func (f *finder) reached(seq int64) bool {
	f.extend(seq + 1)
	return f.ready > seq
}

// comes is reached; for a lossy consumer, which holds nothing back while it waits, it is peek.
func (f *finder) comes(seq int64) bool {
	if f.member.lossy != nil {
		return f.peek(seq)
	}
	return f.reached(seq)
}

// ended returns why seq will never be available to this consumer, or nil if it may be.
func (f *finder) ended(seq int64) error {
	f.refuse()
	if (f.gone || f.closed()) && f.core.failed.load() == 0 { // close edge
		return ErrClosed
	}
	return f.core.endedAt(seq)
}

// refuse panics if this is the Consumer of a group.
func (f *finder) refuse() {
	if f.crew != nil {
		panicf("group %q is used as a consumer: its workers are handed its events", f.member.name)
	}
}

// closed reports whether the consumer itself has been closed; the ring may go on.
func (f *finder) closed() bool { return f.left || f.member.leaving.load() != 0 } // leave edge

// park sleeps until seq may be available: on the next published range, or on the slowest of the
// members that it follows. It reports whether it has slept. again says that this wait has slept
// before.
func (f *finder) park(ctx context.Context, seq int64, again bool) (slept bool) {
	if f.direct {
		key := f.ready
		s := f.core.readers.enter(key, seq+1) // park edge
		if !f.comes(seq) && f.ready == key && f.ended(seq) == nil {
			f.core.readers.park(ctx, s, again)
			slept = true
		}
		f.core.readers.leave(s)
		return slept
	}
	slowest := slowest(f.follows)
	s := slowest.sleepers.enter(seq, seq+1) // park edge
	// A member that has moved on, or left, before this sleeper came does not wake it.
	if slowest.position.load() <= seq && f.core.members.list.load() == f.seen && f.ended(seq) == nil { // park edge
		slowest.sleepers.park(ctx, s, again)
		slept = true
	}
	slowest.sleepers.leave(s)
	return slept
}

// slowest returns a member of follows with the lowest position.
func slowest(follows []*member) *member {
	low := follows[0]
	for _, m := range follows[1:] {
		if m.position.load() < low.position.load() { // stage edge
			low = m
		}
	}
	return low
}
