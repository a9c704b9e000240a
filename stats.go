package disruptor

import (
	"fmt"
	"strings"
	"time"
)

// Stats is a snapshot of a ring. It is read word by word while the ring runs: each figure was
// true at some moment during the call, but not all at the same moment.
type Stats struct {
	Name      string // Config.Name
	Capacity  int
	Claimed   int64 // end of the last claim
	Published int64 // everything below is published or aborted; if Claimed is greater, the oldest open claim begins here
	Free      int   // slots that a claim would find, 0 to Capacity

	// Blocked is how many claims wait for room, and BlockedFor how long the first of them has
	// waited. A claim counts once it parks or sleeps, or has looked for room a thousand times,
	// which takes some 30 µs unless it yields.
	Blocked    int
	BlockedFor time.Duration
	// OpenFor is how long, at least, the oldest open claim has been the oldest; 0 if no claim is
	// open. A claim does not read the clock: the time is known from earlier calls of Stats and
	// Explain, from the watchdog of RunWith, and from claims that were blocked meanwhile.
	OpenFor time.Duration

	Consumers []ConsumerStats

	Parks  int64 // how often a goroutine has parked since New
	Wakes  int64 // how often one was woken, or told by Ready: what it waited for had come, or its turn to claim
	Wasted int64 // how often a woken goroutine parked again: it found less than it needed, or only aborted slots
	Fences int64 // how often parking interrupted every running thread of the process: see BlockWait.Fence

	// Events for which a Sender has found no room since New, each counted once.
	Dropped  int64 // Send returned ErrDropped
	Inlined  int64 // Overflow.Inline was called
	TimedOut int64 // Send returned ErrNoRoom
}

// ConsumerStats describes a consumer in [Stats]. A consumer with a Lag but nothing Available
// waits for a consumer that it follows. A Busy one with something Available is slow itself.
type ConsumerStats struct {
	Name      string
	After     []string // the names of the consumers that it follows now; empty: it follows the producers
	Position  int64    // the first sequence that it has not handed back
	Lag       int64    // how many published slots it has not handed back
	Available int64    // how many of these it could read now
	MaxLag    int64    // the greatest Lag seen since it joined, by Stats, by blocked claims, and by itself at each Done
	State     ConsumerState
	// For is how long, at least, it has been in this State at this Position. The time is known
	// from earlier looks, as Stats.OpenFor is, and from the first claim that it blocked.
	For     time.Duration
	Batches BatchSizes
	Workers int   // how many workers a group has
	Lossy   bool  // made by LossyConsumer or HandleLossy: a claim waits for it only while it copies
	Missed  int64 // how many sequences it has missed since it joined, if it is Lossy

	// What happened to events whose handler failed: see FailurePolicy.
	Retried      int64 // how often the handler was called again after a failure
	Skipped      int64 // events that were skipped
	DeadLettered int64 // events that DeadLetter took
}

// Stats returns a snapshot. Any goroutine may call it; it blocks nobody. It takes as long as
// [Ring.Published], and a step for each pair of consumers of which one follows the other. It
// allocates for each consumer.
func (r *Ring[T]) Stats() Stats { return r.core.snapshot().Stats }

// String returns a text for people to read: a line for the ring, a line for each consumer, and
// one or two lines of totals.
func (s Stats) String() string {
	var b strings.Builder
	b.WriteString("ring ")
	if s.Name != "" {
		fmt.Fprintf(&b, "%q ", s.Name)
	}
	fmt.Fprintf(&b, "of %d slots: %d claimed, %d published, %d free", s.Capacity, s.Claimed, s.Published, s.Free)
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
