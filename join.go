package disruptor

// join makes a reader that sees everything whose Publish had not begun when join returned.
func (c *core) join(name string, after []*member) *reader {
	a := newArena(1)
	m := &member{name: name, memberWords: (*memberWords)(a.group(0))}
	m.sleepers.init(&m.wanted, &c.parking)
	r := &reader{core: c, member: m, watch: c.watch, spins: 1}
	if c.idle.rests > 1 {
		r.few = min(fewSlots, c.maxBatch, c.capacity/4)
	}
	if c.err() != nil {
		m.follows = after
		r.gone = true
		return r
	}
	// While it looks for its place, it holds the smallest position of the others or, with no consumers, a stored
	// boundary: nothing that it might still want to see is overwritten.
	c.gates.join(m, func(members []*member) int64 {
		if len(members) == 0 {
			return c.published.load() // boundary edge
		}
		return least(members)
	})
	point(pointJoined)
	// In the list first, and now the look at what is published (join edge; the list's compare-and-swap is the fence).
	r.pos = c.publishedEnd()
	r.ready, r.handed, r.joined = r.pos, r.pos, r.pos
	r.seen = c.gates.list.load() // leave edge
	m.follows = following(after, *r.seen)
	r.direct = len(m.follows) == 0
	r.move(r.pos)
	return r
}

// leave takes the reader out of the ring: its followers follow whom it followed, and nobody waits for it any more.
func (r *reader) leave() {
	if r.gone {
		return
	}
	// Who follows this member from now on, follows these; without those that have left it keeps no chain of them alive.
	r.member.follows = following(r.member.follows, *r.core.gates.list.load()) // leave edge
	r.core.published.raise(r.boundary())                                      // boundary edge: before the list
	point(pointLeaving)
	r.core.gates.leave(r.member)
	r.gone, r.direct = true, false
	r.ready, r.handed, r.aborted = r.pos, r.pos, 0
	r.member.sleepers.wakeAll()
	r.core.freed(never)
}
