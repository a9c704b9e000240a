package behaviour

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Handle and Run.

// C54. Whichever of Run and Close comes first, Run returns, and has delivered everything.
func TestRunAndCloseAtOnceAlwaysReturn(t *testing.T) {
	ctx := testContext(t)
	for round := range 1000 {
		r := newRing[int](t, disruptor.Config{Capacity: 2})
		events := 0
		r.Handle("h", func(b disruptor.Batch[int]) error { events += b.Len(); return nil })
		require.True(t, r.MultiProducer().TrySend(1))
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		if round%2 == 0 {
			runtime.Gosched()
		}
		r.Close()
		require.NoError(t, <-run)
		require.Equal(t, 1, events)
	}
}

// C83.
func TestRunServesHandlersInTheOrderOfTheirStagesUntilEverythingIsDelivered(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		var journal, apply []int
		first := r.Handle("journal", func(b disruptor.Batch[int]) error {
			for _, e := range b.All() {
				journal = append(journal, *e)
				*e = -*e // a later stage sees what this one wrote
			}
			return nil
		})
		r.Handle("apply", func(b disruptor.Batch[int]) error { collect(&apply, b); return nil }, first)
		run := make(chan error, 1)
		go func() { run <- r.Run(testContext(t)) }()
		var want, negative []int
		for i := range 100 {
			require.NoError(t, p.Send(testContext(t), i))
			want, negative = append(want, i), append(negative, -i)
		}
		r.Close()
		require.NoError(t, <-run)
		require.Equal(t, want, journal)
		require.Equal(t, negative, apply)
	})
}

// C26, C53.
func TestRunAfterCloseDelivers(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		var got []int
		r.Handle("h", func(b disruptor.Batch[int]) error { collect(&got, b); return nil })
		for i := range 5 {
			require.True(t, p.TrySend(i))
		}
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []int{0, 1, 2, 3, 4}, got)
		require.NoError(t, r.Run(testContext(t)), "there is nothing left")
		require.Len(t, got, 5)
	})
}

// C55, C79.
func TestASecondActiveRunPanics(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 2})
	p := r.MultiProducer()
	entered, release := make(chan struct{}), make(chan struct{})
	r.Handle("h", func(disruptor.Batch[int]) error { close(entered); <-release; return nil })
	run := make(chan error, 1)
	go func() { run <- r.Run(testContext(t)) }()
	require.True(t, p.TrySend(0))
	<-entered
	again := func() { _ = r.Run(testContext(t)) }
	require.PanicsWithValue(t, "disruptor: Run while another Run is active", again)
	r.Close()
	require.PanicsWithValue(t, "disruptor: Run while another Run is active", again, "it drains")
	close(release)
	require.NoError(t, <-run)
	require.NoError(t, r.Run(testContext(t)))
}

// C79.
func TestHandleWhileRunIsActiveStartsAtOnce(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		handled := make(chan int64, 16)
		r.Handle("first", func(b disruptor.Batch[int]) error { handled <- b.To(); return nil })
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		require.NoError(t, p.Send(ctx, 0))
		<-handled // Run is active
		late := make(chan int64, 16)
		c := r.Handle("late", func(b disruptor.Batch[int]) error { late <- b.From(); return nil })
		require.NoError(t, p.Send(ctx, 1))
		require.EqualValues(t, 1, <-late, "it sees what is published from now on")
		eventually(t, func() bool { return c.Position() == 2 }, "late is done")
		r.Close()
		require.NoError(t, <-run)
	})
}

func TestHandleFromInsideAHandlerStartsAtOnce(t *testing.T) {
	ctx := testContext(t)
	r := newRing[int](t, disruptor.Config{Capacity: 8})
	p := r.MultiProducer()
	var inner atomic.Int64
	var outer *disruptor.Consumer[int]
	outer = r.Handle("outer", func(b disruptor.Batch[int]) error {
		if b.From() == 0 {
			r.Handle("inner", func(b disruptor.Batch[int]) error { inner.Store(b.From() + 1); return nil }, outer)
			return p.Send(ctx, 1)
		}
		return nil
	})
	require.True(t, p.TrySend(0))
	run := make(chan error, 1)
	go func() { run <- r.Run(ctx) }()
	eventually(t, func() bool { return inner.Load() == 2 }, "inner has seen the second event")
	r.Close()
	require.NoError(t, <-run)
}

func TestRunWithoutHandlersWaitsForTheEnd(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 2})
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(testContext(t))
	run := make(chan error, 1)
	go func() { run <- r.Run(ctx) }()
	cancel(cause)
	require.Equal(t, cause, <-run)
	require.ErrorIs(t, r.Err(), disruptor.ErrClosed)
	require.ErrorIs(t, r.Err(), cause)
}

func TestRunsContextStopsARingThatNeverRunsDry(t *testing.T) {
	cause := errors.New("enough")
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, wait := range []disruptor.WaitStrategy{disruptor.YieldWait{}, disruptor.BlockWait{}} {
			ctx, cancel := context.WithCancelCause(testContext(t))
			r := newRing[int](t, disruptor.Config{Capacity: 64, Producers: kind, MaxBatch: 8, Wait: wait})
			p := newProducer(r)
			enough := make(chan struct{})
			var once sync.Once
			var wg sync.WaitGroup
			r.Handle("h", func(b disruptor.Batch[int]) error {
				if b.To() > 1000 {
					once.Do(func() { close(enough) })
				}
				return nil
			})
			wg.Go(func() {
				for p.Send(context.Background(), 1) == nil { // blocked or not, the end of Run ends it
				}
			})
			go func() { <-enough; cancel(cause) }()
			require.Equal(t, cause, r.Run(ctx))
			wg.Wait()
			require.ErrorIs(t, p.Send(context.Background(), 1), cause)
		}
	}
}

func TestAfterRunsContextHasEndedNoFurtherBatchIsHandedOut(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		cfg := v.config(4)
		cfg.MaxBatch = 1
		r := newRing[int](t, cfg)
		p := newProducer(r)
		ctx, cancel := context.WithCancelCause(testContext(t))
		batches := 0
		c := r.Handle("c", func(disruptor.Batch[int]) error {
			batches++
			cancel(errHandler)
			eventually(t, func() bool { return r.Err() != nil }, "the end")
			return nil
		})
		for i := range 4 {
			require.True(t, p.TrySend(i))
		}
		require.Equal(t, errHandler, r.Run(ctx))
		require.Equal(t, 1, batches)
		require.EqualValues(t, 1, c.Position())
	})
}

func TestAFailureWhileAClosedRingDrainsStopsTheDrain(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		for _, name := range []string{"a", "b"} {
			r.Handle(name, func(b disruptor.Batch[int]) error { return errHandler })
		}
		c := r.Consumer("c")
		require.True(t, p.TrySend(0))
		r.Close()
		require.ErrorIs(t, r.Run(testContext(t)), errHandler)
		require.Equal(t, disruptor.ErrClosed, r.Err(), "the first end stands")
		require.Equal(t, disruptor.ErrClosed, p.Send(context.Background(), 1))
		_, err := c.Next(context.Background())
		require.ErrorIs(t, err, errHandler)
		require.ErrorIs(t, err, disruptor.ErrClosed)
	})
}

func TestACancelAfterRunHasReturnedEndsNothing(t *testing.T) {
	common := testContext(t)
	for range 100 {
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		r.Handle("handler", func(disruptor.Batch[int64]) error { return nil })
		c := r.Consumer("c")
		publish(t, r.MultiProducer(), 3)
		r.Close()
		ctx, cancel := context.WithCancelCause(common)
		require.NoError(t, r.Run(ctx))
		cancel(errors.New("late"))
		require.Equal(t, disruptor.ErrClosed, r.Err())
		c.Done(take(t, c, 0, 3))
		_, err := c.Next(common)
		require.Equal(t, disruptor.ErrClosed, err)
	}
}

// Run returns only after it has ended the ring for an ended context.
func TestRunReturnsAfterItsContextHasFailedTheRing(t *testing.T) {
	late := errors.New("late")
	for range 100 {
		r := newRing[int](t, disruptor.Config{Capacity: 4})
		c := r.Consumer("c")
		require.True(t, r.MultiProducer().TrySend(1))
		r.Close()
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(late)
		require.ErrorIs(t, r.Run(ctx), late)
		_, err := c.Next(context.Background())
		require.ErrorIs(t, err, late)
	}
}
