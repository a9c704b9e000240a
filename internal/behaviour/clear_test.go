package behaviour

import (
	"runtime"
	"sync"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// requireCleared requires that of the slots of [from, to) exactly those below done are zero. lap
// is a claim of all slots of the ring.
func requireCleared(t testing.TB, lap disruptor.Batch[int64], from, done, to int64) {
	t.Helper()
	for seq := from; seq < to; seq++ {
		if v := *slotOf(lap, seq); (v == 0) != (seq < done) {
			require.FailNow(t, "wrong slot", "sequence %d holds %d; all are done below %d", seq, v, done)
		}
	}
}

// forEachClearScene is forEachScene with Config.Clear and from 1: the event of sequence 0 could not be told from none.
func forEachClearScene(t *testing.T, test func(t *testing.T, s scene)) {
	forEachScene(t, func(t *testing.T, s scene) {
		s.Clear = true
		s.start = max(s.start, 1)
		test(t, s)
	})
}

func TestSlotsAreClearedOnceEveryConsumerIsDone(t *testing.T) {
	forEachClearScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		rnd := s.random()
		root := r.Consumer("root")
		consumers := []*disruptor.Consumer[int64]{root, r.Consumer("other"), r.Consumer("stage", root)}
		for range 3 {
			b := publish(t, p, s.Capacity)
			for done := b.From(); done < b.To(); {
				c := consumers[rnd.IntN(len(consumers))]
				if got, ok := c.TryNext(); ok {
					advance(t, c, c.Position()+1+rnd.Int64N(int64(got.Len())))
				}
				done = b.To()
				for _, c := range consumers {
					done = min(done, c.Position())
				}
				requireCleared(t, b, b.From(), done, b.To())
			}
		}
	})
}

// A consumer that leaves no longer holds slots.
func TestSlotsAreClearedWhenTheSlowestConsumerLeaves(t *testing.T) {
	forEachClearScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		fast, slow := r.Consumer("fast"), r.Consumer("slow")
		b := publish(t, p, s.Capacity)
		half := b.From() + int64(s.Capacity+1)/2
		advance(t, fast, half)
		requireCleared(t, b, b.From(), b.From(), b.To())
		slow.Close()
		requireCleared(t, b, b.From(), half, b.To())
		fast.Close() // the last of them
		requireCleared(t, b, b.From(), b.To(), b.To())
	})
}

func TestAbortedSlotsAreCleared(t *testing.T) {
	forEachClearScene(t, func(t *testing.T, s scene) {
		if s.Capacity == 1 {
			return
		}
		r, p := s.ring(t)
		c := r.Consumer("c")
		lap := publish(t, p, s.Capacity)
		advance(t, c, lap.To())
		for range 3 {
			from := r.Stats().Claimed
			abort(t, p, s.Capacity-1)
			if s.multi() {
				publish(t, p, 1)
			}
			to := r.Stats().Claimed
			take(t, c, to-1, to) // and so its position moves over the rest
			requireCleared(t, lap, from, to-1, to)
			advance(t, c, to)
			requireCleared(t, lap, from, to, to)
		}
	})
}

// Without consumers published slots are done. They are cleared at the latest by the claim that
// needs the room.
func TestSlotsAreClearedForTheNextClaimWithoutConsumers(t *testing.T) {
	forEachClearScene(t, func(t *testing.T, s scene) {
		_, p := s.ring(t)
		for range 3 {
			lap := publish(t, p, s.Capacity)
			b, ok := p.TryClaim(1)
			require.True(t, ok)
			requireCleared(t, lap, b.From(), b.From()+int64(s.Capacity), b.From()+int64(s.Capacity))
			for _, v := range b.All() {
				*v = 1
			}
			p.Publish(b)
		}
	})
}

// Memory that slots refer to can be freed as soon as the slots have been read, not only a lap
// later.
func TestClearedSlotsKeepNothingAlive(t *testing.T) {
	for _, clear := range []bool{true, false} {
		r := newRing[*[64]byte](t, disruptor.Config{Capacity: 8, Clear: clear})
		p, c := r.MultiProducer(), r.Consumer("c")
		var events []weak.Pointer[[64]byte]
		for range 8 {
			v := new([64]byte)
			events = append(events, weak.Make(v))
			require.True(t, p.TrySend(v))
		}
		b, ok := c.TryNext()
		require.True(t, ok)
		head, rest := b.Split(5)
		c.Done(head)
		runtime.GC()
		for i, e := range events {
			require.Equal(t, clear && i < head.Len(), e.Value() == nil, "event %d, Clear is %v", i, clear)
		}
		c.Done(rest)
		runtime.GC()
		for i, e := range events {
			require.Equal(t, clear, e.Value() == nil, "event %d, Clear is %v", i, clear)
		}
		runtime.KeepAlive(r)
	}
}

// Of two consumers that are done at the same time one clears, and the other leaves the work to
// it. That one must not have looked for the last time by then.
func TestTheLastClearingIsNeverLost(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 2, Wait: disruptor.YieldWait{}, Clear: true})
	p := r.MultiProducer()
	consumers := []*disruptor.Consumer[int64]{r.Consumer("a"), r.Consumer("b")}
	const rounds = 3000
	start := make([]chan int64, len(consumers))
	var turn sync.WaitGroup
	for i, c := range consumers {
		start[i] = make(chan int64)
		go func() {
			for to := range start[i] {
				for c.Position() < to {
					b, _ := c.TryNext()
					head, _ := b.Split(1)
					c.Done(head)
				}
				turn.Done()
			}
		}()
	}
	for range rounds {
		lap := publish(t, p, 2)
		turn.Add(len(consumers))
		for i := range start {
			start[i] <- lap.To()
		}
		turn.Wait()
		requireCleared(t, lap, max(1, lap.From()), lap.To(), lap.To()) // both are done, so somebody has cleared
	}
	for i := range start {
		close(start[i])
	}
}
