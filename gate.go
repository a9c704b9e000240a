package disruptor

import "unsafe"

// A member is a consumer as the rest of the ring sees it: its shared words, who sleeps on it, whom it follows.
// Every consumer is a gate, not only the ends of chains, because a stage may join ahead of the stage that it follows.
type member struct {
	name string
	*memberWords
	sleepers lot // who waits for position

	// follows are the members whose positions bound this one's; none: it follows the ring. Only the consumer's
	// goroutine changes it. Others read it once the member has left the list (leave edge).
	follows []*member
}

// memberWords lie on a stride of their own. Who sees position sees an avail that is not behind it: they are stored
// in this order.
type memberWords struct {
	avail    word // a boundary of published ranges, 0 before the join is complete
	position word // slots below it are handed back
	wanted   word // the lowest position that a sleeper of this member waits for
	leaving  word // not 0: asked to leave by Close from another goroutine
}

func (w *memberWords) storeRelease(avail, position int64) {
	storeReleasePair(unsafe.Pointer(&w.avail), avail, position)
}

// gates is the list of members behind one pointer: who joins or leaves puts a new list in its place, so producers,
// who read it only when their limit is used up, pay nothing for it.
type gates struct{ list cell[[]*member] }

// join enters m into the list, each time with a position that no member of the list and no boundary is behind.
func (g *gates) join(m *member, hold func(members []*member) int64) {
	for {
		old := g.list.load() // join edge
		m.position.store(hold(*old))
		next := append(append(make([]*member, 0, len(*old)+1), *old...), m)
		if g.list.cas(old, &next) { // join edge
			return
		}
	}
}

// leave takes m from the list and reports whether it was there.
func (g *gates) leave(m *member) bool {
	for {
		old := g.list.load() // leave edge
		next := make([]*member, 0, len(*old))
		for _, o := range *old {
			if o != m {
				next = append(next, o)
			}
		}
		if len(next) == len(*old) {
			return false
		}
		if g.list.cas(old, &next) { // leave edge
			return true
		}
	}
}

// least returns the smallest position, or never if there is none.
func least(members []*member) int64 {
	low := never
	for _, m := range members {
		low = min(low, m.position.load()) // reuse edge for producers, stage edge for later stages
	}
	return low
}

func contains(members []*member, m *member) bool {
	for _, o := range members {
		if o == m {
			return true
		}
	}
	return false
}

// following replaces each member of follows that is not in list any more by those that it followed when it left.
func following(follows, list []*member) []*member {
	var next []*member
	for _, m := range follows {
		if contains(list, m) {
			if !contains(next, m) {
				next = append(next, m)
			}
			continue
		}
		for _, o := range following(m.follows, list) { // leave edge: m's goroutine writes follows no more
			if !contains(next, o) {
				next = append(next, o)
			}
		}
	}
	return next
}
