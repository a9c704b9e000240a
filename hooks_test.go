//go:build disruptor_debug

package disruptor

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// The orders of events that broke earlier drafts of the protocol, each forced: the hook at the
// point between two accesses of one call does what other goroutines would do there, so no test
// depends on chance.

// during calls call, and calls other when call first comes to the point. It fails the test if
// call never comes there, or if a look at what is published starts again and again, as it does
// forever when its boundary never gets fresher.
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

// A gate that reads the list only before it looks at marks misses a consumer that joins in
// between: the joiner has seen less of what is published, and the claim laps it.
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

// The same for a consumer that joins between the list and the positions in it: these have passed
// its position since.
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

// A consumer that joins between the positions and the second look at the list has seen at least
// what the gate saw. The claim may be denied, but if it is granted it must not lap the consumer.
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

// If a joiner's avail, still 0, is the only one in the list, the ring's published is the only
// boundary.
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

// A gate that stored the boundary it had walked to, instead of raising published to it, would take
// published back to a boundary that others have lapped meanwhile. No look from there ever ends.
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

// A leaver whose boundary is below published does not take published back either.
func TestLeaverNeverTakesTheBoundaryBack(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p := r.MultiProducer()
	slow, fast := r.Consumer("slow"), r.Consumer("fast")
	advance(t, fast, publish(t, p, 3).To())
	fast.Close()
	slow.Close()
	require.Equal(t, int64(3), r.core.published.load())
}

// A look at what is published that has been lapped starts again from a fresher boundary. The
// mark that it finds belongs to a later lap, with perhaps an open claim before it.
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
		head, _ := take(t, stage, 0, 3).Split(2) // it still follows the leaver
		stage.Done(head)
		require.Len(t, r.Stats().Consumers, 2)
	}, root.Close)
	advance(t, stage, 3)
	take(t, stage, 4, 6)
	publish(t, p, 1)
	take(t, stage, 4, 7)
}

// While a joiner looks for its place it holds a position that protects all it may still find
// from being overwritten.
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
			for p.TrySend(0) { // until the ring is full
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

// What a stage has found ends where another consumer stands, perhaps inside a range. If that
// were its avail, a look at what is published could read the avail of the ring's follower before
// and the stage's after. It would then stop there for good, and so would a consumer that joins.
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

// A consumer that is woken before it has been asked to leave would look, find nothing and sleep on.
func TestCloseAsksAServedConsumerBeforeItWakesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, Config{Capacity: 8, Wait: BlockWait{Spin: -1}})
		c := r.Handle("c", func(Batch[int64]) error { return nil })
		run := make(chan error)
		go func() { run <- r.Run(t.Context()) }()
		synctest.Wait()
		during(t, pointAsked, synctest.Wait, func() {
			c.Close()
			synctest.Wait() // the consumer that leaves passes points, too
		})
		require.Empty(t, r.Stats().Consumers, "it has left")
		r.Close()
		require.NoError(t, <-run)
	})
}

// Abort looks behind a gap at marks that it does not hold back: the slots there may meanwhile be
// published, read and claimed for the next lap. The marks of that lap say nothing about its range.
func TestAnAbortThatIsLappedBehindTheGapIsNotASecondOne(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p, q := r.MultiProducer(), r.MultiProducer()
	c := r.Consumer("c")
	gap, mine := claim(t, q, 2), claim(t, p, 1)
	during(t, pointWalked, func() {
		q.handOver(gap.from, gap.to) // Publish would pass the point too
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

// When a failure comes together with a Shutdown out of time, Shutdown returns both errors, and
// Run the first one.
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

// Through many layers of two consumers each, all of which have left, there are 2^layers ways.
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

// A goroutine that finds another one clearing leaves the work to it. That one has read its
// positions already, so it must look again.
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

// abort claims n slots, which must be free, leaves rubbish in them, and gives them back so that
// they stay aborted. A Single producer would take them back, so there it first publishes the
// slots that follow.
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
