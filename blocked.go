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
	since time.Time // zero: the place is free
	slots int       // of the claim
	gate  int64     // where the slowest consumer stood, never if there was none
	state ConsumerState
}

// longClaim is after how many looks a claim that neither parks nor sleeps is blocked: some 30 µs.
const longClaim = 1000

// block registers a claim of n slots and returns its place. The caller unblocks it.
func (c *core) block(n int) (place int) {
	claim := blockedClaim{since: time.Now(), slots: n, gate: never}
	published := c.boundary() // that somebody has found
	for _, m := range *c.members.list.load() {
		p := m.position.load() // reuse edge
		if p < 0 {
			continue // lossy: nothing waits for it
		}
		if p < claim.gate {
			claim.gate, claim.state = p, m.state()
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
	b.claims[place].since = time.Time{}
	b.free = append(b.free, place)
}

// survey returns how many claims are blocked, and the first of them. For each state it returns when one of
// them first found the slowest consumer in that state at gate, where it stands now.
func (b *blocked) survey(gate int64) (count int, first blockedClaim, found foundAtGate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.claims {
		if c.since.IsZero() {
			continue
		}
		if count++; count == 1 || c.since.Before(first.since) {
			first = c
		}
		if at := &found[c.state]; c.gate == gate && (at.IsZero() || c.since.Before(*at)) {
			*at = c.since
		}
	}
	return count, first, found
}

// foundAtGate has a time for each state; zero if no claim has found it.
type foundAtGate [Retrying + 1]time.Time
