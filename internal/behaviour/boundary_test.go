package behaviour

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// C5.
func TestPublishedIsZeroOnAFreshRing(t *testing.T) {
	for _, p := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[int](t, disruptor.Config{Capacity: 8, Producers: p})
		require.Zero(t, r.Published())
		newProducer(r).TryClaim(8)
		require.Zero(t, r.Published(), "claimed is not published")
	}
}

// Published() is the first sequence that is neither published nor aborted, for any caller,
// whatever the consumers have found, and however many laps have passed without a look. C22.
func TestPublishedIsExact(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		rnd := s.random()
		var consumers []*disruptor.Consumer[int64]
		end := s.start
		for range 60 {
			switch rnd.IntN(5) {
			case 0:
				if len(consumers) < 3 {
					consumers = append(consumers, r.Consumer("c", consumers[:rnd.IntN(len(consumers)+1)]...))
				}
			case 1:
				if n := len(consumers); n > 0 {
					i := rnd.IntN(n)
					consumers[i].Close()
					consumers[i] = consumers[n-1]
					consumers = consumers[:n-1]
				}
			case 2:
				for _, c := range consumers {
					if b, ok := c.TryNext(); ok {
						head, _ := b.Split(rnd.IntN(b.Len() + 1))
						c.Done(head)
					}
				}
			default:
				if free := r.Stats().Free; free > 0 {
					n := 1 + rnd.IntN(free)
					if n > 1 && rnd.IntN(3) == 0 {
						abort(t, p, n-1)
						end = r.Stats().Claimed
					} else {
						end = publish(t, p, n).To()
					}
				}
			}
			if rnd.IntN(3) == 0 {
				require.Equal(t, end, r.Published())
			}
		}
		require.Equal(t, end, r.Published())
	})
}

// While claims are published and consumers come and go, the Published() of another goroutine
// never goes back, and counts no event whose Publish has not begun.
func TestPublishedNeverGoesBack(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		for _, capacity := range []int{1, 8} {
			r := newRing[int64](t, v.config(capacity))
			ctx := testContext(t)
			var begun atomic.Int64
			var stop atomic.Bool
			var others sync.WaitGroup
			wrong := make(chan [2]int64, 2)
			for range 2 {
				others.Go(func() {
					for last := int64(0); !stop.Load(); {
						now := r.Published()
						if most := begun.Load(); now < last || now > most {
							wrong <- [2]int64{last, now}
							return
						}
						last = now
					}
				})
			}
			others.Go(func() {
				for !stop.Load() {
					c := r.Consumer("c")
					if b, ok := c.TryNext(); ok {
						head, _ := b.Split(b.Len() / 2)
						c.Done(head)
					}
					c.Close()
				}
			})
			p := newProducer(r)
			for range 300 {
				b, err := p.Claim(ctx, 1)
				require.NoError(t, err)
				begun.Store(b.To())
				p.Publish(b)
			}
			stop.Store(true)
			others.Wait()
			require.Empty(t, wrong)
			require.Equal(t, int64(300), r.Published())
		}
	})
}

// A root leaves inside a range, with more found than it has done, and raises published to a
// boundary. The stage after it goes on inside ranges whose marks it has never read.
func TestFormerStageGoesOnInsideARange(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		if s.Capacity < 8 {
			return
		}
		r, p := s.ring(t)
		root := r.Consumer("root")
		stage := r.Consumer("stage", root)
		publish(t, p, 3)
		publish(t, p, 3)
		at := s.start
		head, _ := take(t, root, at, at+6).Split(4) // inside the second range
		root.Done(head)
		head, _ = take(t, stage, at, at+4).Split(1) // inside the first
		stage.Done(head)
		root.Close()
		require.Equal(t, at+6, r.Published())
		publish(t, p, 2)
		head, rest := take(t, stage, at+1, at+8).Split(3)
		stage.Done(head)
		publish(t, p, 2) // into the next lap of the slots that are done
		take(t, stage, at+4, at+10)
		stage.Done(rest)
		stage.Done(take(t, stage, at+8, at+10))
		require.Equal(t, at+10, r.Published())
	})
}

// A stage that joined ahead of the consumer it follows knows a later boundary than that consumer
// leaves in published. If it took the lower one, it would read marks of a later lap there: at
// slot 4 of 4 the mark of sequence 8.
func TestFormerStageDoesNotGoBackToALowerBoundary(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	p := r.MultiProducer()
	root := r.Consumer("root")
	publish(t, p, 2)
	root.Done(take(t, root, 0, 2)) // and finds no more than that
	publish(t, p, 2)
	publish(t, p, 2)
	stage := r.Consumer("ahead", root)
	require.Equal(t, int64(6), stage.Position())
	root.Close()
	open := claim(t, p, 2)
	publish(t, p, 1)
	requireNothing(t, stage)
	require.Equal(t, int64(6), r.Published())
	p.Publish(open)
	stage.Done(take(t, stage, 6, 9))
}

// A stage that has followed another for laps knows only the boundary where it joined, which has
// been lapped. It goes on from the boundary that the other leaves in published.
func TestFormerStageGoesOnFromTheBoundaryThatItInherits(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	p := r.MultiProducer()
	root := r.Consumer("root")
	stage := r.Consumer("stage", root)
	for range 4 {
		publish(t, p, 2)
		advance(t, root, r.Published())
		advance(t, stage, r.Published())
	}
	open := claim(t, p, 2)
	publish(t, p, 1) // in the slot of 6, of which the mark of 4 tells that it is next
	root.Close()
	requireNothing(t, stage)
	p.Publish(open)
	take(t, stage, 8, 11)
}

// Below the boundary that a former stage has inherited it reads no marks, so it must learn from
// the table which sequences were aborted there.
func TestFormerStageStepsOverWhatWasAbortedBelowItsBoundary(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 8})
	p := r.MultiProducer()
	root := r.Consumer("root")
	stage := r.Consumer("stage", root)
	publish(t, p, 2)
	abort(t, p, 2)
	publish(t, p, 2)
	abort(t, p, 1)
	root.Done(take(t, root, 0, 2))
	root.Done(take(t, root, 4, 6))
	requireNothing(t, root)
	require.Equal(t, int64(7), root.Position())
	root.Close()
	stage.Done(take(t, stage, 0, 2))
	stage.Done(take(t, stage, 4, 6))
	requireNothing(t, stage)
	require.Equal(t, int64(7), stage.Position())
	abort(t, p, 3)
	publish(t, p, 1)
	take(t, stage, 10, 11)
}

// A joiner looks from a boundary in memory that has been reused many times while there was no
// consumer. C48, C69.
func TestConsumerJoinsAfterLapsWithoutAny(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		end := s.start
		for range 2 {
			for range 3 {
				publish(t, p, s.Capacity)
				end = publish(t, p, 1).To()
			}
			c := r.Consumer("c")
			require.Equal(t, end, c.Position())
			requireNothing(t, c)
			end = publish(t, p, 1).To()
			take(t, c, end-1, end)
			c.Close()
		}
	})
}
