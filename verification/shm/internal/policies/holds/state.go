// Package holds models a named consumer whose place is held for it when its process has died: until its grace is over,
// another process of the same name may resume it where it was; afterwards anyone may evict it.
package holds

import (
	"fmt"
	"strings"
)

const (
	maxProcesses = 3 // of consumers
	maxExpirers  = 2
	maxEvictors  = 2
	attachments  = maxProcesses + maxExpirers
	nobody       = int8(-1)
	grace        = 1
	expiring     = int8(10)
)

// Config bounds a search. There is one producer and one place. A process has one consumer, and may leave; another process
// can come in its attachment.
type Config struct {
	Slots, Processes, Evictors, Expirers, Claims int8
	Runs, Name                                   [maxProcesses]int8 // how many processes come one after the other, and their name
	Ticks                                        int8               // how often time passes
	Crashes, EvictorCrashes, ExpirerCrashes      int8
	NoLeave                                      bool // consumers stay, or are killed
	Bug                                          Bug
}

// Bug has the seeded bugs and the variants.
type Bug struct {
	// of eviction
	Frees       bool // the place of a dead consumer is freed, not held
	ClearsBit   bool // it is held without its bit
	HoldsJoiner bool // a consumer that was joining is held, too
	NotesLate   bool // the time of death is stored after the swap
	// of expiry
	BitFirst    bool // the bit is cleared before the swap
	FreesAtOnce bool // the place is freed by one swap, then the bit is cleared
	Clockless   bool // nobody looks at the clock
	Unfinished  bool // nobody ends what an expirer has begun that died
	ByOwner     bool // without the lock of recovery: the expirer owns the place until it is free
	// of the resume
	Stores      bool // the place is taken by a store
	Resets      bool // the position begins anew, as that of a joiner
	Turns       bool // a resume changes the turn
	NewEpoch    bool // a resume changes the epoch, too
	ThroughJoin bool // a resumed place is joining, then live
	InSteps     bool // it is resuming, then live; who dies resuming is held again
	NameFirst   bool // the name is read before the word
}

// what a place is
const (
	free int8 = iota
	joining
	live
	leaving
	held
	evicted
	resuming // InSteps
)

var stateNames = [...]string{"free", "joining", "live", "leaving", "held", "evicted", "resuming"}

// word is a place's state word. Its epoch is the occupant's. With Turns, its turn goes up when the occupant is resumed.
type word struct{ state, owner, epoch, turn int8 }

// steps of a consumer's process
const (
	away int8 = iota
	attach
	nameEarly
	look
	nameRead
	resume
	resumed
	positionRead
	take
	nameStore
	holdRead
	holdStore
	enter
	cursorRead
	begin
	goLive
	see
	read
	pass
	unbit
	release
	detach
	unlock
)

var consumerSteps = [...]string{"gets its lock", "marks its attachment", "reads the name", "looks at the place", "reads the name", "resumes", "is live",
	"reads its position", "takes the place", "stores its name", "reads the cursor to hold the ring back", "stores a position that holds the ring back",
	"sets its bit", "reads the cursor", "stores where it begins", "is live", "finds a mark", "reads a payload", "stores its position", "clears its bit",
	"frees its place", "gives its attachment back", "lets its lock go"}

type consumer struct {
	pc, c, at, runs int8 // it has read all up to at
	name            int8 // NameFirst: what it has read
	saw             word
	alive, again    bool // again: it has resumed
}

type producer struct {
	pc, gate, low int8
	seen          bool
}

type evictor struct {
	pc, a int8
	saw   word
}

type expirer struct {
	pc   int8
	saw  word
	dead bool
}

// State is shared memory, locks, what each process has of its own, and what is left of the bounds.
type State struct {
	cursor     int8 // what is published
	bit        bool
	place      word
	name       int8
	position   int8
	died       int8              // the time of death that is noted in the place
	attached   [attachments]bool // expirers have those behind the processes
	locked     [attachments]int8 // the evictor that has the lock of a dead process, plus one
	recovering int8              // the evictor that has the lock of recovery, plus one, or the expirer's attachment, plus expiring
	now        int8
	payloads   [2]int8
	p          producer
	c          [maxProcesses]consumer
	e          [maxEvictors]evictor
	x          [maxExpirers]expirer

	// what nobody sees: whether the occupant has been live and may still be resumed, its name, its position, and when it
	// was held
	kept                    bool
	whose, where, since     int8
	crashes, ecrash, xcrash int8
}

// Model is a Config that can be explored.
type Model struct {
	Config
	next, alone State
}

// Start implements explore.Model.
func (m *Model) Start() (s State) {
	s.place.owner, s.name = nobody, nobody
	for i := range m.Processes {
		s.c[i].runs = m.Runs[i]
	}
	for k := range m.Expirers {
		s.attached[maxProcesses+k] = true
	}
	s.crashes, s.ecrash, s.xcrash = m.Crashes, m.EvictorCrashes, m.ExpirerCrashes
	return s
}

func (m *Model) slot(q int8) int8 { return (q - 1) % m.Slots }

// has tells whether the consumer has the place.
func (c *consumer) has() bool {
	return c.alive && (c.pc > take && c.pc < detach || c.pc == resumed || c.pc == positionRead)
}

// reads tells whether the consumer has decided where it reads on.
func (c *consumer) reads() bool {
	return c.alive && (begin <= c.pc && c.pc <= pass || c.pc == resumed || c.pc == positionRead)
}

// Show implements explore.Model.
func (m *Model) Show(s *State) string {
	var b strings.Builder
	w := s.place
	fmt.Fprintf(&b, "time %d, published %d, bit %t, place at %d is %s", s.now, s.cursor, s.bit, s.position, stateNames[w.state])
	if w.owner != nobody {
		fmt.Fprintf(&b, " of %d", w.owner)
	}
	fmt.Fprintf(&b, " in epoch %d, turn %d; the gate is %d", w.epoch, w.turn, s.p.gate)
	for i := range s.c[:m.Processes] {
		if c := &s.c[i]; c.reads() {
			fmt.Fprintf(&b, "; consumer %d has read to %d", i, c.at)
		}
	}
	return b.String()
}

// Stuck implements explore.Model: eviction can always run, and Check says where that leads.
func (m *Model) Stuck(*State) string { return "" }
