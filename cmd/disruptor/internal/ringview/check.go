package ringview

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/be395dad/disruptor/internal/layout"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// A Finding is something that is wrong with a ring, or worth a note.
type Finding struct {
	Where string `json:"where"`
	What  string `json:"what"`
}

// A Checkup is what Check has found.
type Checkup struct {
	Problems []Finding `json:"problems"` // what no correct process leaves
	Notes    []Finding `json:"notes"`    // what is normal, as a dead process that is not recovered yet
}

func (c *Checkup) problem(where, format string, args ...any) {
	c.Problems = append(c.Problems, Finding{where, fmt.Sprintf(format, args...)})
}

func (c *Checkup) note(where, format string, args ...any) {
	c.Notes = append(c.Notes, Finding{where, fmt.Sprintf(format, args...)})
}

// Check looks for whatever no correct process stores. The ring may be in use meanwhile: words are compared with what
// was read before and after them, in the order in which processes store them.
func (f *File) Check() Checkup {
	c := Checkup{Problems: []Finding{}, Notes: []Finding{}}
	f.checkHeader(&c)
	if f.Usable {
		first := f.checkWords()
		if len(first.Problems) > 0 { // a second look spares the innocent
			again := f.checkWords()
			first.Problems = slices.DeleteFunc(first.Problems, func(p Finding) bool {
				return !slices.ContainsFunc(again.Problems, func(q Finding) bool { return q.Where == p.Where })
			})
		}
		c.Problems = append(c.Problems, first.Problems...)
		c.Notes = append(c.Notes, first.Notes...)
	}
	return c
}

func (f *File) checkHeader(c *Checkup) {
	if f.Err != nil {
		c.problem("header", "%v", f.Err)
	}
	if !f.Usable {
		return
	}
	h := &f.Header
	if err := h.Joinable(); err != nil {
		c.note("header", "%v", err)
	}
	if err := h.SameBoot(); err != nil {
		c.problem("header", "%v", err)
	}
	if h.Hash != sha256.Sum256([]byte(f.Text)) {
		c.problem("header", "hash of the layout")
	}
	size, _, err := layout.Parse(f.Text)
	if err != nil {
		c.problem("layout", "%v", err)
	} else if size != f.Geometry.EventSize {
		c.problem("layout", "events of %d bytes, and the header says %d", size, f.Geometry.EventSize)
	}
	if f.LockErr != nil {
		c.note("locks", "it is not known which processes are alive: %v", f.LockErr)
	}
}

// A checker compares what was read at three times.
type checker struct {
	*Checkup
	f               *File
	one, two, three regions
}

func (f *File) checkWords() (c Checkup) {
	k := checker{Checkup: &c, f: f}
	for _, r := range []*regions{&k.one, &k.two, &k.three} {
		var err error
		if *r, err = f.regions(); err != nil {
			c.problem("file", "%v", err)
			return c
		}
	}
	k.control()
	for i := range f.Geometry.Processes {
		k.attachment(i)
	}
	for i := range f.Geometry.Producers {
		k.record(i)
	}
	for i := range f.Geometry.Consumers {
		k.place(i)
		k.after(i)
	}
	k.names()
	k.marks()
	return c
}

func (k *checker) control() {
	c, g := k.two.control, &k.f.Geometry
	if end := k.two.end(); end > ringfile.MaxSequence || end < k.one.end() {
		k.problem("cursor", "%d, after %d", end, k.one.end())
	}
	if m := c.uint64(ringfile.ControlMembers); m>>g.Consumers != 0 {
		k.problem("members", "%#x has bits of places that don't exist", m)
	}
	if n := c.uint64(ringfile.ControlFailure); n > ringfile.Corrupted {
		k.problem("failure", "%d", n)
	} else if n != ringfile.Unfailed {
		k.problem("failure", "the ring has failed: %s", failure(n))
	}
	switch closing := c.uint64(ringfile.ControlClosing); { // stored before the cursor says it
	case closing > 1 || closing == 0 && k.one.closed():
		k.problem("closing", "%d, and the cursor of a ring that is closed: %v", closing, k.one.closed())
	case closing == 1 && !k.three.closed():
		k.note("closing", "a process is closing the ring, or died while closing it")
	}
	if gap := c.int64(ringfile.ControlLastGap); gap < 0 || gap > k.three.end() {
		k.problem("last gap", "%d, and %d is claimed", gap, k.three.end())
	}
	for name, off := range map[string]int64{
		"lost": ringfile.ControlLost, "aborted": ringfile.ControlAborted,
		"evicted": ringfile.ControlEvicted, "recoveries": ringfile.ControlRecover,
	} {
		if n := c.int64(off); n < 0 || n < k.one.control.int64(off) {
			k.problem(name, "%d, after %d", n, k.one.control.int64(off))
		}
	}
	k.eventcount("eventcount of the ring", c, ringfile.ControlEvent)
	switch k.f.lock(ringfile.RecoveryByte) {
	case Foreign:
		k.problem("lock of recovery", "held by a program that does not use the ring: no process can recover")
	case Alive:
		k.note("lock of recovery", "a process is recovering the ring")
	}
}

func (k *checker) eventcount(where string, w Words, off int64) {
	g := &k.f.Geometry
	if b := w.uint64(off + ringfile.EventConsumers); b>>g.Consumers != 0 {
		k.problem(where, "%#x has bits of consumers that don't exist", b)
	}
	if b := w.uint64(off + ringfile.EventProducers); b>>g.Producers != 0 {
		k.problem(where, "%#x has bits of producers that don't exist", b)
	}
}

func (k *checker) attachment(i int) {
	where := fmt.Sprintf("attachment %d", i)
	at := func(r *regions) Words { return r.attachments.entry(i, ringfile.AttachmentSize) }
	one, two := at(&k.one), at(&k.two)
	state := two.uint64(ringfile.AttachmentState)
	if state > 1 {
		k.problem(where, "state %d", state)
	}
	lock := k.two.locks[i] // between the first words and the second
	switch same := slices.Equal(one, two); {
	case lock == Foreign:
		k.problem(where, "its lock is held by a program that does not use the ring: its process can't be found dead")
	case same && state == 1 && lock == Dead:
		k.note(where, "process %d is dead and not recovered yet", two.int64(ringfile.AttachmentPID))
	case same && state == 0 && lock == Alive && k.three.locks[i] == Alive:
		k.note(where, "free, but its lock is held: a process is joining or leaving, or was stopped while doing so")
	}
}
