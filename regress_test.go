package disruptor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Each test here names a defect that users of an older library of this kind met, and shows that it is not here.

// python-disruptor: the check was capacity%2, so that 6 or 10 slots were accepted, and sequences fell on wrong slots.
func TestAnEvenCapacityIsNotEnough(t *testing.T) {
	for _, n := range []int{6, 10, 12, 100, 1<<20 + 2} {
		_, err := New[int](Config{Capacity: n})
		require.ErrorIs(t, err, ErrCapacity, n)
	}
}

// disruptor-rs: a ring for several producers had to have 64 slots or more.
func TestSeveralProducersShareARingOfOneSlot(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 1})
	c := r.Consumer("c")
	ctx := testContext(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := r.MultiProducer().Send(ctx, 1); err != nil {
				t.Error(err)
			}
		})
	}
	for range 3 {
		b, err := c.Next(ctx)
		require.NoError(t, err)
		require.Equal(t, 1, b.Len())
		c.Done(b)
	}
	wg.Wait()
}

// python-disruptor: the timeout of a publish was taken and never looked at.
// LMAX, Multi: next() had taken the sequence before it waited, so a caller that was gone left a hole for ever.
func TestAClaimThatRunsOutOfTimeLeavesNoHole(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(2))
		c := r.Consumer("c")
		p := newProducer(r)
		require.True(t, p.TrySend(1) && p.TrySend(2))
		ctx, cancel := context.WithTimeout(testContext(t), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, p.Send(ctx, 3), context.DeadlineExceeded)
		_, err := p.Claim(ctx, 2)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		b, _ := c.TryNext()
		c.Done(b)
		require.True(t, p.TrySend(4))
		b, _ = c.TryNext()
		require.Equal(t, int64(2), b.From())
		require.Equal(t, 4, *b.At(0))
	})
}

// python-disruptor: close() woke nobody. LMAX: "they will remain stuck" was the answer about producers of a full ring.
// smarty: a Reserve that had begun before Close never returned.
func TestCloseReleasesWhoWaits(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(1))
		full := r.Consumer("full")
		stage := r.Consumer("stage", full)
		p := newProducer(r)
		require.True(t, p.TrySend(1))
		errs := make(chan error)
		go func() { errs <- p.Send(context.Background(), 2) }()
		go func() { _, err := stage.WaitFor(context.Background(), 1); errs <- err }()
		if v.wait == (BlockWait{Spin: -1}) {
			eventually(t, func() bool { return r.Stats().Parks >= 2 }, "both sleep")
		}
		r.Close()
		require.ErrorIs(t, <-errs, ErrClosed)
		require.ErrorIs(t, <-errs, ErrClosed)
		b, err := full.Next(context.Background())
		require.NoError(t, err, "what was accepted is still delivered")
		require.Equal(t, 1, b.Len())
	})
}

// python-disruptor and LMAX 2: a wake-up between the look at the cursor and the registration of the sleeper was lost.
func TestNoWakeUpIsLostBetweenTheLookAndTheSleep(t *testing.T) {
	cfg := Config{Capacity: 1, Wait: BlockWait{Spin: -1}}
	there, back := newRing[int](t, cfg), newRing[int](t, cfg)
	in, out := there.Consumer("there"), back.Consumer("back")
	ctx := testContext(t)
	n := 500 * raceScale
	var wg sync.WaitGroup
	wg.Go(func() {
		p := back.MultiProducer()
		for range n {
			b, err := in.Next(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			v := *b.At(0)
			in.Done(b)
			if err := p.Send(ctx, v); err != nil {
				t.Error(err)
			}
		}
	})
	p := there.MultiProducer()
	for i := range n {
		require.NoError(t, p.Send(ctx, i))
		b, err := out.Next(ctx)
		require.NoError(t, err)
		require.Equal(t, i, *b.At(0))
		out.Done(b)
	}
	wg.Wait()
}

// python-disruptor: removeSubscriber did not tell the publisher that slept until that subscriber would move.
func TestAConsumerThatLeavesFreesAProducerThatSleeps(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Spin: -1}})
	forgotten := r.Consumer("forgotten")
	p := r.MultiProducer()
	require.True(t, p.TrySend(1))
	errs := make(chan error)
	ctx := testContext(t)
	go func() { errs <- p.Send(ctx, 2) }()
	eventually(t, func() bool { return r.Stats().Parks > 0 }, "the producer sleeps")
	forgotten.Close()
	require.NoError(t, <-errs)
}

// python-disruptor: a new subscriber started at 0, which the ring had overwritten long ago. So it waited, or read
// events of later laps as if they were the first ones.
func TestANewConsumerStartsAtWhatIsPublished(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 4})
	p := r.MultiProducer()
	for i := range 10 {
		require.True(t, p.TrySend(i))
	}
	c := r.Consumer("late")
	require.Equal(t, int64(10), c.Position())
	require.True(t, p.TrySend(10))
	b, ok := c.TryNext()
	require.True(t, ok)
	require.Equal(t, 10, *b.At(0))
}

// python-disruptor: after close(), wait_for refused events that had been published before.
// smarty: what was published shortly before Close could be lost.
func TestWhatWasPublishedBeforeCloseIsStillThere(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		for range 20 {
			r := newRing[int](t, v.config(8))
			c := r.Consumer("c")
			var got []int
			var wg sync.WaitGroup
			ctx := testContext(t)
			wg.Go(func() {
				for b := range c.Batches(ctx) {
					collect(&got, b)
				}
			})
			p := newProducer(r)
			for i := range 5 {
				require.True(t, p.TrySend(i))
			}
			r.Close()
			wg.Wait()
			require.Equal(t, []int{0, 1, 2, 3, 4}, got)
		}
	})
}

// python-disruptor: each sequence that was waited for left an Event behind.
func TestAWaitLeavesNothingBehind(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Spin: -1}})
	c := r.Consumer("c")
	p := r.MultiProducer()
	ctx := testContext(t)
	for range 50 {
		parks := r.Stats().Parks
		var wg sync.WaitGroup
		wg.Go(func() {
			if b, err := c.Next(ctx); err == nil {
				c.Done(b)
			}
		})
		eventually(t, func() bool { return r.Stats().Parks > parks }, "the consumer sleeps")
		require.True(t, p.TrySend(1))
		wg.Wait()
	}
	kept := 0
	for s := r.core.readers.free; s != nil; s = s.next {
		kept++
	}
	require.Equal(t, 1, kept)
	require.Nil(t, r.core.readers.asleep)
}

// smarty: with a shared sequencer, TryReserve said "full" when another goroutine had merely been faster.
func TestAClaimDoesNotFailBecauseAnotherWasFaster(t *testing.T) {
	for range 50 * raceScale {
		r := newRing[int](t, Config{Capacity: 64})
		p := r.MultiProducer()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 8 {
					if _, ok := p.TryClaim(2); !ok {
						t.Error("there was room for everyone")
					}
				}
			})
		}
		wg.Wait()
	}
}

// smarty: what did not succeed was answered by the sequences -1 and -2, which could be published.
func TestWhatAFailedClaimReturnsIsHarmless(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 1})
	c := r.Consumer("c")
	p := r.MultiProducer()
	require.True(t, p.TrySend(1))
	b, ok := p.TryClaim(1)
	require.False(t, ok)
	require.Zero(t, b.Len())
	p.Publish(b)
	p.Abort(b)
	require.Equal(t, int64(1), r.Published())
	got, _ := c.TryNext()
	require.Equal(t, 1, *got.At(0))
}

// smarty, LMAX, disruptor-rs: a panic in a handler killed the process, or the consumer alone, silently, so that
// producers hung once the ring was full.
func TestAPanicOfAHandlerReachesRunAndProducers(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(2))
		r.Handle("bad", func(Batch[int]) error { panic(errBoom) })
		done := make(chan error)
		go func() { done <- r.Run(context.Background()) }()
		p := newProducer(r)
		var err error
		for err == nil {
			err = p.Send(testContext(t), 1)
		}
		require.ErrorIs(t, err, ErrClosed)
		require.ErrorIs(t, err, errBoom)
		require.ErrorIs(t, <-done, errBoom)
	})
}

// LMAX: shutdown() never returned while a claim was open, and shutdown with a timeout did not stop the handlers.
func TestAnAbandonedClaimStopsNeitherCloseNorTheEndOfRun(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(4))
		handled := make(chan int, 1)
		r.Handle("h", func(b Batch[int]) error { handled <- *b.At(0); return nil })
		p := newProducer(r)
		require.True(t, p.TrySend(1))
		_, ok := p.TryClaim(1)
		require.True(t, ok)
		r.Close()
		ctx, cancel := context.WithCancelCause(context.Background())
		done := make(chan error)
		go func() { done <- r.Run(ctx) }()
		require.Equal(t, 1, <-handled)
		cancel(errLate)
		require.ErrorIs(t, <-done, errLate)
	})
}

// alwaysSpin never yields and never sleeps.
type alwaysSpin struct{}

func (alwaysSpin) Idle(int) Action { return Spin }

// LMAX: PhasedBackoff did not look at alerts while it spun.
func TestAWaitThatOnlySpinsHearsItsContextAndClose(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 1, Wait: alwaysSpin{}})
	c := r.Consumer("c")
	ctx, cancel := context.WithTimeout(testContext(t), time.Millisecond)
	defer cancel()
	_, err := c.Next(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	errs := make(chan error)
	go func() { _, err := c.Next(context.Background()); errs <- err }()
	r.Close()
	require.ErrorIs(t, <-errs, ErrClosed)
}

// LMAX: remainingCapacity read the cursor twice and could be negative.
func TestStatsNeverShowWhatCannotBe(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 4, Wait: YieldWait{}})
	c := r.Consumer("c")
	ctx := testContext(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer r.Close()
		p := r.MultiProducer()
		for i := range 2000 * raceScale {
			if err := p.Send(ctx, i); err != nil {
				t.Error(err)
				return
			}
		}
	})
	wg.Go(func() {
		for b := range c.Batches(ctx) {
			c.Done(b)
		}
	})
	for r.Err() == nil {
		s := r.Stats()
		require.True(t, 0 <= s.Free && s.Free <= s.Capacity, "%+v", s)
		require.LessOrEqual(t, s.Published, s.Claimed)
		require.GreaterOrEqual(t, s.Consumers[0].Lag, int64(0))
		require.GreaterOrEqual(t, c.Lag(), int64(0))
	}
	wg.Wait()
}

// disruptor-rs: dropping the guard of a poll acknowledged what had not been read.
func TestWhatWasHandedOutAndNotDoneComesAgain(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 4})
	c := r.Consumer("c")
	p := r.MultiProducer()
	for i := range 4 {
		require.True(t, p.TrySend(i))
	}
	for range 2 {
		b, _ := c.TryNext()
		require.Equal(t, 4, b.Len())
		head, _ := b.Split(0)
		c.Done(head)
		require.False(t, p.TrySend(4), "nothing was handed back")
	}
	err := func() (err error) {
		defer func() { err, _ = recover().(error) }()
		for range c.Batches(context.Background()) {
			panic(errBoom)
		}
		return nil
	}()
	require.True(t, errors.Is(err, errBoom))
	require.Equal(t, int64(0), c.Position())
}
