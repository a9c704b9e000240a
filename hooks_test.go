//go:build disruptor_debug

package disruptor

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// These are the orders of events that broke earlier drafts of the protocol, each forced: what other goroutines do
// between two accesses of one call is done by the hook at the point between them, so nothing here is left to chance.

// during calls call, and other when call first comes to the point. It fails the test if call never comes there, or if
// a look at what is published starts over again and again, as it does for ever when its boundary never gets fresher.
func during(t *testing.T, at hookPoint, other, call func()) {
	t.Helper()
	came := false
	looks := 0
	hook = func(p hookPoint) {
		if p == at && !came {
			came = true
			other()
		}
		if p == pointBoundary {
			if looks++; looks > 1000 {
				panic("looks at what is published for ever")
			}
		}
	}
	defer func() { hook = nil }()
	call()
	require.True(t, came, "call never came to the point")
}

// A gate that reads the list only before it looks at marks misses who joins between: the joiner has seen less of
// what is published, and the claim laps it.
func TestGateWithoutConsumersSeesWhoJoinsMeanwhile(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p := r.MultiProducer()
	publish(t, p, 2)
	open := claim(t, p, 2)
	var joiner *Consumer[int64]
	during(t, pointBoundary, func() {
		joiner = r.Consumer("joiner")
		p.Publish(open)
	}, func() {
		_, ok := r.MultiProducer().TryClaim(3)
		require.False(t, ok, "the joiner holds [2, 4)")
	})
	require.Equal(t, int64(2), joiner.Position())
	publish(t, p, 2)
	joiner.Done(take(t, joiner, 2, 6))
}

// The same between the list and the positions in it: these have passed the joiner's since.
func TestGateSeesWhoJoinsBeforeItReadsThePositions(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p := r.MultiProducer()
	old := r.Consumer("old")
	publish(t, p, 2)
	advance(t, old, 2)
	open := claim(t, p, 2)
	var joiner *Consumer[int64]
	during(t, pointListed, func() {
		joiner = r.Consumer("joiner")
		p.Publish(open)
		advance(t, old, 4)
	}, func() {
		_, ok := r.MultiProducer().TryClaim(3)
		require.False(t, ok, "the joiner holds [2, 4)")
	})
	require.Equal(t, int64(2), joiner.Position())
	publish(t, p, 2)
	joiner.Done(take(t, joiner, 2, 6))
}

// Whoever joins between the positions and the second look at the list has seen at least what the gate saw: the claim
// may be denied, but what is granted must not lap it.
func TestGateSeesWhoJoinsAfterItHasReadThePositions(t *testing.T) {
	for _, consumers := range []bool{false, true} {
		r := newRing[int64](t, Config{Capacity: 4})
		p := r.MultiProducer()
		if consumers {
			advance(t, r.Consumer("old"), publish(t, p, 2).To())
		} else {
			publish(t, p, 2)
		}
		publish(t, p, 2)
		var joiner *Consumer[int64]
		during(t, pointGate, func() { joiner = r.Consumer("joiner") }, func() {
			if b, ok := r.MultiProducer().TryClaim(2); ok {
				p.Abort(b)
			}
		})
		require.Equal(t, int64(4), joiner.Position())
		require.LessOrEqual(t, r.Stats().Claimed, joiner.Position()+4)
	}
}

// A joiner whose own avail, 0 still, is the only one in the list has no boundary but the ring's word.
func TestLookWithNoAvailInTheListEnds(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 2})
	p := r.MultiProducer()
	for range 5 {
		publish(t, p, 2)
	}
	var seen int64
	during(t, pointJoined, func() { seen = r.Published() }, func() {
		require.Equal(t, int64(10), r.Consumer("joiner").Position())
	})
	require.Equal(t, int64(10), seen)
}

// A gate that stored what it had walked to, instead of raising the word to it, would take the word back to a boundary
// that others have lapped meanwhile, from which no look ever ends.
func TestGateNeverTakesTheBoundaryBack(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 2})
	p := r.MultiProducer()
	publish(t, p, 2)
	during(t, pointWalked, func() {
		for range 4 {
			publish(t, p, 2)
		}
	}, func() {
		_, ok := r.MultiProducer().TryClaim(2)
		require.True(t, ok)
	})
	during(t, pointBoundary, func() {}, func() { require.Equal(t, int64(10), r.Published()) })
	require.Equal(t, int64(10), r.core.published.load())
}

// A leaver whose boundary is behind the ring's word does not take that back either.
func TestLeaverNeverTakesTheBoundaryBack(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p := r.MultiProducer()
	slow, fast := r.Consumer("slow"), r.Consumer("fast")
	advance(t, fast, publish(t, p, 3).To())
	fast.Close()
	slow.Close()
	require.Equal(t, int64(3), r.core.published.load())
}

// A look at what is published that has been lapped starts again from a fresher boundary. The mark that it finds
// belongs to a later lap, before which a claim may be open.
func TestLookThatIsLappedStartsAgain(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p := r.MultiProducer()
	publish(t, p, 2)
	r.core.slowest(noNeed) // has a boundary, 2
	var open Batch[int64]
	during(t, pointBoundary, func() {
		publish(t, p, 2)
		publish(t, p, 4)
		open = claim(t, p, 2)
		publish(t, p, 1) // in the slot of 2: its mark says 11
	}, func() {
		require.Equal(t, int64(8), r.Published())
	})
	p.Publish(open)
	require.Equal(t, int64(11), r.Published())
}

// The leaver's boundary is there before the leaver is gone: a stage that sees the list without it goes on from it.
func TestLeaverLeavesItsBoundaryBehindBeforeItLeaves(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 8})
	p := r.MultiProducer()
	root := r.Consumer("root")
	stage := r.Consumer("stage", root)
	publish(t, p, 3)
	abort(t, p, 1)
	publish(t, p, 2)
	advance(t, root, 5)
	during(t, pointLeaving, func() {
		require.Equal(t, int64(6), r.core.published.load())
		head, _ := take(t, stage, 0, 3).Split(2) // follows it still
		stage.Done(head)
		require.Len(t, r.Stats().Consumers, 2)
	}, root.Close)
	advance(t, stage, 3)
	take(t, stage, 4, 6)
	publish(t, p, 1)
	take(t, stage, 4, 7)
}

// While a joiner looks for its place it holds one that keeps what it may still find from being overwritten.
func TestJoinerHoldsASlotThatItMayFind(t *testing.T) {
	for _, consumers := range []bool{false, true} {
		r := newRing[int64](t, Config{Capacity: 4})
		p := r.MultiProducer()
		var old *Consumer[int64]
		if consumers {
			old = r.Consumer("old")
		}
		publish(t, p, 3)
		open := claim(t, p, 1)
		var joiner *Consumer[int64]
		end := int64(3)
		during(t, pointJoined, func() {
			if p.Publish(open); old != nil {
				advance(t, old, 4)
			}
			for p.TrySend(0) { // as far as it goes
				end = r.Published()
			}
			end = r.Published()
			require.LessOrEqual(t, end, int64(4+4))
		}, func() { joiner = r.Consumer("joiner") })
		require.Equal(t, end, joiner.Position())
		for range 3 {
			require.True(t, p.TrySend(joiner.Position()))
			if old != nil {
				b, _ := old.TryNext()
				old.Done(b)
			}
			advance(t, joiner, r.Published())
		}
	}
}

// What a stage has found ends where another consumer stands, which may be inside a range. Were that its avail, a look at
// what is published that has read the avail of the ring's follower before, and the stage's after, would stop there for
// good, and so would a consumer that joins.
func TestAStageNeverStoresABoundaryThatIsNone(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 8})
	p := r.MultiProducer()
	root := r.Consumer("root")
	stage := r.Consumer("stage", root)
	var joiner *Consumer[int64]
	during(t, pointAvail, func() {
		publish(t, p, 4)
		advance(t, root, 2)
		advance(t, stage, 2)
	}, func() { joiner = r.Consumer("joiner") })
	require.Equal(t, int64(4), joiner.Position())
	publish(t, p, 1)
	joiner.Done(take(t, joiner, 4, 5))
}

// Woken before it has been asked, it would look, find nothing and sleep on.
func TestCloseAsksAServedConsumerBeforeItWakesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, Config{Capacity: 8, Wait: BlockWait{Spin: -1}})
		c := r.Handle("c", func(Batch[int64]) error { return nil })
		run := make(chan error)
		go func() { run <- r.Run(t.Context()) }()
		synctest.Wait()
		during(t, pointAsked, synctest.Wait, func() {
			c.Close()
			synctest.Wait() // who leaves passes points, too
		})
		require.Empty(t, r.Stats().Consumers, "it has left")
		r.Close()
		require.NoError(t, <-run)
	})
}

// Abort looks behind a gap at marks that it does not hold back: what lies there may be published, read and claimed for
// the next lap meanwhile. The marks of that lap say nothing about its own range.
func TestAnAbortThatIsLappedBehindTheGapIsNotASecondOne(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p, q := r.MultiProducer(), r.MultiProducer()
	c := r.Consumer("c")
	gap, mine := claim(t, q, 2), claim(t, p, 1)
	during(t, pointWalked, func() {
		q.handOver(gap.from, gap.to) // Publish would pass the point itself
		advance(t, c, 2)
		open := claim(t, q, 1)
		next := claim(t, q, 1)
		q.handOver(next.from, next.to)
		require.Equal(t, int64(3), open.From())
	}, func() { p.Abort(mine) })
	require.Equal(t, int64(3), r.Published())
	_, ok := c.TryNext()
	require.False(t, ok, "aborted")
	require.Equal(t, int64(3), c.Position())
}

// Of a failure and a Shutdown out of time at once, Shutdown tells of both, and Run of the one that was first.
func TestAShutdownThatFailsBehindAFailureTellsOfBoth(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	r.Handle("c", func(Batch[int64]) error { return nil })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var err error
	during(t, pointWalked, func() { r.core.fail(errHandler) }, func() { err = r.Shutdown(ctx) })
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, errHandler)
	require.Equal(t, errHandler, r.Run(t.Context()))
}

// With two consumers in each of many layers, all of which have left, there are 2^layers ways through them.
func TestFollowingVisitsEachMemberOnce(t *testing.T) {
	const layers = 16
	var last, all []*member
	for range layers {
		a, b := memberAt("a", 0, last...), memberAt("b", 0, last...)
		last = []*member{a, b}
		all = append(all, last...)
	}
	visits := 0
	hook = func(at hookPoint) {
		if at == pointFollowed {
			visits++
		}
	}
	defer func() { hook = nil }()
	left := following(last, all[:2])
	require.Len(t, left, 2)
	require.Equal(t, all[:2], left)
	require.LessOrEqual(t, visits, len(all))
}

// Who finds another at work with clearing leaves it to that one, which must look again: it has read its positions.
func TestClearingThatIsAskedForMeanwhileIsNotLost(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4, Clear: true})
	p := r.MultiProducer()
	a, b := r.Consumer("a"), r.Consumer("b")
	publish(t, p, 4)
	during(t, pointGate, func() { advance(t, b, 4) }, func() { advance(t, a, 4) })
	require.Equal(t, int64(4), r.core.cleared.load())
	require.Equal(t, make([]int64, 4), r.slots)
	publish(t, p, 4)
}

// C16. While one goroutine is inside a call of a SingleProducer, calls of another panic and change nothing.
func TestDebugChecksFindASingleProducerUsedByTwoGoroutines(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4, Producers: Single})
	p := r.SingleProducer()
	inside, release := make(chan struct{}), make(chan struct{})
	hook = func(at hookPoint) {
		if at == pointClaimed {
			inside <- struct{}{}
			<-release
		}
	}
	defer func() { hook = nil }()
	done := make(chan Batch[int64])
	go func() {
		b, _ := p.TryClaim(1)
		done <- b
	}()
	<-inside
	const text = "disruptor: a SingleProducer is used by two goroutines at once"
	requirePanics(t, text, func() { p.TryClaim(1) })
	requirePanics(t, text, func() { p.Claim(t.Context(), 1) })
	requirePanics(t, text, func() { p.TrySend(1) })
	requirePanics(t, text, func() { p.Publish(Batch[int64]{r, 0, 1}) })
	requirePanics(t, text, func() { p.Abort(Batch[int64]{r, 0, 1}) })
	close(release)
	b := <-done
	require.Equal(t, [2]int64{0, 1}, [2]int64{b.From(), b.To()})
	p.Publish(b)
	require.Equal(t, int64(1), r.Published())
}

// requirePanics requires that f panics with exactly this text.
func requirePanics(t testing.TB, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		require.Equal(t, text, fmt.Sprint(recover())) // an error's text, too
	}()
	f()
}

// abort claims n slots, which must be free, leaves rubbish in them, and gives them back so that they stay aborted:
// with a Single producer what follows them is published first, as it would take them back otherwise.
func abort(t testing.TB, p Producer[int64], n int) {
	t.Helper()
	if _, single := p.(*SingleProducer[int64]); !single {
		b := claim(t, p, n)
		spoil(b)
		p.Abort(b)
		return
	}
	b := claim(t, p, n+1)
	head, rest := b.Split(n)
	spoil(head)
	p.Publish(rest)
	p.Abort(head)
}

func spoil(b Batch[int64]) {
	for _, v := range b.All() {
		*v = -1
	}
}
