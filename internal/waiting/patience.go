package waiting

import (
	"time"

	"github.com/be395dad/disruptor/internal/machine"
)

// A Patience decides how long the waits of one consumer look before they park. It learns from how its parks
// end.
//
// A park in the middle of a stream can last as long as a lap. The runtime queues the goroutine that is woken
// behind the one that woke it, a producer, which keeps its processor until the ring is full. Other processors
// take it over only when they run out of goroutines, and where a ring has more of them than there are
// processors, they don't. From then on producers and consumers take turns. So a park that ends with many
// slots to take was a mistake, and the next waits look for longer, and yield meanwhile.
//
// A consumer of large batches that come seldom finds as much, but its waits park all the same. So a patient
// wait that parks ends the patience. Each time in a row that happens, about twice as many parks must end with
// many slots before the next.
type Patience struct {
	patient bool
	vain    int // how many such parks it takes, but for the last
	left    int // how many are left
}

const (
	// Overslept is how many slots a consumer finds after a park that was a mistake.
	Overslept = 1024
	patience  = 80 * time.Microsecond
	mostVain  = 1<<10 - 1
)

// Begin lets w look for longer if the last park was a mistake.
func (p *Patience) Begin(w *Wait) {
	if p.patient && Procs() > 1 {
		w.extra = w.strategy.Extra
	}
}

// End learns from w, a wait that has found so many slots, perhaps after a park.
func (p *Patience) End(w *Wait, parked bool, found int64) {
	switch {
	case p.patient && parked:
		p.patient = false
		p.vain = min(2*p.vain+1, mostVain)
		p.left = p.vain
	case p.patient:
		if w.spun > w.strategy.Spins { // it would have parked
			p.vain = 0
		}
	case parked && found >= Overslept:
		p.left--
		p.patient = p.left < 0
	}
}

// ExtraFor returns how many more Spins KindBlock spends in a patient wait if it looks for d. 0 stands for
// 80 µs; a program that sets d gets no more than d.
func ExtraFor(d time.Duration) int64 {
	if d != 0 {
		return 0
	}
	return int64(patience / machine.SpinTime)
}
