//go:build amd64 && gc && !purego && !race && !go1.28 && !disruptor_debug

// Only where stores are buffered: every other build has the order that this tests.

package disruptor

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/machine"
)

// backlog makes the stores that follow it wait: they leave the store buffer in order, behind
// stores most of which miss the caches.
type backlog struct {
	words []int64
	at    uint64
}

func newBacklog() *backlog { return &backlog{words: make([]int64, 1<<22)} }

func (b *backlog) fill() {
	for range 32 {
		b.at = b.at*6364136223846793005 + 1442695040888963407
		b.words[b.at>>42] = int64(b.at)
	}
}

// parkSides are pairs of wakers and sleepers that meet only in the words of the park edge. The
// words of the producers and consumers are set as if they had got there.
var parkSides = []struct {
	name      string
	producers Producers
	move      func(h movers, seq int64) // makes seq available
	enter     func(r *reader, seq int64) *sleeper
	moved     func(r *reader, seq int64) bool // the look before the sleep
	leave     func(r *reader, s *sleeper)
}{
	{"a publish and a reader", Multi, publishMulti, enterReader, isMarked, leaveReader},
	{"a Single publish and a reader", Single, publishSingle, enterReader, isPassedByCursor, leaveReader},
	{"a Single publish of the part before others and a reader", Single, publishSlow, enterReader, isPassedByCursor, leaveReader},
	{"a position and a stage", Multi, doneWith, enterStage, isPassed, leaveStage},
	{"a position and a claim", Multi, doneWith, enterClaim, isPassed, leaveClaim},
	{"an unpin and a claim", Multi, unpinAt, enterClaim, isAt, leaveClaim},
	{"a position and a claim whose turn has come", Multi, doneWith, enterTurn, leftToTurn, leaveClaim},
}

// movers are what moves: a consumer, and a producer of the ring's kind.
type movers struct {
	*reader
	single *single
	multi  *multi
}

func publishMulti(h movers, seq int64) { h.multi.publish(true, seq, seq+1) }

func publishSingle(h movers, seq int64) {
	h.single.open, h.single.next = seq, seq+1
	h.single.publish(true, seq, seq+1)
}

func publishSlow(h movers, seq int64) {
	h.single.open, h.single.next = seq, seq+1
	h.single.publishSlow(true, seq, seq+1)
}

func doneWith(h movers, seq int64) {
	h.pos, h.handed = seq, seq+1
	h.done(true, seq, seq+1)
}

func unpinAt(h movers, seq int64) { h.core.unpin(h.member, seq, seq+1) }

func isMarked(r *reader, seq int64) bool         { return r.core.reach(seq) > seq }
func isPassedByCursor(r *reader, seq int64) bool { return r.core.cursor.load() > seq }
func isPassed(r *reader, seq int64) bool         { return r.member.position.load() > seq }
func isAt(r *reader, seq int64) bool             { return r.member.place() > seq }
func leftToTurn(*reader, int64) bool             { return false } // the claim that passes the turn on looks

func enterReader(r *reader, seq int64) *sleeper { return r.core.readers.enter(seq, seq+1) }
func enterStage(r *reader, seq int64) *sleeper  { return r.member.sleepers.enter(seq, seq+1) }

func enterClaim(r *reader, seq int64) *sleeper {
	r.core.claim.store(seq + r.core.capacity) // a claim of one slot needs the gate at seq+1
	s := r.core.claims.enter(1)
	r.core.claims.isFirst(s)
	return s
}

func enterTurn(r *reader, seq int64) *sleeper {
	r.core.claim.store(seq + r.core.capacity)
	large := r.core.claims.enter(1000) // its need says nothing about the need of the next claim
	r.core.claims.isFirst(large)
	s := r.core.claims.enter(1)
	r.core.claims.leave(large)
	return s
}

func leaveReader(r *reader, s *sleeper) { r.core.readers.leave(s) }
func leaveStage(r *reader, s *sleeper)  { r.member.sleepers.leave(s) }
func leaveClaim(r *reader, s *sleeper)  { r.core.claims.leave(s) }

func TestWhoSeesNothingIsWokenThoughTheStoreIsLate(t *testing.T) {
	for _, side := range parkSides {
		for _, order := range []struct {
			name   string
			before func(alert *word) // each registration
			ahead  int64             // how many moves may come during the registration
		}{
			{"wakers fence", func(*word) {}, 1},
			{"the sleeper fences the process", func(alert *word) { alert.cas(settled, 0) }, 16},
		} {
			t.Run(side.name+"/"+order.name, func(t *testing.T) {
				rounds := int64(litmusRounds(10_000))
				ring := newRing[int](t, Config{Capacity: 1 << 12, Producers: side.producers, Wait: BlockWait{}})
				r := ring.Consumer("c").reader
				h := movers{reader: r}
				if side.producers == Single {
					h.single = &ring.SingleProducer().single
				} else {
					h.multi = &ring.MultiProducer().multi
				}
				var moves, stop word
				var wg sync.WaitGroup
				late := newBacklog()
				wg.Go(func() {
					for seq := int64(0); stop.load() == 0; seq++ {
						late.fill()
						side.move(h, seq)
						moves.store(seq + 1)
					}
				})
				lost := 0
				for i := int64(0); i < rounds && lost == 0; i++ {
					order.before(r.core.raised)
					next := moves.load() + i%order.ahead
					s := side.enter(r, next)
					if !side.moved(r, next) {
						for moves.load() <= next { // the mover has looked for sleepers
							runtime.Gosched()
						}
						if len(s.wake) == 0 {
							lost++
						}
					}
					side.leave(r, s)
				}
				stop.store(1)
				wg.Wait()
				require.Zero(t, lost, "lost")
			})
		}
	}
}

// An end comes once in the life of a ring or a consumer: a fresh one each round.
func TestWhoSeesNoEndIsWokenByIt(t *testing.T) {
	type round struct {
		end   func()
		enter func() *sleeper
		ended func() bool
		leave func(*sleeper)
	}
	for _, c := range []struct {
		name  string
		round func(*Ring[int], *reader) round
	}{
		{"Close and a reader", func(ring *Ring[int], r *reader) round {
			l := &ring.core.readers
			return round{ring.Close, func() *sleeper { return l.enter(0, 1) }, func() bool { return r.ended(0) != nil }, l.leave}
		}},
		{"Close and a claim", func(ring *Ring[int], _ *reader) round {
			q := &ring.core.claims
			return round{ring.Close, func() *sleeper { return q.enter(1) }, func() bool { return ring.Err() != nil }, q.leave}
		}},
		{"a leave and a stage", func(ring *Ring[int], r *reader) round {
			l, list := &r.member.sleepers, ring.core.members.list.load()
			return round{r.leave, func() *sleeper { return l.enter(0, 1) },
				func() bool { return ring.core.members.list.load() != list }, l.leave}
		}},
		{"a leave and a claim", func(ring *Ring[int], r *reader) round {
			q := &ring.core.claims
			ring.MultiProducer().publish(true, 0, 1)
			ring.core.claim.store(1)
			return round{r.leave, func() *sleeper { s := q.enter(1); q.isFirst(s); return s },
				func() bool { return ring.core.slowest(noNeed) > 0 }, q.leave}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rounds := litmusRounds(10_000)
			var next cell[round]
			var ends word
			var wg sync.WaitGroup
			wg.Go(func() {
				for range rounds {
					for next.load() == nil {
						runtime.Gosched()
					}
					now := next.load()
					next.cas(now, nil)
					now.end()
					ends.add(1)
				}
			})
			lost := 0
			for i := range int64(rounds) {
				ring := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Fence: true}}) // parks without a process fence
				now := c.round(ring, ring.Consumer("c").reader)
				next.cas(nil, &now)
				machine.Pause(int(i % 32))
				s := now.enter()
				ended := now.ended()
				for ends.load() <= i {
					runtime.Gosched()
				}
				if !ended && len(s.wake) == 0 {
					lost++
				}
				now.leave(s)
			}
			wg.Wait()
			require.Zero(t, lost, "of %d", rounds)
		})
	}
}
