package disruptor

import "github.com/be395dad/disruptor/internal/waiting"

// join makes a reader that sees everything whose Publish had not begun when join returned. It
// receives at most maxBatch slots at once.
func (c *core) join(name string, follows []*member, maxBatch int64) *reader {
	r := &reader{
		finder: c.enter(newMember(name, &c.parking), follows), watch: c.watch,
		maxBatch: maxBatch, backoff: waiting.NewBackoff(c.rests, c.capacity, maxBatch),
	}
	r.pos, r.handed = r.ready, r.ready
	r.member.tallies.add(&r.tally)
	if r.gone {
		r.member.position.store(r.pos)
	} else {
		r.move(r.pos)
	}
	r.member.joined.store(1)
	return r
}

// enter makes a finder of m that stands where it has joined. Its member is in the list and holds
// every slot from there on; the caller stores avail and position. On a ring that has ended, the
// finder is gone.
func (c *core) enter(m *member, follows []*member) finder {
	m.follows.store(&follows)
	f := finder{core: c, member: m, follows: follows}
	if c.err() != nil {
		f.gone = true
		f.ready = c.publishedEnd()
		return f
	}
	// While it looks for its place, it holds the smallest position of the others or, without others, a
	// stored boundary. So nothing that it may still want to see is overwritten.
	c.members.join(m, func(list []*member) int64 {
		if len(list) == 0 {
			return c.published.load() // boundary edge
		}
		return leastPlace(list)
	})
	point(pointJoined)
	// In the list first, and now the look at what is published (join edge: the list's compare-and-swap
	// is the fence).
	f.ready = c.publishedEnd()
	f.joined = f.ready
	f.follow(c.members.list.load()) // leave edge
	f.direct = len(f.follows) == 0
	return f
}

// leave takes the reader out of the ring: its followers now follow the members that it followed,
// and nothing waits for it any more.
func (r *reader) leave() {
	if m := r.member; m.lossy != nil && !r.gone {
		r.pos = m.pin(r.pos) // no late push moves what Position and Missed say
	}
	r.quit(r.boundary(), r.pos)
	r.handed = r.pos
	if r.signal != nil {
		r.signal.raise()
	}
}

// quit takes the finder out of the ring. boundary is what avail would say, and pos is where the
// finder stands.
func (f *finder) quit(boundary, pos int64) {
	f.left = true
	if f.gone {
		return
	}
	// A member that follows this one from now on follows these. Members that have left are not among them:
	// they would keep a whole chain alive.
	f.follow(f.core.members.list.load()) // leave edge
	f.core.published.raise(boundary)     // boundary edge: before the list
	point(pointLeaving)
	f.core.members.leave(f.member)
	f.gone, f.direct = true, false
	f.ready, f.aborted = pos, 0
	f.member.sleepers.wakeAll()
	f.core.freed(never)
}

// follow replaces members that have left list by the members that they followed.
func (f *finder) follow(list *[]*member) {
	next := following(f.follows, *list)
	f.seen, f.follows = list, next
	f.member.follows.store(&next) // leave edge: before this member leaves the list
}

// refollow is follow for a stage, which follows the ring itself when no member is left to
// follow.
func (f *finder) refollow(list *[]*member) {
	f.follow(list)
	if len(f.follows) == 0 {
		f.inherit()
	}
}

// inherit makes a stage whose predecessors have all left follow the ring. Each of them raised
// published to its avail before it left, so published, read after the list without them, is a
// boundary that is not behind this stage. Its position may be inside a range below that; there it
// goes by the table of aborted ranges, as before, and reads no marks.
func (f *finder) inherit() {
	f.direct = true
	f.ready = max(f.joined, f.core.published.load()) // boundary edge
	f.aborted = f.core.aborts.last.load()            // publish edge
}
