package ringview

import (
	"fmt"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// Blocked names a producer or consumer that waits, or would, and what it waits for.
type Blocked struct {
	Who      string `json:"who"`
	Waits    string `json:"waits"` // "room" or "events"
	Sequence int64  `json:"sequence"`
	By       string `json:"by"`   // "": nobody
	What     string `json:"what"` // it does there
}

// Blocked returns the producers and consumers that wait in a snapshot, and what each waits for.
func (s *Snapshot) Blocked(capacity int64) []Blocked {
	all := []Blocked{}
	slow, gate := s.slowest()
	if s.Claimed-gate >= capacity && !s.Closed {
		b := Blocked{Who: "producers", Waits: "room", Sequence: s.Claimed}
		if slow != nil && slow.Position <= s.Published {
			b.By, b.What = slow.describe(), fmt.Sprintf("is %d behind", s.Claimed-slow.Position)
		} else {
			b.By, b.What = s.open.describe()
		}
		all = append(all, b)
	}
	for i := range s.Consumers {
		c := &s.Consumers[i]
		if c.phase != ringfile.Live {
			continue
		}
		b := Blocked{Who: c.describe(), Waits: "events", Sequence: c.Position}
		if up := s.slowestUpstream(c); up != nil {
			if up.Position > c.Position {
				continue
			}
			b.By, b.What = up.describe(), "is not done with it"
		} else if c.Position == s.Published && s.open.open {
			b.By, b.What = s.open.describe()
		} else {
			continue
		}
		all = append(all, b)
	}
	return all
}

// slowestUpstream returns the slowest consumer that c follows, or nil if there is none or it has
// caught up.
func (s *Snapshot) slowestUpstream(c *Consumer) (slow *Consumer) {
	for _, at := range c.After {
		for i := range s.Consumers {
			u := &s.Consumers[i]
			there := u.phase == ringfile.Live || u.phase == ringfile.Held
			if there && u.Index == at && u.Index != c.Index && (slow == nil || u.Position < slow.Position) {
				slow = u
			}
		}
	}
	if slow != nil && slow.Position >= s.Claimed {
		return nil // there is nothing to wait for
	}
	return slow
}

// An openSequence is a sequence that is claimed and not published.
type openSequence struct {
	seq   int64
	open  bool      // it still is
	owner *Producer // nil: no attached producer
}

// openSequence finds the owner of seq, which was open.
func (f *File) openSequence(seq int64) openSequence {
	o := openSequence{seq: seq}
	r, err := f.regions() // read later than seq was: an owner has its record until it has marked all of it
	if err != nil || f.Resolved(seq) {
		return o
	}
	o.open = true
	for _, p := range f.producers(r) {
		if p.From <= seq && seq < p.To && (o.owner == nil || o.owner.Lock == Dead) {
			o.owner = &p
		}
	}
	return o
}

// describe names the producer that has claimed the sequence.
func (o openSequence) describe() (by, what string) {
	switch {
	case !o.open:
		return "", ""
	case o.owner == nil:
		return "", fmt.Sprintf("%d is claimed by no attached producer: recovery is due", o.seq)
	}
	return o.owner.describe(), fmt.Sprintf("has claimed %d and not published it", o.seq)
}

func (p *Producer) describe() string {
	return fmt.Sprintf("producer %d%s%s", p.Index, quoted(p.Name), p.Owner.describe())
}

func (c *Consumer) describe() string {
	if c.phase == ringfile.Held {
		return fmt.Sprintf("consumer %d%s, which died and is waited for,", c.Index, quoted(c.Name))
	}
	return fmt.Sprintf("consumer %d%s%s", c.Index, quoted(c.Name), c.Owner.describe())
}

func (o Owner) describe() string {
	if o.Process < 0 {
		return ""
	}
	s := fmt.Sprintf(" of process %d", o.PID)
	if o.Lock == Dead {
		s += ", which is dead and not recovered yet,"
	}
	return s
}

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" %q", name)
}
