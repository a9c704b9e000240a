package disruptor

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// Handle and Run.

// C83.
func TestRunServesHandlersInTheOrderOfTheirStagesUntilEverythingIsDelivered(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		var journal, apply []int
		first := r.Handle("journal", func(b Batch[int]) error {
			for _, e := range b.All() {
				journal = append(journal, *e)
				*e = -*e // a later stage sees what this one wrote
			}
			return nil
		})
		r.Handle("apply", func(b Batch[int]) error { collect(&apply, b); return nil }, first)
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
		r.Handle("h", func(b Batch[int]) error { collect(&got, b); return nil })
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
	r := newRing[int](t, Config{Capacity: 2})
	p := r.MultiProducer()
	entered, release := make(chan struct{}), make(chan struct{})
	r.Handle("h", func(Batch[int]) error { close(entered); <-release; return nil })
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
		r.Handle("first", func(b Batch[int]) error { handled <- b.To(); return nil })
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		require.NoError(t, p.Send(ctx, 0))
		<-handled // Run is active
		late := make(chan int64, 16)
		c := r.Handle("late", func(b Batch[int]) error { late <- b.From(); return nil })
		require.NoError(t, p.Send(ctx, 1))
		require.EqualValues(t, 1, <-late, "it sees what is published from now on")
		eventually(t, func() bool { return c.Position() == 2 }, "late is done")
		r.Close()
		require.NoError(t, <-run)
	})
}

func TestHandleFromInsideAHandlerStartsAtOnce(t *testing.T) {
	ctx := testContext(t)
	r := newRing[int](t, Config{Capacity: 8})
	p := r.MultiProducer()
	var inner atomic.Int64
	var outer *Consumer[int]
	outer = r.Handle("outer", func(b Batch[int]) error {
		if b.From() == 0 {
			r.Handle("inner", func(b Batch[int]) error { inner.Store(b.From() + 1); return nil }, outer)
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

func TestCloseOfAHandledConsumerFinishesTheBatchInHand(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(4))
		p := newProducer(r)
		entered, release := make(chan struct{}, 8), make(chan struct{})
		var leaver *Consumer[int]
		batches := 0
		leaver = r.Handle("leaver", func(b Batch[int]) error {
			batches++
			entered <- struct{}{}
			<-release
			return nil
		})
		var seen []int
		r.Handle("follower", func(b Batch[int]) error { collect(&seen, b); return nil }, leaver)
		require.True(t, p.TrySend(0))
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		<-entered
		for i := 1; i < 4; i++ {
			require.True(t, p.TrySend(i))
		}
		leaver.Close()
		leaver.Close()
		require.False(t, p.TrySend(4), "the batch is still in hand")
		require.Len(t, r.Stats().Consumers, 2)
		close(release)
		for i := 4; i < 20; i++ { // Run goes on, for the follower
			require.NoError(t, p.Send(ctx, i))
		}
		require.Len(t, r.Stats().Consumers, 1)
		r.Close()
		require.NoError(t, <-run)
		require.Equal(t, 1, batches)
		require.EqualValues(t, 1, leaver.Position())
		require.Len(t, seen, 20)
		_, err := leaver.Next(ctx)
		require.Equal(t, ErrClosed, err)
	})
}

func TestAHandlerMayCloseItsOwnConsumer(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(2))
		p := newProducer(r)
		var c *Consumer[int]
		var seen []int
		c = r.Handle("c", func(b Batch[int]) error {
			collect(&seen, b)
			if b.To() >= 3 {
				c.Close()
			}
			return nil
		})
		run := make(chan error, 1)
		go func() { run <- r.Run(ctx) }()
		for i := range 3 {
			require.NoError(t, p.Send(ctx, i))
		}
		eventually(t, func() bool { return len(r.Stats().Consumers) == 0 }, "c has left")
		for i := 3; i < 20; i++ { // nobody is waited for any more
			require.NoError(t, p.Send(ctx, i))
		}
		r.Close()
		require.NoError(t, <-run)
		require.Equal(t, []int{0, 1, 2}, seen)
		require.EqualValues(t, 3, c.Position())
	})
}

func TestCloseOfAHandledConsumerWhileRunIsNotActiveLeavesAtOnce(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 2})
	p := r.MultiProducer()
	c := r.Handle("c", func(Batch[int]) error { return errors.New("called") })
	require.True(t, p.TrySend(0))
	c.Close()
	require.Empty(t, r.Stats().Consumers)
	require.True(t, p.TrySend(1))
	require.True(t, p.TrySend(2))
	r.Close()
	require.NoError(t, r.Run(testContext(t)))
}

func TestRunWithoutHandlersWaitsForTheEnd(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 2})
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(testContext(t))
	run := make(chan error, 1)
	go func() { run <- r.Run(ctx) }()
	cancel(cause)
	require.Equal(t, cause, <-run)
	require.ErrorIs(t, r.Err(), ErrClosed)
	require.ErrorIs(t, r.Err(), cause)
}

func TestRunsContextStopsARingThatNeverRunsDry(t *testing.T) {
	cause := errors.New("enough")
	for _, kind := range []Producers{Single, Multi} {
		for _, wait := range []WaitStrategy{YieldWait{}, BlockWait{}} {
			ctx, cancel := context.WithCancelCause(testContext(t))
			r := newRing[int](t, Config{Capacity: 64, Producers: kind, MaxBatch: 8, Wait: wait})
			p := newProducer(r)
			enough := make(chan struct{})
			var once sync.Once
			var wg sync.WaitGroup
			r.Handle("h", func(b Batch[int]) error {
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
		c := r.Handle("c", func(Batch[int]) error {
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
			r.Handle(name, func(b Batch[int]) error { return errHandler })
		}
		c := r.Consumer("c")
		require.True(t, p.TrySend(0))
		r.Close()
		require.ErrorIs(t, r.Run(testContext(t)), errHandler)
		require.Equal(t, ErrClosed, r.Err(), "the first end stands")
		require.Equal(t, ErrClosed, p.Send(context.Background(), 1))
		_, err := c.Next(context.Background())
		require.ErrorIs(t, err, errHandler)
		require.ErrorIs(t, err, ErrClosed)
	})
}

// C67.
func TestAHandlerMayFinishItsBatchEarly(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(2))
		p := newProducer(r)
		var c *Consumer[int]
		c = r.Handle("c", func(b Batch[int]) error {
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

func TestCloseOfAHandledConsumerThatWaitsWakesItToLeave(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(2))
		c := r.Handle("c", func(Batch[int]) error { return errors.New("called") })
		stage := r.Handle("stage", func(Batch[int]) error { return errors.New("called") }, c)
		run := make(chan error, 1)
		go func() { run <- r.Run(testContext(t)) }()
		if r.core.idle.parks {
			eventually(t, func() bool { return r.Stats().Parks >= 2 }, "both have parked")
		}
		c.Close()
		stage.Close()
		eventually(t, func() bool { return len(r.Stats().Consumers) == 0 }, "both have left")
		r.Close()
		require.NoError(t, <-run)
	})
}

// C51.
func TestHandlePanicsOnMisuse(t *testing.T) {
	r, other := newRing[int](t, Config{Capacity: 2}), newRing[int](t, Config{Capacity: 2})
	h := func(Batch[int]) error { return nil }
	require.PanicsWithValue(t, `disruptor: nil handler for consumer "x"`, func() { r.Handle("x", nil) })
	require.PanicsWithValue(t, `disruptor: consumer "x" after a nil consumer`, func() { r.Handle("x", h, nil) })
	require.PanicsWithValue(t, `disruptor: consumer "x" after consumer "y" of another ring`,
		func() { r.Handle("x", h, other.Consumer("y")) })
	require.Empty(t, r.Stats().Consumers)
}
