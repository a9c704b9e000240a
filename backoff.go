package disruptor

import (
	"runtime"
	"time"

	"github.com/be395dad/disruptor/internal/machine"
)

// A look of a consumer takes the line away from the producer that is about to write it, so a
// consumer that looks as often as it can makes both slow. A backoff is the pace of one consumer's
// looks: it rests before the first look of a wait, and also when several looks in a row have found
// few slots. How long adapts to what the looks find, up to Config.Backoff.
type backoff struct {
	spins int   // Spins of the next rest
	most  int   // the most Spins of a rest
	few   int64 // fewer slots than that are few; 0: the consumer never rests
	full  int64 // more slots than that after one rest: it was too long
	hits  int   // looks in a row that have found few, and without a wait
}

const (
	// fewSlots found by hitsPerRest looks in a row are answered by a rest.
	fewSlots    = 64
	hitsPerRest = 3
	// restPeriod is how many Spins of a long rest pass between two calls of Gosched.
	restPeriod = 8

	defaultBackoff = 500 * time.Nanosecond
	maxBackoff     = time.Millisecond
)

// restsFor returns how many Spins a consumer rests at most for Config.Backoff.
func restsFor(longest time.Duration) int {
	switch {
	case longest > maxBackoff:
		panicf("Backoff of %v: more than %v", longest, maxBackoff)
	case longest < 0:
		return 1
	case longest == 0:
		longest = defaultBackoff
	}
	return int(max(longest/machine.SpinTime, 1))
}

// newBackoff returns the pace of a consumer that is handed at most maxBatch slots at once.
func newBackoff(most int, capacity, maxBatch int64) backoff {
	b := backoff{spins: 1, most: most, full: capacity / 4}
	if most > 1 {
		b.few = min(fewSlots, maxBatch, b.full)
	}
	return b
}

// hit counts a look that has found few slots, and reports whether the consumer should rest.
func (b *backoff) hit() bool {
	if b.hits < hitsPerRest {
		b.hits++
	}
	return b.hits == hitsPerRest && procs.load() > 1
}

// adapt sets the next rest, after that many looks of which the last has found slots. More than one
// slot after a look or two means that a producer publishes faster than the consumer looks: to look
// half as often makes both faster. A single slot is an answer, or an event that came by itself, and
// is waited for closely; so is what comes after several empty looks, each of which halves the rest.
func (b *backoff) adapt(found int64, looks int) {
	if found > 1 && looks <= 2 && found <= b.full {
		b.spins = min(2*b.spins, b.most)
		return
	}
	b.spins = max(b.spins>>max(looks-2, 1), 1)
}

// rest executes Spins. A rest of more than a microsecond leaves the processor to others, except
// with SpinWait. It is bounded by a count, because the clock may stand still.
func (s *strategy) rest(spins int) {
	if spins <= contextPeriod || s.kind == waitSpin {
		machine.Pause(spins * machine.HintsPerSpin)
		return
	}
	begin := time.Now()
	for n := 0; n < spins && time.Since(begin) < time.Duration(spins)*machine.SpinTime; n += restPeriod {
		runtime.Gosched()
		machine.Pause(restPeriod * machine.HintsPerSpin)
	}
}
