package harness

import "fmt"

// A Cell is what lies in a slot: one or more words, numbered through over all the cells of a producer. A cell is
// an event of so many words, or, in a queue that knows no batches, so many events of one word. It is an array because
// an array can be indexed in generic code, which then compiles to the same loads and stores as for int64.
type Cell interface {
	[1]int64 | [3]int64 | [4]int64 | [7]int64 | [8]int64 | [10]int64 | [16]int64 | [32]int64 | [64]int64 | [256]int64 | [2048]int64
}

// Stamp numbers the words of cell from v on.
func Stamp[T Cell](cell *T, v int64) {
	(*cell)[0] = v
	for i := 1; i < len(*cell); i++ {
		(*cell)[i] = v + int64(i)
	}
}

// Differs returns 0 if Stamp(cell, want) has made cell, and some other number if not. Consumers gather it with |=, which
// costs no branch and forgets nothing.
func Differs[T Cell](cell *T, want int64) int64 {
	bad := (*cell)[0] ^ want
	for i := 1; i < len(*cell); i++ {
		bad |= (*cell)[i] ^ (want + int64(i))
	}
	return bad
}

// DiffersRun is Differs for cells that lie side by side. It keeps what it gathers in a register, which the body of a loop
// over an iterator can't.
func DiffersRun[T Cell](cells []T, want int64) int64 {
	words := Words[T]()
	var bad int64
	for i := range cells {
		bad |= Differs(&cells[i], want)
		want += words
	}
	return bad
}

// DiffersTimed is DiffersRun for a run of which an event is due to be timed: it is done in parts, with the time between.
func DiffersTimed[T Cell](seen *Times, cells []T, want int64) (bad int64) {
	words := Words[T]()
	for seen.due < want+words*int64(len(cells)) {
		n := (seen.due - want) / words
		bad |= DiffersRun(cells[:n], want)
		cells, want = cells[n:], seen.due
		seen.Note()
	}
	return bad | DiffersRun(cells, want)
}

// StampRun is Stamp for cells that lie side by side.
func StampRun[T Cell](cells []T, v int64) {
	words := Words[T]()
	for i := range cells {
		Stamp(&cells[i], v)
		v += words
	}
}

// Words returns how many words a Cell of type T has.
func Words[T Cell]() int64 {
	var cell T
	return int64(len(cell))
}

// MaxProducers bounds what a Tally can tell apart.
const MaxProducers = 64

// First is the first word of producer p. With one producer, words are numbered from 0.
func First(p int) int64 { return int64(p) << 48 }

// A Tally checks the cells of several producers: each producer's in its own order.
type Tally struct {
	of  [MaxProducers]progress
	bad int64
}

// progress is how far a producer's cells have come.
type progress struct {
	next int64
	seen Times
}

// NewTally returns a Tally that has seen nothing, and times nothing.
func NewTally() *Tally {
	t := new(Tally)
	for p := range t.of {
		t.of[p] = progress{First(p), Times{due: never}}
	}
	return t
}

// See checks the next cell, and reports whether its time must be noted.
func See[T Cell](t *Tally, cell *T) bool {
	p := &t.of[uint64((*cell)[0])>>48%MaxProducers]
	t.bad |= Differs(cell, p.next)
	p.next += int64(len(*cell))
	return p.next > p.seen.due
}

// Note notes the time of a cell for which See has reported true. Were it in See, that would be too large to be inlined.
func Note[T Cell](t *Tally, cell *T) {
	t.of[uint64((*cell)[0])>>48%MaxProducers].seen.Note()
}

// Check says what is wrong if not each of so many producers has delivered so many words, in order.
func (t *Tally) Check(producers int, words int64) error {
	for p := range producers {
		if err := Check(t.bad, t.of[p].next-First(p), words); err != nil {
			return fmt.Errorf("producer %d: %w", p, err)
		}
	}
	return nil
}

// Check says what is wrong with what a consumer saw: bad gathers Differs, got and want are numbers of words.
func Check(bad, got, want int64) error {
	switch {
	case got != want:
		return fmt.Errorf("%d of %d words arrived", got, want)
	case bad != 0:
		return fmt.Errorf("all %d words arrived, but not in order (difference %#x)", want, bad)
	}
	return nil
}
