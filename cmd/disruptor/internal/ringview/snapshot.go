package ringview

import (
	"fmt"
	"time"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// A Snapshot is what the words of a ring say. They are read one part after the other while the ring runs: each figure
// was true at some moment, not all of them at the same one.
type Snapshot struct {
	Claimed    int64  `json:"claimed"`   // end of the last claim
	Published  int64  `json:"published"` // everything below is published, aborted or lost
	Free       int64  `json:"free"`      // slots that a claim would find
	Closed     bool   `json:"closed"`
	Failed     string `json:"failed,omitempty"` // why the ring has failed
	Lost       int64  `json:"lost"`             // sequences
	Aborted    int64  `json:"aborted"`          // sequences
	Evicted    int64  `json:"evicted"`          // consumers
	Recoveries int64  `json:"recoveries"`
	LastGap    int64  `json:"last_gap"` // no sequence at or after this is a gap
	Recovering bool   `json:"recovering"`

	Processes []Process  `json:"processes"`
	Producers []Producer `json:"producers"`
	Consumers []Consumer `json:"consumers"`

	members uint64
	open    openSequence
}

// A Process is an attachment that is in use.
type Process struct {
	Index int       `json:"index"`
	PID   int64     `json:"pid"` // as it calls itself: in its own PID namespace
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
	Lock  string    `json:"lock"` // "alive", "dead", "foreign lock" or "unknown"
	// Proc is the letter of the process's state in /proc, if it is seen there and has the file mapped:
	// R, S, D, T (stopped), t (traced), Z (zombie).
	Proc string `json:"proc,omitempty"`
}

// An Owner is the process that a producer or a consumer belongs to.
type Owner struct {
	Process int    `json:"process"` // index of the attachment, or -1
	PID     int64  `json:"pid,omitempty"`
	Lock    string `json:"lock,omitempty"` // as in Process
}

// A Producer is a record that is in use.
type Producer struct {
	Index int    `json:"index"`
	Name  string `json:"name"`
	State string `json:"state"`
	Epoch uint64 `json:"epoch"`
	Owner
	// [From, To) holds what it has claimed and not published, or is about to claim.
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// A Consumer is a place that is in use.
type Consumer struct {
	Index int    `json:"index"`
	Name  string `json:"name"`
	State string `json:"state"`
	Epoch uint64 `json:"epoch"`
	Owner
	Position  int64  `json:"position"` // slots below are handed back
	Lag       int64  `json:"lag"`      // published sequences that are not
	OnDeath   string `json:"on_death"`
	Grace     int64  `json:"grace_ns,omitempty"`
	Evictable int64  `json:"evictable,omitempty"` // how far behind it may be evicted while it lives; 0: never
	After     []int  `json:"after,omitempty"`     // the indices of the attached consumers that it follows

	phase ringfile.Phase
}

// Snapshot reads what the words say. With an error it returns what it could read.
func (f *File) Snapshot() (s Snapshot, err error) {
	r, err := f.regions()
	c := r.control
	s.Claimed, s.Closed = ringfile.Cursor(c.int64(ringfile.ControlCursor))
	s.Failed = failure(c.uint64(ringfile.ControlFailure))
	s.Lost, s.Aborted = c.int64(ringfile.ControlLost), c.int64(ringfile.ControlAborted)
	s.Evicted, s.Recoveries = c.int64(ringfile.ControlEvicted), c.int64(ringfile.ControlRecover)
	s.LastGap, s.Recovering = c.int64(ringfile.ControlLastGap), r.recovering
	s.members = c.uint64(ringfile.ControlMembers)
	s.Processes = f.processes(r)
	s.Producers = f.producers(r)
	s.Consumers = f.consumers(r)
	// Nobody is beyond what is published, so the marks below the farthest consumer need no look.
	from := int64(0)
	for _, p := range s.Consumers {
		if p.phase == ringfile.Live && p.Position <= s.Claimed {
			from = max(from, p.Position)
		}
	}
	published, marksErr := f.open(from, s.Claimed)
	s.Published = published
	if err == nil {
		err = marksErr
	}
	if published < s.Claimed {
		s.open = f.openSequence(published)
	}
	for i := range s.Consumers {
		s.Consumers[i].Lag = max(0, s.Published-s.Consumers[i].Position)
	}
	s.Free = min(max(0, s.gate()+f.Geometry.Capacity-s.Claimed), f.Geometry.Capacity)
	return s, err
}

// gate returns how far claims have to leave slots alone: the least position of the consumers that claims wait for.
func (s *Snapshot) gate() int64 {
	_, gate := s.slowest()
	return gate
}

// slowest returns the consumer that claims wait for, or nil, and the gate.
func (s *Snapshot) slowest() (slow *Consumer, gate int64) {
	gate = s.Published
	for i := range s.Consumers {
		c := &s.Consumers[i]
		if s.members>>c.Index&1 == 1 && (slow == nil || c.Position < slow.Position) {
			slow = c
		}
	}
	if slow != nil {
		gate = min(gate, slow.Position)
	}
	return slow, gate
}

func failure(word uint64) string {
	switch word {
	case ringfile.Unfailed:
		return ""
	case ringfile.ConsumerDied:
		return "a consumer died that the ring can't do without"
	case ringfile.Corrupted:
		return "corrupt"
	}
	return fmt.Sprintf("failure %d", word)
}

func (f *File) processes(r regions) []Process {
	all := []Process{}
	for i := range f.Geometry.Processes {
		a := r.attachments.entry(i, ringfile.AttachmentSize)
		if a.uint64(ringfile.AttachmentState) == 0 {
			continue
		}
		p := Process{
			Index: i, PID: a.int64(ringfile.AttachmentPID), Name: a.name(ringfile.AttachmentName),
			Since: time.Unix(0, a.int64(ringfile.AttachmentSince)).UTC(), Lock: r.locks[i],
		}
		if p.Lock != Dead {
			p.Proc = f.procState(p.PID)
		}
		all = append(all, p)
	}
	return all
}

func (f *File) producers(r regions) []Producer {
	all := []Producer{}
	for i := range f.Geometry.Producers {
		w := r.records.entry(i, ringfile.RecordSize)
		st := w.state(ringfile.RecordState)
		if st.Phase() == ringfile.Free {
			continue
		}
		p := Producer{
			Index: i, Name: w.name(ringfile.RecordName), State: st.Phase().String(), Epoch: st.Epoch(), Owner: r.owner(st),
			From: w.int64(ringfile.RecordFrom), To: w.int64(ringfile.RecordTo),
		}
		if p.From >= p.To {
			p.From, p.To = 0, 0
		}
		all = append(all, p)
	}
	return all
}

var policies = []string{"evict", "hold", "fail"}

func (f *File) consumers(r regions) []Consumer {
	all := []Consumer{}
	for i := range f.Geometry.Consumers {
		w := r.places.entry(i, ringfile.PlaceSize)
		st := w.state(ringfile.PlaceState)
		if st.Phase() == ringfile.Free {
			continue
		}
		c := Consumer{
			Index: i, Name: w.name(ringfile.PlaceName), State: st.Phase().String(), Epoch: st.Epoch(), Owner: r.owner(st),
			Position: w.int64(ringfile.PlacePosition), Grace: w.int64(ringfile.PlaceGrace), Evictable: w.int64(ringfile.PlaceMaxLag),
			OnDeath: "unknown", phase: st.Phase(),
		}
		if p := w.uint64(ringfile.PlacePolicy); p < uint64(len(policies)) {
			c.OnDeath = policies[p]
		}
		for k := range int64(ringfile.MaxAfter) {
			at, epoch := ringfile.Upstream(w.uint64(ringfile.PlaceAfter + k*8))
			if at >= 0 && r.places.entry(at, ringfile.PlaceSize).state(ringfile.PlaceState).Epoch() == epoch {
				c.After = append(c.After, at)
			}
		}
		all = append(all, c)
	}
	return all
}
