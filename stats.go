package disruptor

// Stats is a snapshot of a ring. It is read word by word while the ring runs: each figure was true at some moment
// during the call, not all of them at the same one.
type Stats struct {
	Capacity  int
	Claimed   int64 // end of the last claim
	Published int64 // everything below is published or aborted
	Free      int   // slots that a claim would find, 0 to Capacity
	Waiting   int   // claims that wait in the queue for room
	Consumers []ConsumerStats

	Parks  int64 // how often a goroutine has parked since New
	Wakes  int64 // how often one was woken: what it waited for had come, or its turn to claim
	Wasted int64 // how often one had to park again, because it found less than it needed, or only aborted slots
	Fences int64 // how often one that parked had every running thread of the process interrupted (BlockWait.Fence)
}

// ConsumerStats is a consumer in Stats.
type ConsumerStats struct {
	Name     string
	Position int64 // slots below are handed back
	Lag      int64 // published slots that are not
}

// Stats returns a snapshot. Any goroutine may call it; it blocks nobody and adds nothing to what others do.
func (r *Ring[T]) Stats() Stats {
	c := r.core
	members := *c.gates.list.load()
	s := Stats{
		Capacity:  r.Cap(),
		Consumers: make([]ConsumerStats, len(members)),
		Waiting:   int(c.queued.load()),
		Parks:     c.parking.parks.load(),
		Wakes:     c.parking.wakes.load(),
		Wasted:    c.parking.wasted.load(),
		Fences:    c.parking.fences.load(),
	}
	// Positions first, and then what is never behind them, so that no lag comes out negative.
	gate := c.gate()
	for i, m := range members {
		s.Consumers[i] = ConsumerStats{Name: m.name, Position: m.position.load()}
	}
	s.Published = c.publishedEnd()
	s.Claimed = max(c.claimed(), s.Published)
	for i := range s.Consumers {
		s.Consumers[i].Lag = max(0, s.Published-s.Consumers[i].Position)
	}
	s.Free = int(max(0, gate+c.capacity-s.Claimed))
	return s
}
