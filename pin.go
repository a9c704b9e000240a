package disruptor

import "github.com/be395dad/disruptor/internal/machine"

// A lossy member keeps producers from slots only while it copies them. Then it is pinned; while it is not,
// whoever needs room may push it ahead, and it misses what lies between.
//
// One word, position, says both where it stands and whether it is pinned: the sequence s if it is, as for
// every other member, and ^s, which is negative, if it is not. The word only grows, and both who pins and
// who pushes changes it by compare-and-swap. So each limit of the producers comes from a value of the word,
// and a pin takes its place in the order of these values: a limit from before it is at most a lap ahead of
// the sequence that was pinned, and one that comes after a push means that the pin finds the pushed value.
// A write to a slot in hand needs a value above it, which is the consumer's unpin, a release.
//
// Were lossy members skipped by the gate instead, a pin would need a fence on both sides, and a word with
// the greatest limit that was ever given out.

// lossyWords are what a lossy member has counted. Its goroutine alone stores them, for others to know what
// it has missed; they are on no edge.
type lossyWords struct {
	taken  word // where it joined, and how many sequences it has not missed since; stored while it is pinned
	missed word // how many it had missed at its last pin
}

func newLossyWords() *lossyWords { return (*lossyWords)(newArena(1).group(0)) }

// noNeed is the need of who pushes nobody.
const noNeed int64 = 0

// placeOf returns the sequence that a position says.
func placeOf(position int64) int64 { return position ^ position>>63 }

// place returns the sequence at which m stands.
func (m *member) place() int64 { return placeOf(m.position.load()) } // stage edge

// leastPlace is least for who asks where members stand, and not what they hold.
func leastPlace(list []*member) int64 {
	low := never
	for _, m := range list {
		low = min(low, m.place())
	}
	return low
}

// leastHeld returns the smallest position of those members that can't be pushed, or never.
func leastHeld(list []*member) int64 {
	low := never
	for _, m := range list {
		if p := m.position.load(); p >= 0 { // reuse edge
			low = min(low, p)
		}
	}
	return low
}

// pin keeps producers from the slots of m from its position on, and returns that. The caller, m's
// goroutine, knows it as at; it is greater if m has been pushed.
func (m *member) pin(at int64) int64 {
	for !m.position.cas(^at, at) { // push edge
		at = m.place()
		m.lossy.missed.store(at - m.lossy.taken.load()) // before the pin that counts it
	}
	return at
}

// missed returns how many sequences m has missed, those included from which it has been pushed and does not
// know it. While m is not pinned that is what its position has that taken has not; while it is, it changes
// taken, and has not been pushed.
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

// unpin stores avail, and position as not pinned, and wakes the first claim in the queue: it may push m now,
// however low the position is.
//
//go:noinline
func (c *core) unpin(m *member, avail, position int64) {
	m.storeRelease(avail, ^position) // boundary edge, reuse edge, park edge
	if c.watch.load() != 0 {         // park edge
		c.unpinned()
	}
}

// unpinned looks for claims that wait for room, which a lossy member that has been unpinned may give.
func (c *core) unpinned() {
	machine.Fence()                                    // park edge: the position before the look at wanted
	if c.zero != nil || c.wantedRoom.load() != never { // park edge
		c.freed(never)
	}
}

// slowestPushed is least for a list in which somebody is lossy and not pinned. If no other member is below
// need, it pushes those that are.
func (c *core) slowestPushed(list []*member, need int64) int64 {
	held := leastHeld(list)
	// So far that the next claims need not come here again: until half the ring is free, or as far as the
	// others are done.
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

// push moves m, whose position was p and is not pinned, to a boundary at target or, if there is none yet, as
// near to it as there is one, but only if that makes room for who has the need: m shall not miss what is
// overwritten by nobody. It reports whether the position has changed, by whomever.
func (c *core) push(m *member, p, need, target int64) bool {
	// avail is a boundary; so is a position above it, since it comes from a push.
	from := ^p
	if !c.single { // where each sequence is one, and avail is all that was found
		from = max(from, m.avail.load()) // boundary edge
	}
	if end := c.published.load(); end < target {
		from = max(from, end) // boundary edge: a look that was in vain need not be walked again
	}
	to := c.walkTo(from, target)
	c.published.raise(to) // boundary edge: before the position, above which no avail may be
	point(pointPush)
	if to >= need {
		m.position.cas(p, ^to) // push edge
	}
	return m.position.load() != p // push edge
}

// walkTo returns the first boundary from lo on that is not below target, or the last one that is published.
// It returns 0 if a producer has lapped lo: who stood there has moved.
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
