package disruptor

import "github.com/be395dad/disruptor/internal/waiting"

// join makes a reader that sees everything whose Publish had not begun when join returned. It is
// handed at most maxBatch slots at once.
func (c *core) join(name string, follows []*member, maxBatch int64) *reader {
	m := newMember(name, &c.parking)
	m.follows.store(&follows)
	r := &reader{
		core: c, member: m, watch: c.watch, follows: follows,
		maxBatch: maxBatch, backoff: waiting.NewBackoff(c.rests, c.capacity, maxBatch),
	}
	if c.err() != nil {
		r.gone = true
		r.pos = c.publishedEnd()
		r.ready, r.handed = r.pos, r.pos
		m.position.store(r.pos)
		return r
	}
	// While it looks for its place, it holds the smallest position of the others or, with no
	// consumers, a stored boundary: nothing that it might still want to see is overwritten.
	c.members.join(m, func(list []*member) int64 {
		if len(list) == 0 {
			return c.published.load() // boundary edge
		}
		return least(list)
	})
	point(pointJoined)
	// In the list first, and now the look at what is published (join edge; the list's compare-and-swap is the fence).
	r.pos = c.publishedEnd()
	r.ready, r.handed, r.joined = r.pos, r.pos, r.pos
	r.follow(c.members.list.load()) // leave edge
	r.direct = len(r.follows) == 0
	r.move(r.pos)
	return r
}

// leave takes the reader out of the ring: its followers follow those that it followed, and nobody
// waits for it any more.
func (r *reader) leave() {
	r.left = true
	if r.gone {
		return
	}
	// A member that follows this one from now on follows these; without those that have left, it keeps no chain of them alive.
	r.follow(r.core.members.list.load()) // leave edge
	r.core.published.raise(r.boundary()) // boundary edge: before the list
	point(pointLeaving)
	r.core.members.leave(r.member)
	r.gone, r.direct = true, false
	r.ready, r.handed, r.aborted = r.pos, r.pos, 0
	r.member.sleepers.wakeAll()
	r.core.freed(never)
}

// follow follows, in the place of members that have left list, those that they followed.
func (r *reader) follow(list *[]*member) {
	next := following(r.follows, *list)
	r.seen, r.follows = list, next
	r.member.follows.store(&next) // leave edge: before this member leaves the list
}

// refollow is follow for a stage, which follows the ring itself when nobody is left.
func (r *reader) refollow(list *[]*member) {
	r.follow(list)
	if len(r.follows) == 0 {
		r.inherit()
	}
}

// inherit makes a stage whose predecessors have all left follow the ring. Each of them raised
// published to its avail before it left, so published, read after the list without them, is a
// boundary that is not behind this stage. Its position may be inside a range below that; there it
// goes by the table of aborted ranges, as before, and reads no marks.
func (r *reader) inherit() {
	r.direct = true
	r.ready = max(r.joined, r.core.published.load()) // boundary edge
	r.aborted = r.core.aborts.last.load()            // publish edge
}
