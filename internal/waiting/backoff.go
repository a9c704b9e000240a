package waiting

import (
	"runtime"
	"time"

	"github.com/be395dad/disruptor/internal/machine"
)

// A Backoff is the pace of one consumer's looks. Each look takes the cache line away from the producer that
// is about to write it, so a consumer that looks as often as it can slows both down. A consumer rests before
// the first look of a wait, and when several looks in a row have found few slots. The length of a rest
// adapts to what the looks find, up to a limit.
type Backoff struct {
	spins int   // Spins of the next rest
	most  int   // the most Spins of a rest
	few   int64 // fewer slots than this are few; 0: the consumer never rests
	full  int64 // a rest after which more slots than this are found was too long
	hits  int   // looks in a row, without a wait, that have found few slots
}

const (
	// fewSlots found by hitsPerRest looks in a row are answered by a rest.
	fewSlots    = 64
	hitsPerRest = 3
	// restPeriod is how many Spins of a long rest pass between two calls of Gosched.
	restPeriod = 8

	defaultBackoff = 500 * time.Nanosecond
)

// MaxBackoff is how long a rest may be.
const MaxBackoff = time.Millisecond

// RestsFor returns the most Spins of a rest that takes longest at most. 0 stands for 500 ns, and a negative
// value for no rests.
func RestsFor(longest time.Duration) int {
	switch {
	case longest < 0:
		return 1
	case longest == 0:
		longest = defaultBackoff
	}
	return int(max(longest/machine.SpinTime, 1))
}

// NewBackoff returns the pace of a consumer that rests for at most most Spins and is handed at most maxBatch
// of capacity slots at once.
func NewBackoff(most int, capacity, maxBatch int64) Backoff {
	b := Backoff{spins: 1, most: most, full: capacity / 4}
	if most > 1 {
		b.few = min(fewSlots, maxBatch, b.full)
	}
	return b
}

// Spins returns how many Spins the next rest takes.
func (b *Backoff) Spins() int { return b.spins }

// Few returns the number below which slots are few.
func (b *Backoff) Few() int64 { return b.few }

// Hits returns how many looks in a row have found few slots, up to hitsPerRest.
func (b *Backoff) Hits() int { return b.hits }

// Miss resets the count of hits, because the consumer waits.
func (b *Backoff) Miss() { b.hits = 0 }

// Hit counts a look that has found few slots, and reports whether the consumer should rest.
func (b *Backoff) Hit() bool {
	if b.hits < hitsPerRest {
		b.hits++
	}
	return b.hits == hitsPerRest && Procs() > 1
}

// Adapt sets the next rest after that many looks, of which the last has found slots. More than one slot
// after one or two looks means that a producer publishes faster than the consumer looks, and half as many
// looks make both faster. A single slot is an answer or a lone event: the next one is waited for with a
// short rest. So is an event that comes after several empty looks, each of which halves the rest.
func (b *Backoff) Adapt(found int64, looks int) {
	if found > 1 && looks <= 2 && found <= b.full {
		b.spins = min(2*b.spins, b.most)
		return
	}
	b.spins = max(b.spins>>max(looks-2, 1), 1)
}

// Rest executes Spins. Except with KindSpin, a rest of more than a microsecond lets other goroutines run.
// It is bounded by a count, because the clock may stand still.
func (s *Strategy) Rest(spins int) {
	if spins <= contextPeriod || s.Kind == KindSpin {
		machine.Pause(spins * machine.HintsPerSpin)
		return
	}
	begin := time.Now()
	for n := 0; n < spins && time.Since(begin) < time.Duration(spins)*machine.SpinTime; n += restPeriod {
		runtime.Gosched()
		machine.Pause(restPeriod * machine.HintsPerSpin)
	}
}
