package disruptor

import "github.com/be395dad/disruptor/internal/machine"

// A lossy member keeps producers from slots only while it copies them. While it copies it is
// pinned. While it is not pinned, a goroutine that needs room may push it ahead, and it misses
// what lies between.
//
// One word, position, says both where the member stands and whether it is pinned. It is the
// sequence s if the member is pinned, as for every other member, and ^s, which is negative, if
// it is not. The sequence only grows, and pins and pushes change the word by compare-and-swap.
// So each limit of the producers comes from a value of the word, and a pin has its place in the
// order of these values. A limit from before the pin is at most a lap ahead of the pinned
// sequence. If the limit comes from a push, the pin finds the pushed value. A write to a slot in
// hand needs a value above it, and that value comes from the consumer's unpin, a release.
//
// If the gate skipped lossy members instead, a pin would need a fence on both sides, and a word
// for the greatest limit that was ever given out.

// lossyWords are the counts of a lossy member, from which others learn how much it has missed. Only
// its goroutine stores them; they are on no edge.
type lossyWords struct {
	taken  word // where it joined, plus how many sequences it has not missed since; stored while it is pinned
	missed word // how many it had missed at its last pin
}

func newLossyWords() *lossyWords { return (*lossyWords)(newArena(1).group(0)) }

// noNeed is the need of a caller that pushes nobody.
const noNeed int64 = 0

// placeOf returns the sequence in a position, pinned or not.
func placeOf(position int64) int64 { return position ^ position>>63 }

// place returns the sequence at which m stands.
func (m *member) place() int64 { return placeOf(m.position.load()) } // stage edge

// leastPlace returns the smallest sequence at which a member stands, pinned or not, or never.
func leastPlace(list []*member) int64 {
	low := never
	for _, m := range list {
		low = min(low, m.place())
	}
	return low
}

// leastHeld returns the smallest position of the members that can't be pushed, or never.
func leastHeld(list []*member) int64 {
	low := never
	for _, m := range list {
		if p := m.position.load(); p >= 0 { // reuse edge
			low = min(low, p)
		}
	}
	return low
}

// pin keeps producers from the slots from m's position on, and returns that position. The caller
// is m's goroutine, and passes the position that it knows, at; the result is greater if m has
// been pushed.
func (m *member) pin(at int64) int64 {
	for !m.position.cas(^at, at) { // push edge
		at = m.place()
		m.lossy.missed.store(at - m.lossy.taken.load()) // before the pin that counts it
	}
	return at
}

// missed returns how many sequences m has missed, including those that it was pushed over and
// does not know of yet. While m is not pinned, that is its position minus taken. While m is
// pinned it changes taken but can't be pushed, so its own count holds.
func (m *member) missed() int64 {
	for {
		p := m.position.load() // push edge
		if p >= 0 {
			return m.lossy.missed.load()
		}
		taken := m.lossy.taken.load()
		if m.position.load() == p {
			return ^p - taken
		}
	}
}

// unpin stores avail, and position as not pinned. It wakes the first claim in the queue, which
// may now push m, however low the position is.
//
//go:noinline
func (c *core) unpin(m *member, avail, position int64) {
	m.storeRelease(avail, ^position) // boundary edge, reuse edge, park edge
	if c.watch.load() != 0 {         // park edge
		c.unpinned()
	}
}

// unpinned wakes the first claim that waits for room: it may now push a member that has been
// unpinned.
func (c *core) unpinned() {
	machine.Fence()                                    // park edge: the position before the look at wanted
	if c.zero != nil || c.wantedRoom.load() != never { // park edge
		c.freed(never)
	}
}

// slowestPushed is least for a list with a lossy member that is not pinned. If all members below
// need are lossy and not pinned, it pushes them first.
func (c *core) slowestPushed(list []*member, need int64) int64 {
	held := leastHeld(list)
	// Push so far that the next claims need not come here again: until half the ring is free, or
	// as far as the members that can't be pushed are done.
	target := min(max(need, c.claimed()-c.capacity/2), held)
	low := never
	for _, m := range list {
		p := m.position.load() // reuse edge
		for p < 0 && ^p < need && need <= held && c.push(m, p, need, target) {
			p = m.position.load() // reuse edge
		}
		low = min(low, placeOf(p))
	}
	return low
}

// push moves m, whose position was p, not pinned, to the first boundary at or above target or,
// if there is none yet, to the last one below. It does so only if that satisfies need: m must
// not miss events that nobody overwrites. It reports whether anybody has changed the position.
func (c *core) push(m *member, p, need, target int64) bool {
	// avail is a boundary; so is a position above it, since it comes from a push.
	from := ^p
	if !c.single { // on a Single ring each sequence is a boundary, and avail is all that was found
		from = max(from, m.avail.load()) // boundary edge
	}
	if end := c.published.load(); end < target {
		from = max(from, end) // boundary edge: spares a second walk after a look in vain
	}
	to := c.walkTo(from, target)
	c.published.raise(to) // boundary edge: before the position, above which no avail may be
	point(pointPush)
	if to >= need {
		m.position.cas(p, ^to) // push edge
	}
	return m.position.load() != p // push edge
}

// walkTo returns the first boundary from lo on that is not below target, or else the end of what is
// published. It returns 0 if a producer has lapped lo: the member that stood there has moved.
func (c *core) walkTo(lo, target int64) int64 {
	if c.single {
		return max(lo, min(target, c.cursor.load())) // publish edge; each sequence is a boundary
	}
	for lo < target {
		to := c.reach(lo)
		if to <= lo {
			break
		}
		if to > lo+c.capacity {
			return 0
		}
		lo = to
	}
	return lo
}
