package disruptor

import "time"

// A snapshot is Stats, and what else Explain needs.
type snapshot struct {
	Stats
	members []*member              // of Stats.Consumers
	follows [][]int                // the consumers that each of them follows, as places in members
	first   blockedClaim           // the one that has been blocked longest
	gate    int64                  // position of the slowest consumer that claims wait for
	found   map[standing]time.Time // since when claims have seen consumers at the gate
	err     error                  // of the ring
	failure error
	end     int64 // of a closed ring, or never
	running bool
}

// snapshot looks at everything, once.
func (c *core) snapshot() *snapshot {
	now := c.members.list.load() // leave edge
	list := *now
	s := &snapshot{members: list, follows: make([][]int, len(list))}
	s.Stats = Stats{
		Name:      c.name,
		Capacity:  int(c.capacity),
		Consumers: make([]ConsumerStats, len(list)),
		Parks:     c.parking.parks.load(),
		Wakes:     c.parking.wakes.load(),
		Wasted:    c.parking.wasted.load(),
		Fences:    c.parking.alert.fences.load(),
	}
	if o := c.overflows.load(); o != nil {
		s.Dropped, s.Inlined, s.TimedOut = o.dropped.load(), o.inlined.load(), o.timedOut.load()
	}
	s.err, s.failure, s.end = c.err(), c.cause(), c.end.load() // close edge
	// Blocked claims come first, then positions, and then what is never behind them. So no lag is
	// negative, and no claim seems to be blocked by a consumer that had moved before.
	s.gate = leastHeld(list) // a lossy consumer makes room
	s.Blocked, s.first, s.found = c.blocked.survey(s.gate)
	gate := min(leastHeld(list), c.publishedEnd())
	for i, m := range list {
		s.Consumers[i] = m.stats()
	}
	ready := make([]int64, len(list))
	for i, m := range list {
		follows := m.followed(list)
		ready[i] = least(follows)
		for _, f := range follows {
			s.Consumers[i].After = append(s.Consumers[i].After, f.name)
			s.follows[i] = append(s.follows[i], s.place(f))
		}
	}
	s.Published = c.publishedEnd()
	s.Claimed = max(c.claimed(), s.Published)
	for i, m := range list {
		at := &s.Consumers[i]
		at.Lag = max(0, s.Published-at.Position)
		at.Available = max(0, min(ready[i], s.Published)-at.Position)
		// Position was read before Published, so Lag may be more than there ever was. So may this, once m
		// has left, and while m joins: then it holds the position of another consumer.
		joined := m.joined.load() != 0
		if lag := s.Published - m.place(); joined && c.members.list.load() == now { // leave edge
			m.tallies.seen.raise(lag)
			at.MaxLag = max(at.MaxLag, lag)
		}
	}
	s.Free = int(max(0, gate+c.capacity-s.Claimed))
	s.date(c)
	return s
}

// place returns where m is in members, or -1.
func (s *snapshot) place(m *member) int {
	for i, o := range s.members {
		if o == m {
			return i
		}
	}
	return -1
}

func (m *member) stats() ConsumerStats {
	f := &m.failures
	s := ConsumerStats{
		Name: m.name, Position: m.place(), State: m.state(), Workers: int(m.workers.load()),
		Retried: f.retried.load(), Skipped: f.skipped.load(), DeadLettered: f.deadLettered.load(),
	}
	s.Batches, s.MaxLag = m.tallies.sum()
	if m.lossy != nil {
		s.Lossy, s.Missed = true, m.missed()
	}
	return s
}

// date fills in the durations, from what earlier snapshots saw and claims saw when they were
// blocked.
func (s *snapshot) date(c *core) {
	seen := &c.sightings
	seen.mu.Lock()
	defer seen.mu.Unlock()
	now := time.Now() // behind the lock: not earlier than what another look has stored
	before := seen.members
	seen.members = make(map[*memberWords]sighting, len(s.members))
	for i, m := range s.members {
		at := &s.Consumers[i]
		look := before[m.memberWords].again(sighting{at.Position, at.State, now})
		if found, ok := s.found[standing{m, at.State}]; ok && at.Position == s.gate && found.Before(look.since) {
			look.since = found
		}
		seen.members[m.memberWords] = look
		at.For = now.Sub(look.since)
	}
	if s.Blocked > 0 {
		s.BlockedFor = now.Sub(s.first.since)
	}
	if s.Claimed == s.Published {
		seen.open = sighting{}
		return
	}
	look := seen.open.again(sighting{position: s.Published, since: now})
	if s.Blocked > 0 && s.first.gate == s.Published && s.first.since.Before(look.since) {
		look.since = s.first.since // the ring was full then, and the gate where the open claim is now
	}
	seen.open = look
	s.OpenFor = now.Sub(look.since)
}
