package disruptor

import (
	"unsafe"

	"github.com/be395dad/disruptor/internal/machine"
)

// A member is a consumer as the rest of the ring sees it: its shared words, the goroutines that
// sleep on it, and the members that it follows. Producers look at the position of every member,
// not only at the ends of chains, because a stage may join ahead of the stage that it follows.
type member struct {
	name string
	*memberWords
	sleepers lot // goroutines waiting for position
	failures failureCounts
	tallies  tallies

	// follows are the members whose positions bound this one's; none if it follows the ring.
	// Only the consumer's goroutine replaces it (leave edge: others go by it once the member has
	// left the list). For a group each worker does. A late worker may store members that have
	// left; following then replaces them by the same members that the other workers have stored.
	follows cell[[]*member]

	lossy *lossyWords // nil: producers wait for this member
	group bool

	joined word // not 0: the join is complete; for Stats only, on no edge
}

// memberWords share a stride with nothing else. They are stored in the order avail, position: a
// goroutine that sees a position sees an avail that is not behind it.
type memberWords struct {
	avail    word // a boundary of published ranges, 0 before the join is complete
	position word // slots below it are handed back; its complement, which is negative: lossy, and not pinned
	wanted   word // the lowest position that a sleeper of this member waits for
	leaving  word // not 0: asked to leave by Close from another goroutine

	// For Stats only, on no edge.
	waiting word // not 0: in a wait
	service word // a servedBy
	workers word // of a group
	handled word // not 0: Run makes the workers of this group
}

// failureCounts count failed events of a handler. For Stats and Explain only, on no edge.
type failureCounts struct {
	retried, skipped, deadLettered word

	retrying word        // how many handlers pause before a retry
	last     cell[error] // the failure that caused the last pause
}

// servedBy says what calls a consumer, or the workers of a group.
type servedBy = int64

const (
	byHand   servedBy = iota
	byNobody          // made by Handle, and no Run serves it; or a group without workers
	byRun
)

func newMember(name string, p *parking) *member {
	m := &member{name: name, memberWords: newMemberWords()}
	m.sleepers.init(&m.wanted, p)
	return m
}

func (m *member) storeRelease(avail, position int64) {
	machine.StoreReleasePair(unsafe.Pointer(&m.avail), avail, position)
}

// members is the list of a ring's members behind one pointer, which each join and leave replaces.
// Producers read it only when they know of no more room, so it costs them nothing on the fast path.
type members struct{ list cell[[]*member] }

// join enters m into the list. Before each try it stores hold(list) as the position of m, so
// that no member of the list and no boundary is behind m.
func (g *members) join(m *member, hold func(list []*member) int64) {
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
func (g *members) leave(m *member) bool {
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

// least returns the smallest position, or never if list is empty. It is negative exactly if list
// has a lossy member that is not pinned.
func least(list []*member) int64 {
	low := never
	for _, m := range list {
		low = min(low, m.position.load()) // reuse edge for producers, stage edge for later stages
	}
	return low
}

// following returns follows with each member that has left list replaced by the members it followed
// when it left. It visits each member once.
func following(follows, list []*member) []*member {
	if len(follows) == 0 {
		return nil
	}
	in := make(map[*member]bool, len(list))
	for _, m := range list {
		in[m] = true
	}
	var next []*member
	seen := map[*member]bool{}
	var visit func(ms []*member)
	visit = func(ms []*member) {
		for _, m := range ms {
			if seen[m] {
				continue
			}
			seen[m] = true
			point(pointFollowed)
			if in[m] {
				next = append(next, m)
			} else {
				visit(*m.follows.load()) // leave edge: m's goroutine no longer replaces it
			}
		}
	}
	visit(follows)
	return next
}

// followed returns the members of list that m follows now. Any goroutine may call it.
func (m *member) followed(list []*member) []*member { return following(*m.follows.load(), list) }
