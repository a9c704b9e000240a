package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The words that a consumer in a select leaves in the ring, which can't be seen from outside.

// isReady reports whether c has been told to call TryNext, and takes note of it.
func isReady[T any](c *Consumer[T]) bool {
	select {
	case <-c.Ready():
		return true
	default:
		return false
	}
}

// requireQuiet checks that nobody is registered with r, so that wakers are spared again once it is calm.
func requireQuiet[T any](t *testing.T, r *Ring[T], quiet int64) {
	t.Helper()
	require.Equal(t, quiet, r.core.raised.load()&^settled)
	require.Equal(t, never, r.core.wantedMark.load())
	require.Nil(t, r.core.readers.first)
	require.Nil(t, r.core.readers.free, "a signal is nobody else's")
	for _, m := range *r.core.members.list.load() {
		require.Equal(t, never, m.wanted.load())
		require.Nil(t, m.sleepers.first)
		require.Nil(t, m.sleepers.free, "a signal is nobody else's")
	}
}

// A readyScene is a ring with a consumer, one that comes after it, and one that comes after both.
type readyScene struct {
	r                 *Ring[int64]
	p                 Producer[int64]
	root, stage, both *Consumer[int64]
	quiet             int64 // raised without settled when nobody sleeps
}

func newReadyScene(t *testing.T, kind Producers, wait WaitStrategy) *readyScene {
	r := newRing[int64](t, Config{Capacity: 4, Producers: kind, Wait: wait})
	s := &readyScene{r: r, p: newProducer(r), root: r.Consumer("root"), quiet: r.core.raised.load() &^ settled}
	s.stage = r.Consumer("stage", s.root)
	s.both = r.Consumer("both", s.root, s.stage)
	return s
}

func forEachReadyScene(t *testing.T, test func(t *testing.T, s *readyScene)) {
	for _, kind := range []Producers{Single, Multi} {
		for _, wait := range []WaitStrategy{SpinWait{}, BlockWait{}, BlockWait{Fence: true}} {
			test(t, newReadyScene(t, kind, wait))
		}
	}
}

func TestAConsumerInASelectIsRegisteredOnlyWhileItHasNothing(t *testing.T) {
	forEachReadyScene(t, func(t *testing.T, s *readyScene) {
		for _, c := range []*Consumer[int64]{s.root, s.stage} {
			require.True(t, isReady(c), "the first TryNext has to look")
			requireNothing(t, c)
			require.False(t, isReady(c))
		}
		require.Equal(t, s.quiet+2*oneSleep, s.r.core.raised.load()&^settled)
		for range 3 {
			publish(t, s.p, 1)
			require.True(t, isReady(s.root))
			require.False(t, isReady(s.stage))
			b, ok := s.root.TryNext()
			require.True(t, ok)
			require.Equal(t, s.quiet+oneSleep, s.r.core.raised.load()&^settled, "the stage's")
			s.root.Done(b)
			require.True(t, isReady(s.stage))
			b, ok = s.stage.TryNext()
			require.True(t, ok)
			requireQuiet(t, s.r, s.quiet)
			s.stage.Done(b)
			require.True(t, isReady(s.root), "there may be more")
			require.True(t, isReady(s.stage), "there may be more")
			requireNothing(t, s.root)
			requireNothing(t, s.stage)
			require.False(t, isReady(s.root))
			require.False(t, isReady(s.stage))
		}
		s.root.Close()
		require.True(t, isReady(s.root), "it has ended")
		require.True(t, isReady(s.stage), "it follows the ring now")
		requireNothing(t, s.stage)
		require.False(t, isReady(s.stage))
		require.Equal(t, s.quiet+oneSleep, s.r.core.raised.load()&^settled)
		publish(t, s.p, 1)
		require.True(t, isReady(s.stage))
		s.stage.Close()
		require.True(t, isReady(s.stage), "it has ended")
		requireQuiet(t, s.r, s.quiet)
	})
}

func TestTheEndOfTheRingEndsRegistrations(t *testing.T) {
	for _, end := range []func(*core){(*core).close, func(c *core) { c.fail(errHandler) }} {
		forEachReadyScene(t, func(t *testing.T, s *readyScene) {
			for _, c := range []*Consumer[int64]{s.root, s.stage} {
				require.True(t, isReady(c))
				requireNothing(t, c)
			}
			end(s.r.core)
			for _, c := range []*Consumer[int64]{s.root, s.stage} {
				for range 3 { // each time that it asks
					require.True(t, isReady(c))
					requireNothing(t, c)
				}
			}
			requireQuiet(t, s.r, s.quiet)
		})
	}
}

func TestAConsumerInASelectIsHandedNothingAfterAFailure(t *testing.T) {
	forEachReadyScene(t, func(t *testing.T, s *readyScene) {
		require.True(t, isReady(s.root))
		publish(t, s.p, 1)
		s.r.core.fail(errHandler)
		requireNothing(t, s.root)
		require.True(t, isReady(s.root))
	})
}

// Claimed slots of a closed ring may still be published. Until then the consumer waits, and it
// is told of the end once.
func TestAClosedRingIsToldOfOnceWhileSomethingMayCome(t *testing.T) {
	forEachReadyScene(t, func(t *testing.T, s *readyScene) {
		open := claim(t, s.p, 2)
		require.True(t, isReady(s.root))
		requireNothing(t, s.root)
		s.r.Close()
		require.True(t, isReady(s.root))
		requireNothing(t, s.root)
		requireNothing(t, s.root)
		require.True(t, isReady(s.root), "Err may have been asked before the end")
		requireNothing(t, s.root)
		require.False(t, isReady(s.root), "it need not poll")
		s.p.Publish(open)
		require.True(t, isReady(s.root))
		advance(t, s.root, 2)
		s.root.Close()
		s.stage.Close()
		requireQuiet(t, s.r, s.quiet)
	})
}

func TestAnAbortIsNotTheLastThatAConsumerInASelectHearsOf(t *testing.T) {
	forEachReadyScene(t, func(t *testing.T, s *readyScene) {
		for _, c := range []*Consumer[int64]{s.root, s.stage} {
			require.True(t, isReady(c))
			requireNothing(t, c)
		}
		open := claim(t, s.p, 2)
		aborted, published := open.Split(1)
		s.p.Abort(aborted)
		for _, c := range []*Consumer[int64]{s.root, s.stage} {
			require.True(t, isReady(c))
			requireNothing(t, c) // it has been roused, and waits for the next
		}
		s.p.Publish(published)
		require.True(t, isReady(s.root))
		advance(t, s.root, 2)
		require.True(t, isReady(s.stage))
		advance(t, s.stage, 2)
		requireQuiet(t, s.r, s.quiet)
	})
}

// If its predecessor leaves for good and nobody asks, a stage stays registered there, in a list
// that then belongs to the leaver alone.
func TestAStageLeavesTheListOfWhoHasLeft(t *testing.T) {
	forEachReadyScene(t, func(t *testing.T, s *readyScene) {
		require.True(t, isReady(s.stage))
		requireNothing(t, s.stage)
		s.root.Close()
		require.NotNil(t, s.root.member.sleepers.first)
		s.stage.Close()
		require.Nil(t, s.root.member.sleepers.first)
		require.Equal(t, never, s.root.member.wanted.load())
		requireQuiet(t, s.r, s.quiet)
	})
}

func TestNextWaitForAndBatchesMayComeBetween(t *testing.T) {
	forEachReadyScene(t, func(t *testing.T, s *readyScene) {
		ctx := testContext(t)
		c := s.root
		ready := c.Ready()
		require.Len(t, ready, 1)
		requireNothing(t, c)
		publish(t, s.p, 1)
		_, err := c.WaitFor(ctx, 0)
		require.NoError(t, err)
		require.Len(t, ready, 1)
		b, err := c.Next(ctx)
		require.NoError(t, err)
		requireQuiet(t, s.r, s.quiet)
		c.Done(b)
		requireNothing(t, c)
		publish(t, s.p, 2)
		for b := range c.Batches(ctx) {
			requireRange(t, b, 1, 3)
			break
		}
		requireQuiet(t, s.r, s.quiet)
		require.Equal(t, ready, c.Ready(), "always the same channel")
		requireNothing(t, c)
		require.Empty(t, ready)
		s.r.Close()
		for range c.Batches(ctx) {
		}
		require.NoError(t, c.Err())
		require.Len(t, ready, 1)
		requireQuiet(t, s.r, s.quiet)
	})
}
