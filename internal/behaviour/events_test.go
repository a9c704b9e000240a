package behaviour

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

func TestEventsWalksOverWhatIsPublishedInOrder(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		s.MaxBatch = 2
		r, p := s.ring(t)
		c := r.Consumer("c")
		end := publish(t, p, s.Capacity).To()
		r.Close()
		at := s.start
		for seq, event := range c.Events(testContext(t)) {
			require.Equal(t, at, seq)
			require.Equal(t, at, *event)
			require.Equal(t, s.start+(at-s.start)/2*2, c.Position(), "handed back batch by batch")
			at++
		}
		require.Equal(t, end, at)
		require.Equal(t, end, c.Position())
		require.NoError(t, c.Err(), "a drained ring is no failure")
	})
}

func TestEventsStepsOverAbortedOnes(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 8})
	p, c := r.MultiProducer(), r.Consumer("c")
	publish(t, p, 2)
	p.Abort(claim(t, p, 3))
	publish(t, p, 1)
	r.Close()
	var got []int64
	for seq := range c.Events(t.Context()) {
		got = append(got, seq)
	}
	require.Equal(t, []int64{0, 1, 5}, got)
	require.Equal(t, int64(6), c.Position())
}

func TestEventsAreDoneThatHaveBeenInTheBodyOfALoopThatIsLeft(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		ctx := testContext(t)
		c := r.Consumer("c")
		end := publish(t, p, s.Capacity).To()
		for at := s.start; at < end; at++ { // one of a batch each time
			for seq := range c.Events(ctx) {
				require.Equal(t, at, seq)
				break
			}
			require.Equal(t, at+1, c.Position())
			require.NoError(t, c.Err())
		}

		publish(t, p, s.Capacity)
		func() {
			for range c.Events(ctx) {
				return
			}
		}()
		require.Equal(t, end+1, c.Position())

		publish(t, p, 1)
		left := min(1, s.Capacity-1) // how many events of the batch have been in the body before the panic
		requirePanics(t, "body", func() {
			for range c.Events(ctx) {
				if left--; left < 0 {
					panic("body")
				}
			}
		})
		require.Equal(t, end+1, c.Position())
		take(t, c, end+1, r.Published())
	})
}

func TestEventsEndsAsBatchesDoes(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		cause := errors.New("cause")
		ctx, cancel := context.WithCancelCause(testContext(t))
		defer cancel(nil)
		publish(t, p, 1)
		for seq := range c.Events(ctx) { // it never runs dry
			cancel(cause)
			for range c.Events(testContext(t)) { // the same event, which is not done yet
				break
			}
			require.Equal(t, seq+1, c.Position())
			publish(t, p, 1)
		}
		require.Equal(t, cause, c.Err())

		failed, fail := context.WithCancelCause(context.Background())
		fail(errHandler)
		require.Equal(t, errHandler, r.Run(failed))
		for range c.Events(testContext(t)) {
		}
		require.ErrorIs(t, c.Err(), errHandler)

		c.Close()
		other := newRing[int64](t, disruptor.Config{Capacity: 1}).Consumer("closed")
		other.Close()
		for range other.Events(testContext(t)) {
		}
		require.Equal(t, disruptor.ErrClosed, other.Err())
		var none context.Context
		requirePanics(t, "disruptor: nil context", func() { other.Events(none) })
	})
}
