package disruptor

import (
	"sync"
	"time"
)

// blocked are the claims that have waited long for room: they park, sleep or have looked many times. Each
// reads the clock once, when it has lost so much time that this no longer matters.
type blocked struct {
	mu     sync.Mutex
	claims []blockedClaim
	free   []int // places in claims
	count  word  // of those in claims that are not free; on no edge
}

// A blockedClaim says since when a claim waits, and what it found in its way.
type blockedClaim struct {
	since   time.Time           // zero: the place is free
	slots   int                 // of the claim
	gate    int64               // where the slowest consumer stood, never if there was none
	slowest [mostFound]standing // who stood there: the first in the list
}

// mostFound is how many consumers at the gate a claim remembers.
const mostFound = 4

// A standing is what a consumer does where it stands.
type standing struct {
	member *member
	state  ConsumerState
}

// longClaim is after how many looks a claim that neither parks nor sleeps is blocked: some 30 µs.
const longClaim = 1000

// block registers a claim of n slots and returns its place. The caller unblocks it.
func (c *core) block(n int) (place int) {
	claim := blockedClaim{since: time.Now(), slots: n, gate: never}
	published := c.boundary() // that somebody has found
	found := 0
	for _, m := range *c.members.list.load() {
		p := m.position.load() // reuse edge
		if p < 0 {
			continue // lossy: nothing waits for it
		}
		if p < claim.gate {
			claim.gate, claim.slowest, found = p, [mostFound]standing{}, 0
		}
		if p == claim.gate && found < mostFound {
			claim.slowest[found] = standing{m, m.state()}
			found++
		}
		m.tallies.seen.raise(published - p)
	}
	b := &c.blocked
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count.add(1)
	if n := len(b.free); n > 0 {
		place, b.free = b.free[n-1], b.free[:n-1]
		b.claims[place] = claim
		return place
	}
	b.claims = append(b.claims, claim)
	return len(b.claims) - 1
}

func (b *blocked) unblock(place int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count.add(-1)
	b.claims[place] = blockedClaim{} // keeps no consumer
	if b.free = append(b.free, place); len(b.free) == len(b.claims) {
		b.claims, b.free = b.claims[:0], b.free[:0] // no survey walks over what a burst has left
	}
}

// survey returns how many claims are blocked, the first of them, and since when they have seen consumers in
// a state at gate, where the slowest stands now.
func (b *blocked) survey(gate int64) (count int, first blockedClaim, found map[standing]time.Time) {
	if b.count.load() == 0 {
		return 0, first, nil
	}
	found = map[standing]time.Time{}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.claims {
		if c.since.IsZero() {
			continue
		}
		if count++; count == 1 || c.since.Before(first.since) {
			first = c
		}
		if c.gate != gate {
			continue
		}
		for _, at := range c.slowest {
			if since, ok := found[at]; at.member != nil && (!ok || c.since.Before(since)) {
				found[at] = c.since
			}
		}
	}
	return count, first, found
}
