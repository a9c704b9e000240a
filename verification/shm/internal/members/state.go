// Package members models how consumers come and go in a ring that several processes share: they
// join, consume, leave and are killed at any of their steps; a process that has proof of their
// death evicts them; new consumers come in the freed slots; and producers compute the gate over
// the slots meanwhile.
package members

import (
	"fmt"
	"strings"
)

const (
	maxProducers = 2
	maxSlots     = 2 // of the ring
	places       = 2 // for consumers
	maxProcesses = 3 // of consumers
	maxEvictors  = 2
	parked       = 100 // a position that holds nothing back
	maxStores    = 4
)

// Config bounds a search. A process has one consumer, and may leave; another process can come in its attachment.
type Config struct {
	Producers, Slots, Processes, Evictors int8
	Places                                int8               // for consumers
	Claims                                [maxProducers]int8 // of one sequence each
	Runs                                  [maxProcesses]int8 // how many processes come, one after the other
	Here                                  int8               // so many processes have places from the start
	Crashes, ProducerCrashes              int8
	EvictorCrashes                        int8
	NoLeave                               bool // consumers stay, or are killed
	TSO                                   bool // stamps and payloads go through a store buffer
	Parks                                 bool // a position without an owner holds nothing back: a leaver or an evictor stores it
	Bounded                               bool // the gate is bounded by what is resolved even if there are consumers
	Query                                 bool // the proof of death is a look at the lock, which is not taken
	Bug                                   Bug
}

// Bug has the seeded bugs and the variants.
type Bug struct {
	// of the joiner
	LooksFirst    bool // it looks how far the ring is, then enters
	PositionLate  bool // its bit is set before its position is stored
	TakesByStore  bool // a free place is taken by a store
	NoFenceJoin   bool // its look may run ahead of its bit
	BeginsAtClaim bool // it begins behind the cursor, not behind what is resolved
	AttachesOver  bool // a process attaches where a dead one has not been recovered
	// its first position is the first open sequence, as far as it sees before its bit is set
	LooksTwiceToJoin bool
	// of the consumer
	PassesFirst bool // it stores its position, then reads
	// of the leaver
	LeavesLate bool // it clears its bit after it has freed its place
	// of the gate
	MapOnce     bool // the bits are not read again
	MapOnceHeld bool // nor are they if there are consumers
	GateOfClaim bool // the cursor bounds the gate, not what is resolved
	ClaimLooks  bool // a claim looks whether its slot's last sequence is resolved
	NoFenceGate bool // the second look at the bits may run ahead of the producer's own stamps
	// of eviction
	NoProof        bool // a consumer that has not moved is taken for dead
	NoLock         bool // without the lock of recovery
	OneDescription bool // both evictors lock through one description, whose locks do not exclude each other
	NoRecheck      bool // a place is looked at, then its owner's death is proven, then it is freed
	LooksTwice     bool // the same, but the place must not have changed
	FreesFirst     bool // the place is freed, then its bit is cleared
	DetachesFirst  bool // the attachment is given back before its place
	OnlyLive       bool // places of consumers that were still joining or leaving are left alone
	ParksLate      bool // Parks: the position is stored after the place is freed
}

// what a place is
const (
	free int8 = iota
	joining
	live
	leaving
)

type place struct{ state, owner int8 }

// steps of a consumer's process
const (
	away int8 = iota
	attach
	pick
	take
	holdRead
	holdWalk
	holdStore
	enter
	cursorRead
	walk
	begin
	goLive
	see
	read
	pass
	leave
	unbit
	park
	release
	detach
	unlock
)

var consumerSteps = [...]string{"gets its lock", "marks its attachment", "picks a place", "takes its place", "reads the cursor to hold the ring back",
	"looks for the first open sequence, without its bit", "stores a position that holds the ring back", "sets its bit", "reads the cursor", "looks for the first open sequence", "stores where it begins",
	"is live", "looks at a stamp", "reads a payload", "stores its position", "is leaving", "clears its bit", "parks its position", "frees its place",
	"gives its attachment back", "lets its lock go"}

type consumer struct {
	pc, place, c, at int8 // it has read all up to at
	runs             int8
	alive, killed    bool
	unfenced         bool // NoFenceJoin: its bit is still in its store buffer
}

type store struct {
	stamp bool
	value int8
}

type producer struct {
	pc, c, gate, s, low int8
	own                 int8 // what it has claimed and not yet stamped
	left                int8
	bits, seen          uint8
	dead                bool
	stores              int8
	buffer              [maxStores]store
}

type evictor struct {
	pc, a, i int8
	saw      place
}

// State is shared memory, locks, what each process has of its own, and what is left of the bounds.
type State struct {
	cursor              int8
	stamps, payloads    [maxSlots]int8 // a tombstone is negative
	bits                uint8          // of the places that the gate heeds
	place               [places]place
	position            [places]int8
	attached            [maxProcesses]bool
	held                [maxProcesses]int8 // the evictor that has the lock of a dead process, plus one
	recovering          int8               // the evictor that has the lock of recovery, plus one
	c                   [maxProcesses]consumer
	p                   [maxProducers]producer
	e                   [maxEvictors]evictor
	crashes, pc, evictc int8
}

// Model is a Config that can be explored.
type Model struct {
	Config
	next, alone State
}

// Start implements explore.Model.
func (m *Model) Start() (s State) {
	for i := range s.p {
		s.p[i].left = m.Claims[i]
	}
	for i := range s.c {
		s.c[i].runs = m.Runs[i]
	}
	if m.Parks {
		for i := range s.position {
			s.position[i] = parked
		}
	}
	for i := range m.Here {
		s.attached[i] = true
		s.place[i] = place{live, i}
		s.bits |= 1 << i
		s.c[i] = consumer{pc: see, place: i, alive: true}
	}
	s.crashes, s.pc, s.evictc = m.Crashes, m.ProducerCrashes, m.EvictorCrashes
	return s
}

func (m *Model) slot(s int8) int8 { return (s - 1) % m.Slots }

func lap(stamp int8) int8 { return max(stamp, -stamp) }

// reads tells whether the consumer has decided where it reads on.
func (c *consumer) reads() bool { return c.alive && begin <= c.pc && c.pc <= pass }

// Show implements explore.Model.
func (m *Model) Show(s *State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "cursor %d, stamps %d, bits %b", s.cursor, s.stamps[:m.Slots], s.bits)
	names := [...]string{"free", "joining", "live", "leaving"}
	for i, p := range s.place[:m.Places] {
		fmt.Fprintf(&b, "; place %d at %d is %s", i, s.position[i], names[p.state])
		if p.state != free {
			fmt.Fprintf(&b, " of %d", p.owner)
		}
	}
	for i := range s.p[:m.Producers] {
		p := &s.p[i]
		fmt.Fprintf(&b, "; producer %d", i)
		if p.dead {
			b.WriteString(" is dead,")
		}
		fmt.Fprintf(&b, " has gate %d", p.gate)
		if p.own > 0 {
			fmt.Fprintf(&b, ", owns %d", p.own)
		}
		if p.stores > 0 {
			fmt.Fprintf(&b, ", has %d stores buffered", p.stores)
		}
	}
	for i := range s.c[:m.Processes] {
		switch c := &s.c[i]; {
		case c.killed:
			fmt.Fprintf(&b, "; process %d is dead", i)
		case c.reads():
			fmt.Fprintf(&b, "; consumer %d has read to %d", i, c.at)
		}
	}
	return b.String()
}

// Stuck implements explore.Model: eviction can always run, and Check says where that leads.
func (m *Model) Stuck(*State) string { return "" }
