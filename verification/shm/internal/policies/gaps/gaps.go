// Package gaps models how a consumer that comes after another steps over sequences that are lost without looking at each
// mark: recovery says in a word how far there is a tombstone, before it puts one in a mark.
package gaps

import (
	"fmt"
	"strings"
)

const maxSeqs = 4

// Config bounds a search. Each sequence is published, or lost, in any order.
type Config struct {
	Seqs, Losses, Crashes int8 // Crashes: of recovery
	Bug                   Bug
}

// Bug has the seeded bugs.
type Bug struct {
	GapLate     bool // the word is stored after the tombstone
	NotMaximum  bool // it is stored as the last tombstone, not the greatest
	GapFirst    bool // downstream reads the word, then its upstream's position
	InRangeOnly bool // downstream looks at marks only if the word is in its range
	FromEnd     bool // or only if it is beyond the range's end
}

// what a mark says
const (
	open int8 = iota
	published
	tombstone
)

// steps of recovery, of a consumer that looks at each mark, and of one that comes after it
const (
	resting int8 = iota
	reads
	stores
	entombs
)

const (
	looks int8 = iota
	passes
)

const (
	limits int8 = iota
	gaps
	takes
	marks
)

var recoverySteps = [...]string{"finds a lost sequence", "reads the word", "stores the word", "stores a tombstone"}

var upSteps = [...]string{"looks at a mark", "stores its position"}

var downSteps = [...]string{"reads the position of its upstream", "reads the word", "reads a sequence", "looks at a mark"}

type recovery struct{ pc, q, gap int8 }

type up struct{ pc, position int8 }

type down struct{ pc, at, limit, gap int8 }

// State is shared memory, what each process has of its own, and what is left of the bounds.
type State struct {
	mark            [maxSeqs]int8 // of sequence q: q-1
	gap             int8          // the word
	r               recovery
	u               up
	d               down
	losses, crashes int8
}

// Model is a Config that can be explored.
type Model struct {
	Config
	next, alone State
}

// Start implements explore.Model.
func (m *Model) Start() State { return State{losses: m.Losses, crashes: m.Crashes} }

// Show implements explore.Model.
func (m *Model) Show(s *State) string {
	var b strings.Builder
	names := [...]string{"open", "published", "lost"}
	for q := range m.Seqs {
		fmt.Fprintf(&b, "%d %s, ", q+1, names[s.mark[q]])
	}
	fmt.Fprintf(&b, "the word is %d; upstream has passed %d, downstream has read to %d", s.gap, s.u.position, s.d.at)
	return b.String()
}

// Stuck implements explore.Model: Check says where everything leads.
func (m *Model) Stuck(*State) string { return "" }
