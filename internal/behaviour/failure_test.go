package behaviour

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A failure stops consumers where they stand, even if a look would find something.

// fail ends r by the context of a Run.
func fail[T any](t testing.TB, r *disruptor.Ring[T]) {
	t.Helper()
	require.ErrorIs(t, r.Run(expired), errLate)
}

func TestNothingIsHandedOutAfterAFailure(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		root := r.Consumer("root")
		stage := r.Consumer("stage", root)
		leaver := r.Consumer("leaver")
		former := r.Consumer("former", leaver)
		publish(t, p, 3)
		head, rest := take(t, root, 0, 3).Split(1)
		root.Done(head)
		leaver.Close()
		gone := leaver
		fail(t, r)
		for _, c := range []*disruptor.Consumer[int64]{root, stage, former, gone} {
			position := c.Position()
			requireNothing(t, c)
			_, err := c.Next(testContext(t))
			require.ErrorIs(t, err, disruptor.ErrClosed, c.Name())
			require.ErrorIs(t, err, errLate, c.Name())
			_, err = c.WaitFor(testContext(t), position)
			require.ErrorIs(t, err, errLate, c.Name())
			for range c.Batches(testContext(t)) {
				require.Fail(t, "a batch", c.Name())
			}
			require.ErrorIs(t, c.Err(), errLate)
			require.Equal(t, position, c.Position(), c.Name())
		}
		root.Done(rest) // what was in hand may be handed back
		require.Equal(t, int64(3), root.Position())
		requireNothing(t, stage)
	})
}

func TestAFailureWhileAClosedRingDrainsHandsOutNothingMore(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		publish(t, p, 3)
		r.Close()
		fail(t, r)
		requireNothing(t, c)
		_, err := c.Next(testContext(t))
		require.ErrorIs(t, err, errLate)
		require.Equal(t, disruptor.ErrClosed, r.Err(), "the first end is the one that counts")
	})
}

func TestAConsumerThatComesAfterAFailureFindsItWithItsCause(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		early := r.Consumer("early")
		publish(t, p, 3)
		fail(t, r)
		handler := func(disruptor.Batch[int64]) error { return errBoom }
		for _, c := range []*disruptor.Consumer[int64]{
			r.Consumer("root"),
			r.Consumer("stage", early),
			r.ConsumerWith(disruptor.ConsumerConfig[int64]{Name: "with", MaxBatch: 1}),
			r.Handle("handled", handler),
		} {
			requireNothing(t, c)
			_, err := c.Next(testContext(t))
			require.ErrorIs(t, err, errLate, c.Name())
			require.ErrorIs(t, err, disruptor.ErrClosed, c.Name())
			_, err = c.WaitFor(testContext(t), 0)
			require.ErrorIs(t, err, errLate, c.Name())
			c.Close()
			_, err = c.Next(testContext(t))
			require.ErrorIs(t, err, errLate, c.Name())
		}
		require.Len(t, r.Stats().Consumers, 1, "none of them holds anything")
	})
}

// After Close, without a failure, there is no cause to find.
func TestAConsumerThatComesAfterCloseFindsThatOnly(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		publish(t, p, 3)
		r.Close()
		_, err := r.Consumer("late").Next(testContext(t))
		require.Equal(t, disruptor.ErrClosed, err)
	})
}
