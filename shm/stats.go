package shm

import (
	"fmt"
	"strings"
	"time"
)

// Stats is a snapshot of a ring, as all processes see it. It is read word by word while the ring
// runs. Each figure was true at some moment during the call, but not all at the same moment. A
// process that is killed between an act and its count leaves Lost, Aborted, Evicted or Recoveries
// off by one.
type Stats struct {
	Capacity  int
	Claimed   int64 // end of the last claim
	Published int64 // everything below is published, aborted or lost
	Free      int   // slots that a claim would find, 0 to Capacity
	Closed    bool
	Failed    error // ErrFailed, ErrCorrupt or nil

	Lost       int64 // sequences that dead producers had claimed and not published
	Aborted    int64 // sequences
	Evicted    int64 // consumers
	Recoveries int64 // recoveries that found something to do

	Processes []ProcessStats
	Producers []ProducerStats
	Consumers []ConsumerStats
}

// ProcessStats is an attached process in [Stats].
type ProcessStats struct {
	PID      int       // in the PID namespace of the process itself
	Name     string    // Options.Name
	Since    time.Time // when it attached
	Lives    bool      // false: it is dead and not recovered yet
	Unfenced bool      // it leaves out fences: see Options.AsymmetricFence
}

// ProducerStats is a producer in [Stats].
type ProducerStats struct {
	Name    string
	Process ProcessStats
	// [From, To) holds the sequences that it has claimed and not published, or is about to claim.
	// It is empty if there are none.
	From, To int64
}

// ConsumerStats is a consumer in [Stats].
type ConsumerStats struct {
	Name     string
	Process  ProcessStats // zero while it is held
	State    string       // "live", "held", or, for a moment, "joining", "leaving" or "evicted"
	After    []string     // the names of the consumers that it follows; empty: it follows the producers
	OnDeath  OnDeath
	Position int64 // all sequences below are handed back
	Lag      int64 // published sequences that are not handed back
}

// Stats returns a snapshot. Any goroutine may call it; it blocks nobody. It tests the locks of
// all attached processes, at about a microsecond each, and reads up to Cap marks.
func (r *Ring[T]) Stats() (s Stats) {
	r.core.visit(func() { s = r.core.stats() })
	return s
}

func (c *core) stats() Stats {
	s := Stats{Capacity: int(c.Capacity)}
	members := c.control.members.Load()
	gate := int64(maxSequence)
	if members != 0 {
		_, gate = c.slowest(members)
	}
	processes := make([]ProcessStats, c.geometry.Processes)
	unfenced := c.control.unfenced.Load()
	for i := range processes {
		a := c.attachment(i)
		if a.state.Load() == 0 {
			continue
		}
		processes[i] = ProcessStats{
			PID: int(a.pid.Load()), Name: a.name.load(), Since: time.Unix(0, a.attached.Load()),
			Lives: c.lives(i), Unfenced: unfenced>>i&1 != 0,
		}
		s.Processes = append(s.Processes, processes[i])
	}
	of := func(st state) ProcessStats {
		if i := st.owner(); i >= 0 && i < len(processes) {
			return processes[i]
		}
		return ProcessStats{}
	}
	s.Consumers = c.consumerStats(of)
	for i := range c.geometry.Producers {
		r := c.record(i)
		if st := state(r.state.Load()); st.phase() != free {
			p := ProducerStats{Name: r.name.load(), Process: of(st), From: r.from.Load(), To: r.to.Load()}
			p.To = max(p.From, p.To)
			s.Producers = append(s.Producers, p)
		}
	}
	s.Lost, s.Aborted = c.control.lost.Load(), c.control.aborted.Load()
	s.Evicted, s.Recoveries = c.control.evicted.Load(), c.control.recoveries.Load()
	// What is never behind the positions comes after them.
	s.Claimed, s.Closed = c.claimed()
	s.Published = c.walk(s.Claimed-c.Capacity, s.Claimed)
	for i := range s.Consumers {
		s.Consumers[i].Lag = max(0, s.Published-s.Consumers[i].Position)
	}
	s.Free = int(min(max(0, min(gate, s.Published)+c.Capacity-s.Claimed), c.Capacity))
	switch failure(c.control.failure.Load()) {
	case unfailed:
	case consumerDied:
		s.Failed = ErrFailed
	default:
		s.Failed = ErrCorrupt
	}
	return s
}

func (c *core) consumerStats(of func(state) ProcessStats) (all []ConsumerStats) {
	names := make([]string, c.geometry.Consumers)
	for i := range names {
		names[i] = c.place(i).name.load()
	}
	for i := range names {
		p := c.place(i)
		st := state(p.state.Load())
		if st.phase() == free {
			continue
		}
		s := ConsumerStats{
			Name: names[i], Process: of(st), State: st.phase().String(),
			OnDeath: OnDeath(p.policy.Load()), Position: max(0, p.position.Load()),
		}
		for k := range p.after {
			if at := int(p.after[k].Load()&0xff) - 1; at >= 0 && at < len(names) {
				s.After = append(s.After, names[at])
			}
		}
		all = append(all, s)
	}
	return all
}

// String returns a text for people: a line for the ring, and one for each process, producer and
// consumer.
func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ring of %d slots: %d claimed, %d published, %d free", s.Capacity, s.Claimed, s.Published, s.Free)
	if s.Closed {
		b.WriteString(", closed")
	}
	if s.Failed != nil {
		fmt.Fprintf(&b, ", %v", s.Failed)
	}
	fmt.Fprintf(&b, "\n  %d sequences lost, %d aborted; %d consumers evicted; %d recoveries\n", s.Lost, s.Aborted, s.Evicted, s.Recoveries)
	for _, p := range s.Processes {
		fmt.Fprintf(&b, "  %s\n", p)
	}
	for _, p := range s.Producers {
		fmt.Fprintf(&b, "  producer%s of %s", quoted(p.Name), p.Process)
		if p.From < p.To {
			fmt.Fprintf(&b, " has claimed [%d, %d), or is about to", p.From, p.To)
		}
		b.WriteByte('\n')
	}
	for _, c := range s.Consumers {
		fmt.Fprintf(&b, "  consumer%s", quoted(c.Name))
		for i, name := range c.After {
			fmt.Fprintf(&b, "%s%q", map[bool]string{true: " after ", false: ", "}[i == 0], name)
		}
		if c.Process.PID != 0 {
			fmt.Fprintf(&b, " of %s", c.Process)
		}
		fmt.Fprintf(&b, " is %s at %d, %d behind\n", c.State, c.Position, c.Lag)
	}
	return b.String()
}

// String returns `process 71 "feed"`, and adds "(dead)" if the process is dead.
func (p ProcessStats) String() string {
	s := fmt.Sprintf("process %d%s", p.PID, quoted(p.Name))
	if !p.Lives {
		s += " (dead)"
	}
	return s
}
