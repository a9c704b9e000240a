package behaviour

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// WaitFor returned available slots to a consumer that could not be handed them any more.
func TestWaitForFailsAsNextDoes(t *testing.T) {
	cause := errors.New("cause")
	cancelled := func(r *disruptor.Ring[int64]) {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(cause)
		require.Equal(t, cause, r.Run(ctx))
	}
	failed := func(r *disruptor.Ring[int64]) {
		r.Handle("bad", func(disruptor.Batch[int64]) error { return cause })
		require.True(t, newProducer(r).TrySend(3))
		require.ErrorIs(t, r.Run(testContext(t)), cause)
	}
	for name, end := range map[string]func(*disruptor.Ring[int64]){"cancelled": cancelled, "failed": failed} {
		t.Run(name, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 4})
			c := r.Consumer("c")
			publish(t, newProducer(r), 3)
			head, _ := take(t, c, 0, 3).Split(1)
			c.Done(head)
			end(r)
			_, want := c.Next(testContext(t))
			require.ErrorIs(t, want, disruptor.ErrClosed)
			require.ErrorIs(t, want, cause)
			for _, seq := range []int64{0, 1, 2, 3, 1 << 40} {
				_, err := c.WaitFor(testContext(t), seq)
				require.Equal(t, want, err, seq)
			}
		})
	}
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	c := r.Consumer("c")
	publish(t, newProducer(r), 3)
	head, _ := take(t, c, 0, 3).Split(1)
	c.Done(head)
	c.Close()
	for _, seq := range []int64{0, 1, 2, 3, 1 << 40} {
		_, err := c.WaitFor(testContext(t), seq)
		require.Equal(t, disruptor.ErrClosed, err, seq)
	}
}

func TestWaitForTheLastInt64EndsWithItsContext(t *testing.T) {
	cause := errors.New("cause")
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int64](t, v.config(4))
		root := r.Consumer("root")
		stage := r.Consumer("stage", root)
		p := newProducer(r)
		for _, c := range []*disruptor.Consumer[int64]{root, stage} {
			ctx, cancel := context.WithCancelCause(testContext(t))
			before := r.Stats().Parks
			done := make(chan error, 1)
			go func() { _, err := c.WaitFor(ctx, math.MaxInt64); done <- err }()
			if parks(v.wait) {
				eventually(t, func() bool { return r.Stats().Parks > before }, "it has parked")
			}
			cancel(cause)
			require.Equal(t, cause, <-done)
			b := publish(t, p, 1)
			if c == stage {
				advance(t, root, b.To())
			}
			take(t, c, 0, b.To())
		}
	})
}
