// Package claims models claim, record, publish and recovery of a ring whose producers are processes that may be killed at
// any instruction: the claim record that is written before the compare-and-swap of the cursor, a stamp for each slot, and
// a recovery that settles what the dead have left open.
package claims

import (
	"fmt"
	"strings"
)

const (
	maxProducers = 3
	maxSlots     = 4
	maxConsumers = 2
	maxStores    = 5
	never        = int8(100) // the lo of a record that covers nothing
)

// Config bounds a search. The first Claims[i] claims of producer i are of Width[i] sequences each.
type Config struct {
	Producers, Slots, Consumers int8
	Width, Claims               [maxProducers]int8
	Crashes                     int8 // of producers
	RecoveryCrashes             int8
	Incarnations                int8 // new processes, of one claim each, in slots that have become free
	TSO                         bool // stores of producers go through a store buffer
	Host                        int8 // the number of the producer in whose process recovery runs, plus one; 0: in another
	Bug                         Bug
}

// Bug has the seeded bugs and the variants.
type Bug struct {
	RecordAfterSwap bool // the record is written after the compare-and-swap
	NoRecord        bool
	ClearFirst      bool // the record is cleared before the stamps are stored
	LowFirst        bool // of the record, lo is stored before hi
	Adds            bool // the claim adds to the cursor, and waits for room afterwards
	Different       bool // open is what has another stamp, not only an older one
	NoProof         bool // a producer with an open claim is taken for dead
	OwnDescription  bool // recovery tries its own process's lock, which it always gets
	HighFirst       bool // recovery reads hi of a record before lo
	Stores          bool // the tombstone is stored, not compared and swapped
	LooksAgain      bool // the stamp is read again before the tombstone
	KeepsRecord     bool // the record of the dead is not reset
	WaitsWithRecord bool // a claim whose swap has failed waits for room with its record as it is
	LocksLate       bool // the locks are tried after the cursor is read
	FromGate        bool // recovery begins behind the slowest consumer, not one lap behind the cursor
}

type life int8

const (
	alive life = iota
	dead
	free
)

// steps of a producer
const (
	idle int8 = iota
	look
	room
	recordA
	recordB
	swap
	payload
	stamp
	clear
)

var producerSteps = [...]string{"reads the cursor", "reads the cursor", "looks for room", "stores half of its record",
	"stores the rest of its record", "swaps the cursor", "stores a payload", "stores a stamp", "clears its record"}

// what a store goes to
const (
	toHi int8 = iota
	toLo
	toPayload
	toStamp
)

type store struct{ to, value int8 }

type producer struct {
	pc, c  int8
	k, end int8 // what it owns and has not stamped: k..end, if end > 0
	left   int8
	lo, hi int8 // its record, in shared memory
	life   life
	stores int8
	buffer [maxStores]store
}

// steps of recovery
const (
	resting int8 = iota
	locking
	cursorRead
	scanning
	readsA
	readsB
	rereads
	tombs
	resets
	frees
)

var recoverySteps = [...]string{"takes the lock of recovery", "tries a lock", "reads the cursor", "reads a stamp", "reads half of a record",
	"reads the rest of a record", "reads the stamp again", "swaps a tombstone in", "resets a record of the dead", "frees a slot of the dead"}

type recovery struct {
	pc, c, s, q, lo, hi, old int8
	dead                     uint8
}

// State is shared memory, what each process has of its own, and what is left of the bounds. A stamp is the sequence that
// it is of, negative for a tombstone; 0 is that of a fresh slot.
type State struct {
	cursor                int8
	position              [maxConsumers]int8
	stamps, payloads      [maxSlots]int8
	p                     [maxProducers]producer
	r                     recovery
	crashes, rc, newcomer int8
	published, tombed     uint16 // by sequence
}

// Model is a Config that can be explored.
type Model struct {
	Config
	next, alone State
}

// Start implements explore.Model.
func (m *Model) Start() (s State) {
	for i := range s.p {
		s.p[i] = producer{lo: never, left: m.Claims[i]}
		if int8(i) >= m.Producers {
			s.p[i].life = free
		}
	}
	s.crashes, s.rc, s.newcomer = m.Crashes, m.RecoveryCrashes, m.Incarnations
	return s
}

func (m *Model) slot(s int8) int8 { return (s - 1) % m.Slots }

// gate is the position of the slowest consumer.
func (m *Model) gate(s *State) int8 {
	g := s.position[0]
	for _, p := range s.position[1:m.Consumers] {
		g = min(g, p)
	}
	return g
}

func lap(stamp int8) int8 { return max(stamp, -stamp) }

// open tells whether a slot with this stamp still lacks that of sequence q.
func (m *Model) open(stamp, q int8) bool {
	if m.Bug.Different {
		return lap(stamp) != q
	}
	return lap(stamp) < q
}

// owned tells whether a living producer has sequence q claimed and its stamp not yet in shared memory.
func (s *State) owned(q int8) bool {
	for i := range s.p {
		p := &s.p[i]
		if p.life != alive {
			continue
		}
		if p.end > 0 && p.k <= q && q <= p.end {
			return true
		}
		for _, b := range p.buffer[:p.stores] {
			if b.to == toStamp && b.value == q {
				return true
			}
		}
	}
	return false
}

// Show implements explore.Model.
func (m *Model) Show(s *State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "cursor %d, positions %d, stamps %d", s.cursor, s.position[:m.Consumers], s.stamps[:m.Slots])
	for i := range s.p[:m.Producers] {
		p := &s.p[i]
		switch p.life {
		case dead:
			fmt.Fprintf(&b, "; %d is dead", i)
		case free:
			fmt.Fprintf(&b, "; %d is free", i)
		}
		if p.lo != never {
			fmt.Fprintf(&b, "; record of %d: %d-%d", i, p.lo, p.hi)
		}
		if p.end > 0 {
			fmt.Fprintf(&b, "; %d owns %d-%d", i, p.k, p.end)
		}
		if p.stores > 0 {
			fmt.Fprintf(&b, "; %d has %d stores buffered", i, p.stores)
		}
	}
	return b.String()
}

// Stuck implements explore.Model: recovery can always run, and Check says where that leads.
func (m *Model) Stuck(*State) string { return "" }
