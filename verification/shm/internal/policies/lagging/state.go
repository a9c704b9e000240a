// Package lagging models consumers that have agreed to be evicted while they live: a producer that finds no room swaps
// their state, clears their bit and goes on. They read by copy, and deliver the copy if their state shows that they had not
// been evicted.
package lagging

import (
	"fmt"
	"strings"
)

const (
	maxProcesses = 3 // of consumers
	maxOthers    = 2
	attachments  = maxProcesses + maxOthers
	nobody       = int8(-1)
)

// Config bounds a search. There is one place, one producer, and others, which do nothing but evict: at any time, as if
// they found no room. A process has one consumer, and may leave; another process can come in its attachment.
type Config struct {
	Slots, Processes, Others, Claims int8
	Runs                             [maxProcesses]int8 // how many processes come one after the other
	Agrees                           [maxProcesses]bool // which may be evicted
	Crashes, OtherCrashes            int8
	EvictorCrashes                   int8
	NoLeave                          bool // consumers stay, are evicted, or are killed
	ByWord                           bool // no lock: an evicted place names who has still to clear its bit
	Skips                            bool // no lock but for held places: only the owner clears the bit, and gates skip a place that is evicted
	Second                           bool // there is another producer, which claims and publishes in a step, and holds to the positions
	Holds                            bool // the place of a consumer that has died live is held; others evict it at any time
	Bug                              Bug
}

// Bug has the seeded bugs and the variants.
type Bug struct {
	// of the consumer
	NoValidation  bool
	ValidateFirst bool // it validates, then copies
	ByCursor      bool // it validates by a look at the cursor
	AckUnlocked   bool // it frees its place without the lock
	AckKeepsBit   bool // it frees its place, but leaves the bit to who has evicted it
	LeavesByStore bool // it leaves by a store
	// of who evicts
	Unlocked  bool // without the lock
	BitFirst  bool // it clears the bit, then swaps the state
	NoEpoch   bool // it swaps whatever is live
	FlagFirst bool // it looks whether the consumer agrees, then at the word
	Leaves    bool // it leaves an evicted place's bit to the process that has evicted it
	Bare      bool // it evicts a held place without the lock, as the owner
	// of eviction of the dead
	LooksOnce bool // an eviction whose swap fails leaves the place
	// of the gate
	SkipsOnce bool // Skips: it does not look at the word again
	// of the place
	AtOnce bool // an evicted place may be taken when its bit is clear
}

// what a place is
const (
	free int8 = iota
	joining
	live
	leaving
	evicted
	held
)

var stateNames = [...]string{"free", "joining", "live", "leaving", "evicted", "held"}

// word is a place's state word. ByWord: by is who has still to clear its bit, plus one.
type word struct{ state, owner, epoch, by int8 }

// steps of a consumer's process
const (
	away int8 = iota
	attach
	look
	resume
	take
	positionRead
	flag
	holdRead
	holdStore
	enter
	cursorRead
	begin
	goLive
	see
	copyLo
	copyHi
	validate
	pass
	unbit
	release
	ackLock
	ackUnbit
	ackFree
	ackUnlock
	detach
	unlock
)

var consumerSteps = [...]string{"gets its lock", "marks its attachment", "looks at the place", "resumes", "takes the place", "reads its position", "stores whether it may be evicted",
	"reads the cursor to hold the ring back", "stores a position that holds the ring back", "sets its bit", "reads the cursor", "stores where it begins",
	"is live", "looks at a mark", "copies half of a payload", "copies the rest of it", "validates", "stores its position", "clears its bit", "frees its place",
	"takes the lock of recovery", "clears its bit", "frees its evicted place", "lets the lock of recovery go", "gives its attachment back",
	"lets its lock go"}

type consumer struct {
	pc, c, at, runs int8 // it has read all up to at
	epoch           int8
	lo, hi          int8 // its copy
	saw             word
	alive           bool
}

type producer struct {
	pc, gate, low int8
	c             int8 // Second: the cursor that it has read
	seen, skips   bool
	saw           word // Skips: the evicted place that it skips
}

type other struct {
	pc     int8
	saw    word
	agrees bool
	locked bool // it has the lock of recovery
	bare   bool // Bug.Bare: it evicts a held place without it
	dead   bool
}

type evictor struct {
	pc, a int8
	saw   word
}

// State is shared memory, locks, what each process has of its own, and what is left of the bounds.
type State struct {
	cursor                  int8 // what is claimed
	bit                     bool
	place                   word
	agrees                  bool
	position                int8
	attached                [attachments]bool // others have those behind the processes
	locked                  [attachments]bool // by the evictor
	recovering              int8              // who has the lock of recovery: see lockOf
	stamps                  [2]int8
	payloads                [2][2]int8
	p                       producer
	c                       [maxProcesses]consumer
	o                       [maxOthers]other
	e                       evictor
	crashes, ocrash, ecrash int8
}

// who has the lock of recovery: nobody, the evictor, a process or other of this attachment
const (
	unlocked  int8 = 0
	byEvictor int8 = 1
	byFirst   int8 = 2
)

// Model is a Config that can be explored.
type Model struct {
	Config
	next, alone State
}

// Start implements explore.Model.
func (m *Model) Start() (s State) {
	s.place.owner = nobody
	for i := range m.Processes {
		s.c[i].runs = m.Runs[i]
	}
	for k := range m.Others {
		s.attached[maxProcesses+k] = true
	}
	s.crashes, s.ocrash, s.ecrash = m.Crashes, m.OtherCrashes, m.EvictorCrashes
	return s
}

func (m *Model) slot(q int8) int8 { return (q - 1) % m.Slots }

// has tells whether the consumer has the place, evicted or not.
func (c *consumer) has() bool { return c.alive && c.pc > take && c.pc < ackUnlock }

// reads tells whether the consumer has decided where it reads on, and has not decided to leave.
func (c *consumer) reads() bool { return c.alive && (begin <= c.pc && c.pc <= pass) }

// Show implements explore.Model.
func (m *Model) Show(s *State) string {
	var b strings.Builder
	w := s.place
	fmt.Fprintf(&b, "cursor %d, marks %d, bit %t, place at %d is %s", s.cursor, s.stamps[:m.Slots], s.bit, s.position, stateNames[w.state])
	if w.owner != nobody {
		fmt.Fprintf(&b, " of %d", w.owner)
	}
	fmt.Fprintf(&b, " in epoch %d; the gate is %d", w.epoch, s.p.gate)
	for i := range s.c[:m.Processes] {
		if c := &s.c[i]; c.reads() {
			fmt.Fprintf(&b, "; consumer %d has read to %d", i, c.at)
		}
	}
	return b.String()
}

// Stuck implements explore.Model: eviction can always run, and Check says where that leads.
func (m *Model) Stuck(*State) string { return "" }
