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
// slots to take was a mistake, and the next waits look for longer, and yield meanwhile. A park that ends with
// few ends that.
type Patience struct{ patient bool }

const (
	overslept = 1024 // slots to take after a park that was a mistake
	patience  = 80 * time.Microsecond
)

// Begin lets w look for longer if the last park was a mistake.
func (p *Patience) Begin(w *Wait) {
	if p.patient && Procs() > 1 {
		w.extra = w.strategy.Extra
	}
}

// Parked learns from a wait that has parked and then found that many slots.
func (p *Patience) Parked(found int64) { p.patient = found >= overslept }

// ExtraFor returns how many more Spins KindBlock spends in a patient wait if it looks for d. 0 stands for
// 80 µs; a program that sets d gets no more than d.
func ExtraFor(d time.Duration) int64 {
	if d != 0 {
		return 0
	}
	return int64(patience / machine.SpinTime)
}
