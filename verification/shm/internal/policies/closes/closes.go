// Package closes models how a ring between processes is closed: a bit of the cursor's word, so that no claim succeeds
// afterwards and the end is exact. Consumers drain what is below the end, then end.
package closes

import (
	"fmt"
	"strings"
)

const (
	maxProducers = 2
	maxConsumers = 2
	maxSlots     = 2
)

// Config bounds a search. Claims are of one sequence each.
type Config struct {
	Producers, Slots, Consumers int8
	Claims                      [maxProducers]int8
	Crashes                     int8 // of producers
	Bug                         Bug
}

// Bug has the seeded bugs and the variants.
type Bug struct {
	FlagApart     bool // the flag is a word of its own, read before the cursor is swapped
	KeepsBit      bool // a claim swaps the cursor with its bit, if it is set
	Adds          bool // a claim adds to the cursor, then looks at the bit that it has found
	ByStore       bool // the cursor is closed by a load and a store
	EndsAtOpen    bool // a consumer ends at the first open sequence if the ring is closed
	EndFirst      bool // a consumer reads the cursor, then looks at a mark
	KeepsRecord   bool // a claim that is refused leaves its record as it is
	RecoveryStops bool // what the dead have left open is not recovered once the ring is closed
}

// word is the cursor and its bit.
type word struct {
	cursor int8
	closed bool
}

// steps of a producer
const (
	reads int8 = iota
	room
	readsFlag
	records
	swaps
	payload
	stamp
	clears
	refused
)

var producerSteps = [...]string{"reads the cursor", "looks for room", "reads the flag", "stores its record", "swaps the cursor",
	"stores a payload", "stores a mark", "clears its record", ""}

type producer struct {
	pc, own, left int8 // own: what it has claimed and not yet marked
	record        int8 // what it may be about to own
	saw           word
	dead          bool
}

// steps of a consumer
const (
	looks int8 = iota
	looksEnd
	delivers
	passes
	ended
)

var consumerSteps = [...]string{"looks at a mark", "reads the cursor", "reads a payload", "stores its position", ""}

type consumer struct {
	pc, position int8
	saw          word
	early        bool // EndFirst: it has read the cursor
}

// steps of who closes
const (
	closes int8 = iota
	stores
	closed
)

// State is shared memory, what each process has of its own, and what is left of the bounds.
type State struct {
	word             word
	flag             bool           // FlagApart
	stamps, payloads [maxSlots]int8 // a tombstone is negative
	p                [maxProducers]producer
	c                [maxConsumers]consumer
	closer           int8
	saw              int8 // ByStore
	end              int8 // the cursor when it was closed
	crashes          int8
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
	s.crashes = m.Crashes
	return s
}

func (m *Model) slot(q int8) int8 { return (q - 1) % m.Slots }

func lap(stamp int8) int8 { return max(stamp, -stamp) }

// gate is the position of the slowest consumer.
func (m *Model) gate(s *State) int8 {
	g := s.c[0].position
	for _, c := range s.c[1:m.Consumers] {
		g = min(g, c.position)
	}
	return g
}

// Show implements explore.Model.
func (m *Model) Show(s *State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "cursor %d, closed %t, marks %d", s.word.cursor, s.word.closed || s.flag, s.stamps[:m.Slots])
	for i := range s.p[:m.Producers] {
		switch p := &s.p[i]; {
		case p.dead:
			fmt.Fprintf(&b, "; producer %d is dead", i)
		case p.own > 0:
			fmt.Fprintf(&b, "; producer %d owns %d", i, p.own)
		}
	}
	for i := range s.c[:m.Consumers] {
		if s.c[i].pc == ended {
			fmt.Fprintf(&b, "; consumer %d has ended at %d", i, s.c[i].position)
		} else {
			fmt.Fprintf(&b, "; consumer %d is at %d", i, s.c[i].position)
		}
	}
	return b.String()
}

// Stuck implements explore.Model: Check says where everything leads.
func (m *Model) Stuck(*State) string { return "" }
