//go:build !race && !disruptor_debug

// Not with the race detector: its build stores with sync/atomic everywhere, which has the order
// that this tests. Not with disruptor_debug: without consumers its checks walk over the whole
// ring at each publish.

package disruptor

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoSeesNothingAfterItHasRegisteredIsWoken(t *testing.T) {
	// The sleeper's half of a wait, up to the sleep, against wakers that run at full speed: the
	// narrow case in which both sides look before they see the store of the other.
	for _, side := range []struct {
		name  string
		move  func(r *reader, p *multi, seq int64) // makes seq available
		moved func(r *reader, seq int64) bool
		lot   func(r *reader) *lot
	}{
		{
			"a publish and a reader",
			func(_ *reader, p *multi, seq int64) { p.publish(true, seq, seq+1) },
			func(r *reader, seq int64) bool { return r.core.reach(seq) > seq },
			func(r *reader) *lot { return &r.core.readers },
		},
		{
			"a position and a stage",
			func(r *reader, _ *multi, seq int64) { r.pos = seq; r.handed = seq + 1; r.done(true, seq, seq+1) },
			func(r *reader, seq int64) bool { return r.member.position.load() > seq },
			func(r *reader) *lot { return &r.member.sleepers },
		},
	} {
		for _, order := range []struct {
			name   string
			rounds int
			before func(alert *word) // each registration
		}{
			{"wakers fence", 100_000, func(*word) {}},
			{"the sleeper fences the process", 20_000, func(alert *word) { alert.cas(settled, 0) }},
		} {
			t.Run(side.name+"/"+order.name, func(t *testing.T) {
				ring := newRing[int](t, Config{Capacity: 1 << 12, Wait: BlockWait{}})
				r, p := ring.Consumer("c").reader, &ring.MultiProducer().multi
				var moves, stop word
				var wg sync.WaitGroup
				wg.Go(func() {
					for seq := int64(0); stop.load() == 0; seq++ {
						side.move(r, p, seq)
						moves.store(seq + 1)
					}
				})
				lot := side.lot(r)
				lost := 0
				for range litmusRounds(order.rounds) {
					order.before(r.core.raised)
					next := moves.load()
					s := lot.enter(next, next+1)
					if !side.moved(r, next) {
						for moves.load() <= next { // the mover has looked for sleepers
							runtime.Gosched()
						}
						if len(s.wake) == 0 {
							lost++
						}
					}
					lot.leave(s)
				}
				stop.store(1)
				wg.Wait()
				require.Zero(t, lost, "of %d", order.rounds)
			})
		}
	}
}
