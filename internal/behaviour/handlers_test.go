package behaviour

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The batches that a handler is handed, and the calls that it may make.

// C69, C80. Five events are published, and a consumer of the sixth joins.
func TestAHandlerThatComesLateStartsWhereTheRingIs(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		publish(t, p, 4)
		publish(t, p, 2)
		var seen []int64
		c := r.Handle("late", func(b disruptor.Batch[int64]) error { collect(&seen, b); return nil })
		require.Equal(t, int64(6), c.Position())
		publish(t, p, 3)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []int64{6, 7, 8}, seen)
	})
}

// C56, C57. A handler that publishes one event for each event of its batch except the last is
// handed 3, then 2, then 1.
func TestBatchesAreWhatIsThereWhenTheyAreHandedOut(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		var sizes []int
		r.Handle("h", func(b disruptor.Batch[int]) error {
			sizes = append(sizes, b.Len())
			for s := range b.All() {
				if last := s == b.To()-1; !last && !p.TrySend(0) {
					return errors.New("no room")
				}
			}
			if b.Len() == 1 {
				r.Close()
			}
			return nil
		})
		for range 3 {
			require.True(t, p.TrySend(0))
		}
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []int{3, 2, 1}, sizes)
	})
}

// C58. Aborted slots shorten batches, and never to nothing.
func TestNoHandlerIsHandedAnEmptyBatch(t *testing.T) {
	for _, limit := range []int{0, 1, 2} {
		r := newRing[int64](t, disruptor.Config{Capacity: 16, MaxBatch: limit})
		p := r.MultiProducer()
		var seen []int64
		empty := 0
		h := func(b disruptor.Batch[int64]) error {
			if b.Len() == 0 {
				empty++
			}
			collect(&seen, b)
			return nil
		}
		r.Handle("stage", h, r.Handle("root", func(disruptor.Batch[int64]) error { return nil }))
		abort(t, p, 3)
		publish(t, p, 1)
		abort(t, p, 2)
		publish(t, p, 3)
		abort(t, p, 1)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []int64{3, 6, 7, 8}, seen)
		require.Zero(t, empty)
	}
}

// C59. Five events wait, and MaxBatch is 3: batches of 3 and 2, with 5 and 2 events to go.
func TestMaxBatchAndTheDepthOfTheQueue(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		cfg := v.config(8)
		cfg.MaxBatch = 3
		r := newRing[int64](t, cfg)
		var sizes, depths []int64
		var c *disruptor.Consumer[int64]
		c = r.Handle("c", func(b disruptor.Batch[int64]) error {
			sizes = append(sizes, int64(b.Len()))
			depths = append(depths, c.Lag())
			return nil
		})
		publish(t, newProducer(r), 5)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []int64{3, 2}, sizes)
		require.Equal(t, []int64{5, 2}, depths)
	})
}

// C61, C62, C66. An exception handler is a handler around the handler: it is told error,
// sequence and event of each failure, and the other events are handled.
func TestAHandlerMayReportFailuresAndGoOn(t *testing.T) {
	type report struct {
		err   error
		seq   int64
		event int64
	}
	reporting := func(handle func(event int64) error, tell func(report)) disruptor.Handler[int64] {
		return func(b disruptor.Batch[int64]) error {
			for s, e := range b.All() {
				if err := handle(*e); err != nil {
					tell(report{err, s, *e})
				}
			}
			return nil
		}
	}
	odd := errors.New("odd")
	var handled []int64
	var reports []report
	r := newRing[int64](t, disruptor.Config{Capacity: 8})
	r.Handle("h", reporting(func(event int64) error {
		if event%2 == 1 {
			return odd
		}
		handled = append(handled, event)
		return nil
	}, func(r report) { reports = append(reports, r) }))
	publish(t, r.MultiProducer(), 5)
	r.Close()
	require.NoError(t, r.Run(testContext(t)))
	require.Equal(t, []int64{0, 2, 4}, handled)
	require.Equal(t, []report{{odd, 1, 1}, {odd, 3, 3}}, reports)
}

// C78. A ring identifies consumers, not functions: the same function twice is two handlers.
func TestOneFunctionMayBeTwoHandlers(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	var seen []int64
	h := func(b disruptor.Batch[int64]) error { collect(&seen, b); return nil }
	first := r.Handle("h", h)
	second := r.Handle("h", h, first) // after the other, so that seen needs no lock
	require.NotSame(t, first, second)
	publish(t, r.MultiProducer(), 1)
	r.Close()
	require.NoError(t, r.Run(testContext(t)))
	require.Equal(t, []int64{0, 0}, seen)
}

// C83, C85. Run ends with its last handler and not before; the end of its context reaches all
// others at once.
func TestAStuckHandlerHoldsRunAndNobodyElse(t *testing.T) {
	cause := errors.New("cause")
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int64](t, v.config(2))
		p := newProducer(r)
		entered, release := make(chan struct{}), make(chan struct{})
		stuck := r.Handle("stuck", func(disruptor.Batch[int64]) error { close(entered); <-release; return nil })
		follower := r.Consumer("follower", stuck)
		publish(t, p, 2)
		ctx, cancel := context.WithCancelCause(testContext(t))
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		<-entered
		errs := make(chan error, 2)
		var others sync.WaitGroup
		others.Go(func() { errs <- p.Send(testContext(t), 0) })
		others.Go(func() { _, err := follower.Next(testContext(t)); errs <- err })
		cancel(cause)
		others.Wait()
		require.ErrorIs(t, <-errs, cause)
		require.ErrorIs(t, <-errs, cause)
		require.Empty(t, run)
		close(release)
		require.Equal(t, cause, <-run)
	})
}

// C67.
func TestAHandlerMayFinishItsBatchEarly(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(2))
		p := newProducer(r)
		var c *disruptor.Consumer[int]
		c = r.Handle("c", func(b disruptor.Batch[int]) error {
			head, _ := b.Split(1) // all of it where b has one slot
			c.Done(head)
			if b.From() == 0 && !p.TrySend(2) {
				return errors.New("no room after Done")
			}
			return nil
		})
		require.True(t, p.TrySend(0))
		require.True(t, p.TrySend(1))
		run := make(chan error, 1)
		go func() { run <- r.Run(testContext(t)) }()
		eventually(t, func() bool { return c.Position() == 3 || r.Err() != nil }, "all three are done")
		for i := 3; i < 30; i++ {
			require.NoError(t, p.Send(testContext(t), i))
		}
		r.Close()
		require.NoError(t, <-run)
		require.EqualValues(t, 30, c.Position())
	})
}

// C51.
func TestHandlePanicsOnMisuse(t *testing.T) {
	r, other := newRing[int](t, disruptor.Config{Capacity: 2}), newRing[int](t, disruptor.Config{Capacity: 2})
	h := func(disruptor.Batch[int]) error { return nil }
	require.PanicsWithValue(t, `disruptor: nil handler for consumer "x"`, func() { r.Handle("x", nil) })
	require.PanicsWithValue(t, `disruptor: consumer "x" after a nil consumer`, func() { r.Handle("x", h, nil) })
	require.PanicsWithValue(t, `disruptor: consumer "x" after consumer "y" of another ring`,
		func() { r.Handle("x", h, other.Consumer("y")) })
	require.Empty(t, r.Stats().Consumers)
}

// smarty, LMAX, disruptor-rs: a panic in a handler killed the process, or the consumer alone, silently, so that
// producers hung once the ring was full.
func TestAPanicOfAHandlerReachesRunAndProducers(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(2))
		r.Handle("bad", func(disruptor.Batch[int]) error { panic(errBoom) })
		done := make(chan error)
		go func() { done <- r.Run(context.Background()) }()
		p := newProducer(r)
		var err error
		for err == nil {
			err = p.Send(testContext(t), 1)
		}
		require.ErrorIs(t, err, disruptor.ErrClosed)
		require.ErrorIs(t, err, errBoom)
		require.ErrorIs(t, <-done, errBoom)
	})
}
