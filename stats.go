package disruptor

import (
	"fmt"
	"strings"
	"time"
)

// Stats is a snapshot of a ring. It is read word by word while the ring runs: each figure was true at
// some moment during the call, not all of them at the same one.
type Stats struct {
	Name      string // Config.Name
	Capacity  int
	Claimed   int64 // end of the last claim
	Published int64 // everything below is published or aborted; the oldest open claim begins here, if Claimed is greater
	Free      int   // slots that a claim would find, 0 to Capacity

	// Claims that wait for room, and how long the first of them has waited. Those count that park, sleep, or
	// have looked for room many times; others have waited for less than some 30 µs.
	Blocked    int
	BlockedFor time.Duration
	// OpenFor is how long at least the oldest open claim has been known to be the oldest; 0 if there is none.
	// Nobody reads the clock at a claim: this is known from earlier calls of Stats or Explain, from the
	// watchdog of Run, and from the claims that have been blocked meanwhile.
	OpenFor time.Duration

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
	MaxLag    int64    // the greatest Lag that was seen: by Stats, by a blocked claim, or by itself when it handed slots back
	State     ConsumerState
	// For is how long at least it has been in this State at this Position. As with Stats.OpenFor, this is
	// known from earlier looks, and from the first claim that is blocked.
	For     time.Duration
	Batches BatchSizes
	Workers int   // of a group
	Lossy   bool  // made by LossyConsumer or HandleLossy: no claim waits for it
	Missed  int64 // Lossy: the sequences that it has missed since it joined

	// What became of events whose handler failed: see FailurePolicy.
	Retried      int64 // calls of the handler that repeated one that had failed
	Skipped      int64 // events
	DeadLettered int64 // events that DeadLetter has taken
}

// Stats returns a snapshot. Any goroutine may call it; it blocks nobody. It costs what Published costs,
// a step for each pair of consumers of which one follows the other, and some allocations for each consumer.
func (r *Ring[T]) Stats() Stats { return r.core.snapshot().Stats }

// String returns a line for the ring and one or two for each consumer, for people to read.
func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ring of %d slots: %d claimed, %d published, %d free",
		s.Capacity, s.Claimed, s.Published, s.Free)
	if s.Blocked > 0 {
		fmt.Fprintf(&b, "; %s for %s", count(s.Blocked, "claim waits", "claims wait"), spell(s.BlockedFor))
	}
	b.WriteByte('\n')
	for _, c := range s.Consumers {
		fmt.Fprintf(&b, "  %q", c.Name)
		for i, name := range c.After {
			fmt.Fprintf(&b, "%s%q", map[bool]string{true: " after ", false: ", "}[i == 0], name)
		}
		fmt.Fprintf(&b, " is %v at %d: %d behind, %d available", c.State, c.Position, c.Lag, c.Available)
		if c.Lossy {
			fmt.Fprintf(&b, ", %d missed", c.Missed)
		}
		if n := c.Batches.Count(); n > 0 {
			fmt.Fprintf(&b, "; %s, median %d, at most %d behind",
				count(n, "batch", "batches"), c.Batches.Quantile(0.5), c.MaxLag)
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
