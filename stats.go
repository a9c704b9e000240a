package disruptor

import (
	"fmt"
	"strings"
)

// Stats is a snapshot of a ring. It is read word by word while the ring runs: each figure was true at
// some moment during the call, not all of them at the same one.
type Stats struct {
	Capacity  int
	Claimed   int64 // end of the last claim
	Published int64 // everything below is published or aborted
	Free      int   // slots that a claim would find, 0 to Capacity
	Waiting   int   // claims that wait in the queue for room
	Consumers []ConsumerStats

	Parks  int64 // how often a goroutine has parked since New
	Wakes  int64 // how often one was woken, or told by Ready: what it waited for had come, or its turn to claim
	Wasted int64 // how often one had to park again, because it found less than it needed, or only aborted slots
	Fences int64 // how often one that parked had every running thread of the process interrupted (BlockWait.Fence)

	// Events for which a Sender has found no room since New. Each is counted once.
	Dropped  int64 // those for which Send returned ErrDropped
	Inlined  int64 // those that Overflow.Inline was called with
	TimedOut int64 // those for which Send returned ErrNoRoom
}

// ConsumerStats is a consumer in [Stats]. A consumer with a Lag but nothing Available waits for one that
// it is after; one that has something Available and is Busy is slow itself.
type ConsumerStats struct {
	Name      string
	After     []string // the names of the consumers that it follows now; empty: it follows the producers
	Position  int64    // slots below are handed back
	Lag       int64    // published slots that are not
	Available int64    // of these, the ones that it could read now
	State     ConsumerState
	Lossy     bool  // made by LossyConsumer or HandleLossy: no claim waits for it
	Missed    int64 // Lossy: the sequences that it has missed since it joined

	// What became of events whose handler failed: see FailurePolicy.
	Retried      int64 // calls of the handler that repeated one that had failed
	Skipped      int64 // events
	DeadLettered int64 // events that DeadLetter has taken
}

// ConsumerState says what a consumer does.
type ConsumerState uint8

const (
	Busy     ConsumerState = iota // in its handler, or between two calls that a FailurePolicy repeats, or in code that uses it by hand
	Waiting                       // in Next, WaitFor, Batches or Run, for something to read; of a group: all of its workers are
	Unserved                      // made by Handle or HandleLossy, and no Run serves it; or a group without workers
)

// String returns "busy", "waiting" or "unserved".
func (s ConsumerState) String() string {
	switch s {
	case Busy:
		return "busy"
	case Waiting:
		return "waiting"
	case Unserved:
		return "unserved"
	}
	return fmt.Sprintf("ConsumerState(%d)", uint8(s))
}

// Stats returns a snapshot. Any goroutine may call it; it blocks nobody. It costs what Published costs,
// and a step for each pair of consumers of which one follows the other.
func (r *Ring[T]) Stats() Stats {
	c := r.core
	list := *c.members.list.load()
	s := Stats{
		Capacity:  r.Cap(),
		Consumers: make([]ConsumerStats, len(list)),
		Waiting:   int(c.queued.load()),
		Parks:     c.parking.parks.load(),
		Wakes:     c.parking.wakes.load(),
		Wasted:    c.parking.wasted.load(),
		Fences:    c.parking.alert.fences.load(),
	}
	if o := c.overflows.load(); o != nil {
		s.Dropped, s.Inlined, s.TimedOut = o.dropped.load(), o.inlined.load(), o.timedOut.load()
	}
	// Positions first, and then what is never behind them, so that no lag comes out negative.
	gate := min(leastHeld(list), c.publishedEnd()) // who is lossy makes room
	for i, m := range list {
		f := &m.failures
		s.Consumers[i] = ConsumerStats{Name: m.name, Position: m.place(), State: m.state(),
			Retried: f.retried.load(), Skipped: f.skipped.load(), DeadLettered: f.deadLettered.load()}
		if m.lossy != nil {
			s.Consumers[i].Lossy, s.Consumers[i].Missed = true, m.missed()
		}
	}
	ready := make([]int64, len(list))
	for i, m := range list {
		follows := m.followed(list)
		ready[i] = least(follows)
		for _, f := range follows {
			s.Consumers[i].After = append(s.Consumers[i].After, f.name)
		}
	}
	s.Published = c.publishedEnd()
	s.Claimed = max(c.claimed(), s.Published)
	for i := range s.Consumers {
		at := &s.Consumers[i]
		at.Lag = max(0, s.Published-at.Position)
		at.Available = max(0, min(ready[i], s.Published)-at.Position)
	}
	s.Free = int(max(0, gate+c.capacity-s.Claimed))
	return s
}

func (m *member) state() ConsumerState {
	switch {
	case m.waiting.load() != 0:
		return Waiting
	case m.service.load() == byNobody:
		return Unserved
	}
	return Busy
}

// String returns a line for the ring and one for each consumer, for people to read.
func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ring of %d slots: %d claimed, %d published, %d free, %d claims wait for room\n",
		s.Capacity, s.Claimed, s.Published, s.Free, s.Waiting)
	for _, c := range s.Consumers {
		fmt.Fprintf(&b, "  %q", c.Name)
		for i, name := range c.After {
			fmt.Fprintf(&b, "%s%q", map[bool]string{true: " after ", false: ", "}[i == 0], name)
		}
		fmt.Fprintf(&b, " is %v at %d: %d behind, %d available", c.State, c.Position, c.Lag, c.Available)
		if c.Lossy {
			fmt.Fprintf(&b, ", %d missed", c.Missed)
		}
		if c.Retried|c.Skipped|c.DeadLettered != 0 {
			fmt.Fprintf(&b, "; %d calls retried, %d events skipped, %d dead-lettered", c.Retried, c.Skipped, c.DeadLettered)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "  parked %d times, woken %d times, %d of them in vain; %d fences of the process",
		s.Parks, s.Wakes, s.Wasted, s.Fences)
	if s.Dropped+s.Inlined+s.TimedOut > 0 {
		fmt.Fprintf(&b, "\n  no room: %d events dropped, %d run inline, %d timed out", s.Dropped, s.Inlined, s.TimedOut)
	}
	return b.String()
}
