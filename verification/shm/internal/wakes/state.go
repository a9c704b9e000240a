// Package wakes models the eventcount that waiters of several processes sleep on: a bit for each waiter, a counter that is
// the word of the futex, and wakers whose stores go through a store buffer.
package wakes

import (
	"fmt"
	"strings"
)

const (
	maxWaiters = 3
	maxWakers  = 2
)

// Config bounds a search. Waker k publishes the numbers 1 to Stores[k], one after the other; a waiter waits for each number
// up to Needs[i] of waker i modulo the number of wakers.
type Config struct {
	Waiters, Wakers             int8
	Stores                      [maxWakers]int8
	Needs                       [maxWaiters]int8
	WaiterCrashes, WakerCrashes int8
	Backstop                    bool // a sleep ends by itself
	Unfenced                    bool // wakers say that they don't fence, and leave it to waiters
	Bug                         Bug
}

// Bug has the seeded bugs and the variants.
type Bug struct {
	// of the waiter
	LooksFirst   bool // it looks again, then sets its bit
	NoFenceBit   bool // its second look may run ahead of its bit
	NoSecondLook bool
	CounterLate  bool // it reads the counter after its second look
	CounterAfter bool // it reads the counter after it has set its bit, but before its second look
	SleepsOn     bool // when its sleep ends by itself, it sleeps again without a look
	KeepsBit     bool // it leaves its bit where it is when it need not sleep
	AsksFirst    bool // it asks whether there are wakers that don't fence, then sets its bit
	NeverFences  bool // it does not fence those that don't
	FencesLate   bool // it fences them after its second look
	// of the waker
	WakerLooksFirst bool // it looks at the bits before it stores
	NoFence         bool // its look at the bits may run ahead of its store
	ClearsLast      bool // it clears the bits after it has woken
	WakesFirst      bool // it wakes, then adds to the counter
	NoAdd           bool // it does not add to the counter
	WakesOne        bool // it wakes one sleeper
	ClearsAll       bool // it stores 0 instead of clearing the bits that it has seen
	LeavesBits      bool // it clears no bits: waiters clear their own
	SaysSoLate      bool // it says that it doesn't fence after it has published something
}

// steps of a waiter
const (
	looks int8 = iota
	counts
	sets
	asks
	fencesOthers
	looksAgain
	sleeps
	asleep
	unsets
	done
)

var waiterSteps = [...]string{"looks", "reads the counter", "sets its bit", "asks who does not fence", "fences the others", "looks again", "calls the futex", "wakes by itself", "clears its bit", ""}

// steps of a waker
const (
	saysSo int8 = iota
	stores
	fences
	readsBits
	clearsBits
	adds
	wakes
	ended
)

var wakerSteps = [...]string{"says that it does not fence", "publishes", "fences", "looks at the bits", "clears the bits", "adds to the counter", "wakes", ""}

type waiter struct {
	pc, saw, need int8
	dead          bool
	unfenced      bool // NoFenceBit: its bit is still in its store buffer
	asked         bool // Unfenced: there are wakers that don't fence
}

type waker struct {
	pc, n    int8 // n is what it has published
	bits     uint8
	dead     bool
	buffered bool // its last store has still to reach memory
}

// State is shared memory, what each process has of its own, and what is left of the bounds.
type State struct {
	value           [maxWakers]int8
	bits            uint8
	unfenced        uint8 // wakers that have said that they don't fence
	counter         int8
	w               [maxWaiters]waiter
	k               [maxWakers]waker
	waiterCrashes   int8
	wakerCrashes    int8
	vain, deadBound int8 // how many wakes only the dead have asked for, and may
}

// Model is a Config that can be explored.
type Model struct {
	Config
	next, alone State
}

// Start implements explore.Model.
func (m *Model) Start() (s State) {
	for i := range s.w {
		s.w[i].need = 1
		if int8(i) >= m.Waiters {
			s.w[i].pc = done
		}
	}
	for k := range s.k {
		s.k[k].pc = stores
		if m.Unfenced && !m.Bug.SaysSoLate {
			s.k[k].pc = saysSo
		}
		if m.Stores[k] == 0 {
			s.k[k].pc = ended
		} else if m.Bug.WakerLooksFirst {
			s.k[k].pc = readsBits
		}
	}
	s.waiterCrashes, s.wakerCrashes = m.WaiterCrashes, m.WakerCrashes
	return s
}

// there tells whether what waiter i waits for has been published.
func (m *Model) there(s *State, i int8) bool { return s.value[i%m.Wakers] >= s.w[i].need }

// Show implements explore.Model.
func (m *Model) Show(s *State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "published %d, bits %b, counter %d", s.value[:m.Wakers], s.bits, s.counter)
	for i := range s.w[:m.Waiters] {
		switch w := &s.w[i]; {
		case w.dead:
			fmt.Fprintf(&b, "; waiter %d is dead", i)
		case w.pc == asleep:
			fmt.Fprintf(&b, "; waiter %d is asleep", i)
		case w.pc == done:
			fmt.Fprintf(&b, "; waiter %d is done", i)
		case w.unfenced:
			fmt.Fprintf(&b, "; waiter %d has its bit buffered", i)
		case w.asked:
			fmt.Fprintf(&b, "; waiter %d is to fence the others", i)
		}
	}
	for k := range s.k[:m.Wakers] {
		if s.k[k].dead {
			fmt.Fprintf(&b, "; waker %d is dead", k)
		}
		if s.k[k].buffered {
			fmt.Fprintf(&b, "; waker %d has its store buffered", k)
		}
	}
	return b.String()
}
