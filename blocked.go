package disruptor

import (
	"sync"
	"time"
)

// blocked holds the claims that have waited long for room: they park, sleep or have looked many
// times. Each reads the clock once, after a wait so long that the cost no longer matters.
type blocked struct {
	mu     sync.Mutex
	claims []blockedClaim
	free   []int // places in claims
	count  word  // of the places in claims that are taken; on no edge
}

// A blockedClaim records since when a claim has waited, and which consumers it found in its way.
type blockedClaim struct {
	since   time.Time           // zero: the place is free
	slots   int                 // of the claim
	gate    int64               // where the slowest consumer stood, never if there was none
	slowest [mostFound]standing // the consumers that stood there, the first ones in the list
}

// mostFound is how many consumers at the gate a claim remembers.
const mostFound = 4

// A standing is a consumer and its state.
type standing struct {
	member *member
	state  ConsumerState
}

// longClaim is how many looks make a claim that neither parks nor sleeps count as blocked: about
// 30 µs.
const longClaim = 1000

// block registers a claim of n slots and returns its place. The caller unblocks it.
func (c *core) block(n int) (place int) {
	claim := blockedClaim{since: time.Now(), slots: n, gate: never}
	published := c.boundary() // as far as somebody has found it
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
		b.claims, b.free = b.claims[:0], b.free[:0] // so that no survey walks over the places of a past burst
	}
}

// survey returns how many claims are blocked, and the one that has waited longest. For gate,
// where the slowest consumer stands now, found says which consumers the claims have seen there,
// in which state, and since when.
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
