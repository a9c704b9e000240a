// Package stages models a consumer that comes after another: it reads only what its upstream has passed, while the upstream
// may leave, be held and resumed, be evicted, and have its place taken by a newcomer whose position means nothing.
package stages

import (
	"fmt"
	"strings"
)

// places of the upstreams: the consumer downstream comes after second, which comes after first
const (
	first int8 = iota
	second
	upstreams
)

// Config bounds a search. Seqs sequences are published from the start.
type Config struct {
	Seqs           int8
	Newcomers      [upstreams]int8 // that take the place of each upstream
	Leaves         [upstreams]bool // occupants may leave
	Evictable      [upstreams]bool // and may be evicted alive
	Holds          bool            // the place of an occupant that has died live is held
	Crashes        int8            // of occupants
	EvictorCrashes int8
	Joins          bool // second is joining at the start, in a place whose last occupant had passed all
	ByEvicted      bool // an upstream that is gone has left if no later eviction is noted, else if it is noted to have left
	Strict         bool // the consumer downstream may not stop only because another occupant has left since
	Bug            Bug
}

// Bug has the seeded bugs and the variants.
type Bug struct {
	// of the consumer downstream
	LooksBefore bool // it looks at the state before the position, and not after
	LooksAfter  bool // after, and not before
	NoEpoch     bool // it does not compare epochs
	NotesJoiner bool // it notes an upstream that is still joining
	LeavingLeft bool // an upstream that is leaving has left
	LeftEarly   bool // it looks at the last leaver, then at the place
	GoneIsLeft  bool // an upstream that is gone has left
	// of a leaver
	LeftLate  bool // it notes that it has left when its place is free
	LeftFirst bool // before it is leaving
	// of eviction
	AsLeaving   bool // what is held is evicted through leaving
	ForgetsLeft bool // freeing the place of a dead consumer that was leaving does not note that it has left
	EvictedLate bool // ByEvicted: an eviction is noted when the place is free
	AckSilent   bool // ByEvicted: an occupant that acknowledges its eviction does not note it
	NewEpoch    bool // a resume changes the epoch
}

// what a place is
const (
	free int8 = iota
	joining
	live
	leaving
	held
	evicted
)

var stateNames = [...]string{"free", "joining", "live", "leaving", "held", "evicted"}

type word struct{ state, epoch int8 }

// steps of an occupant
const (
	gone int8 = iota // the place may be taken
	begins
	goesLive
	runs
	swapsLeaving
	notesLeft
	releases
	notesEvicted
	acknowledges
)

var occupantSteps = [...]string{"is a newcomer", "stores where it begins", "is live", "passes a sequence", "is leaving", "notes that it has left",
	"frees its place", "notes that it is evicted", "frees its evicted place"}

type upstream struct {
	word                    word
	position, left, evicted int8 // left, evicted: the last epoch that is noted
	pc                      int8
	dead                    bool // who owns the place
	newcomers               int8
	lateLeft, lateEvicted   int8 // LeftLate, EvictedLate: the epoch to be noted

	// what nobody sees: of the occupant of epoch 1, what it has passed and how it ended; and whether a later one has
	// left, or was evicted
	passed                  int8
	hasLeft, wasEvicted     bool
	laterLeft, laterEvicted bool
}

// steps of the consumer downstream
const (
	notes int8 = iota
	looksLeft
	looks
	readsPosition
	looksAgain
	readsLeft
	readsEvicted
	reads
	stopped
)

var downSteps = [...]string{"notes its upstream", "looks who has left", "looks at the upstream", "reads its position", "looks at the upstream again",
	"looks who has left", "looks who was evicted", "reads a sequence", ""}

type down struct {
	pc, at, limit int8
	target        int8 // upstreams: none
	left          int8 // LeftEarly
}

// steps of eviction, in the place i
const (
	resting int8 = iota
	decides
	notesEnd
	frees
)

var evictorSteps = [...]string{"looks at a place of the dead", "holds the place, or goes on", "notes how it ended", "frees the place"}

type evictor struct {
	pc, i int8
	saw   word
}

// State is shared memory, what each process has of its own, and what is left of the bounds.
type State struct {
	u               [upstreams]upstream
	d               down
	e               evictor
	crashes, ecrash int8
}

// Model is a Config that can be explored.
type Model struct {
	Config
	next, alone State
}

// Start implements explore.Model.
func (m *Model) Start() (s State) {
	for i := range s.u {
		s.u[i] = upstream{word: word{live, 1}, pc: runs, newcomers: m.Newcomers[i]}
	}
	if m.Joins {
		u := &s.u[second]
		u.word.state, u.position, u.pc = joining, m.Seqs, begins
	}
	s.d = down{pc: m.begin(), target: second}
	if m.Joins {
		s.d.pc = notes
	}
	s.crashes, s.ecrash = m.Crashes, m.EvictorCrashes
	return s
}

// may tells whether the consumer downstream may read sequence q.
func (m *Model) may(s *State, q int8) bool {
	a, u := &s.u[first], &s.u[second]
	return q <= u.passed || u.hasLeft && (q <= a.passed || a.hasLeft)
}

// Show implements explore.Model.
func (m *Model) Show(s *State) string {
	var b strings.Builder
	for i := range s.u {
		u := &s.u[i]
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "place %d at %d is %s in epoch %d, noted are left %d, evicted %d", i, u.position, stateNames[u.word.state], u.word.epoch, u.left, u.evicted)
		if u.dead {
			b.WriteString(", its owner is dead")
		}
	}
	fmt.Fprintf(&b, "; downstream has read to %d", s.d.at)
	if s.d.target < upstreams {
		fmt.Fprintf(&b, ", looks at place %d", s.d.target)
	}
	return b.String()
}

// Stuck implements explore.Model: Check says where everything leads.
func (m *Model) Stuck(*State) string { return "" }
