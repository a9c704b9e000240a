package disruptor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// What somebody found who wanted to break the ring, and does not find again.

// With batches of one slot a lap of aborted slots was a lap of calls, each inside the one before.
func TestSteppingOverALapOfAbortsNeedsNoStack(t *testing.T) {
	const capacity = 1 << 16
	r := newRing[int64](t, Config{Capacity: capacity, MaxBatch: 1})
	root := r.Consumer("root")
	stage := r.Consumer("stage", root)
	p := r.MultiProducer()
	abort(t, p, capacity)
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 20)) // an overflow ends the whole test binary
	requireNothing(t, root)
	requireNothing(t, stage)
	require.Equal(t, int64(capacity), stage.Position())
	b := publish(t, p, 1)
	root.Done(take(t, root, b.From(), b.To()))
	take(t, stage, b.From(), b.To())
}

// The end of such a claim was beyond the last int64, and looked like one that fits. C9.
func TestClaimOfAsManySlotsAsAnIntCanSayPanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *Ring[int64], p Producer[int64]) {
		publish(t, p, 1)
		text := fmt.Sprintf("disruptor: claim of %d slots in a ring of 4", math.MaxInt)
		requirePanics(t, text, func() { p.TryClaim(math.MaxInt) })
		requirePanics(t, text, func() { p.Claim(t.Context(), math.MaxInt) })
		requirePanics(t, text, func() {
			p.Do(t.Context(), math.MaxInt, func(Batch[int64]) error { panic("called") })
		})
		require.NoError(t, r.Err())
		require.Equal(t, int64(1), r.Stats().Claimed)
		c := r.Consumer("c")
		publish(t, p, 4)
		take(t, c, 1, 5)
	})
}

// A Single producer took the published part back, and a Multi producer covered it with the mark of the abort.
func TestAbortOfWhatIsPublishedInPartLosesNothing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *Ring[int64], p Producer[int64]) {
		c := r.Consumer("c")
		b := claim(t, p, 4)
		head, rest := b.Split(1)
		middle, tail := rest.Split(2)
		p.Publish(tail)
		const text = "disruptor: sequences [%d, 4) published or aborted twice"
		requirePanics(t, fmt.Sprintf(text, 0), func() { p.Abort(b) })
		requirePanics(t, fmt.Sprintf(text, 1), func() { p.Abort(rest) })
		requirePanics(t, fmt.Sprintf(text, 3), func() { p.Abort(tail) })
		require.Equal(t, int64(4), r.Stats().Claimed)
		p.Publish(middle)
		requirePanics(t, fmt.Sprintf(text, 0), func() { p.Abort(b) })
		p.Abort(head)
		c.Done(take(t, c, 1, 4))
		publish(t, p, 4)
		take(t, c, 4, 8)
	})
}

// After Close nothing interrupts a sleep any more: what did was closed for good, and each sleep ended at once.
func TestALongSleepAfterCloseIsNoBusyLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(testContext(t))
		looks := 0
		r := newRing[int](t, Config{Capacity: 2, Wait: idleFunc(func(int) Action {
			if looks++; looks > 1000 { // the clock of the bubble would stand still for ever
				cancel(errors.New("busy loop"))
			}
			return Sleep(50 * time.Millisecond)
		})})
		p, c := r.MultiProducer(), r.Consumer("c")
		b, ok := p.TryClaim(1)
		require.True(t, ok)
		r.Close()
		done := make(chan error, 1)
		go func() { _, err := c.Next(ctx); done <- err }()
		time.Sleep(100 * time.Millisecond)
		p.Publish(b)
		require.NoError(t, <-done)
		require.LessOrEqual(t, looks, 110)
		cancel(nil)
	})
}

// Both ran the code of the consumer's own goroutine.
func TestTwoGoroutinesCloseAHandledConsumerThatNobodyServes(t *testing.T) {
	for range 50 {
		r := newRing[int](t, Config{Capacity: 2})
		c := r.Handle("c", func(Batch[int]) error { return nil })
		var both sync.WaitGroup
		for range 2 {
			both.Go(c.Close)
		}
		both.Wait()
		require.Empty(t, r.Stats().Consumers)
	}
}

// WaitFor gave what was available to a consumer that could not be handed it any more.
func TestWaitForFailsAsNextDoes(t *testing.T) {
	cause := errors.New("cause")
	cancelled := func(r *Ring[int64]) {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(cause)
		require.Equal(t, cause, r.Run(ctx))
	}
	failed := func(r *Ring[int64]) {
		r.Handle("bad", func(Batch[int64]) error { return cause })
		require.True(t, newProducer(r).TrySend(3))
		require.ErrorIs(t, r.Run(testContext(t)), cause)
	}
	for name, end := range map[string]func(*Ring[int64]){"cancelled": cancelled, "failed": failed} {
		t.Run(name, func(t *testing.T) {
			r := newRing[int64](t, Config{Capacity: 4})
			c := r.Consumer("c")
			publish(t, newProducer(r), 3)
			head, _ := take(t, c, 0, 3).Split(1)
			c.Done(head)
			end(r)
			_, want := c.Next(testContext(t))
			require.ErrorIs(t, want, ErrClosed)
			require.ErrorIs(t, want, cause)
			for _, seq := range []int64{0, 1, 2, 3, 1 << 40} {
				_, err := c.WaitFor(testContext(t), seq)
				require.Equal(t, want, err, seq)
			}
		})
	}
	r := newRing[int64](t, Config{Capacity: 4})
	c := r.Consumer("c")
	publish(t, newProducer(r), 3)
	head, _ := take(t, c, 0, 3).Split(1)
	c.Done(head)
	c.Close()
	for _, seq := range []int64{0, 1, 2, 3, 1 << 40} {
		_, err := c.WaitFor(testContext(t), seq)
		require.Equal(t, ErrClosed, err, seq)
	}
}

// Of two failures at once, Run returned the one and everything else the other.
func TestOfTwoFailuresAtOnceAllSeeTheSame(t *testing.T) {
	errs := []error{errors.New("one"), errors.New("other")}
	check := func(r *Ring[int]) (which error) {
		which = r.Run(context.Background())
		require.Contains(t, errs, which)
		require.ErrorIs(t, r.Err(), which)
		_, err := r.MultiProducer().Claim(context.Background(), 1)
		require.Equal(t, r.Err(), err)
		return which
	}
	for range 200 {
		r := newRing[int](t, Config{Capacity: 1})
		c := r.Consumer("c")
		var both sync.WaitGroup
		for _, e := range errs {
			both.Go(func() { r.core.fail(e) })
		}
		both.Wait()
		which := check(r)
		_, err := c.Next(context.Background())
		require.Equal(t, r.Err(), err)
		require.ErrorIs(t, err, which)
	}
	// The order that counts: one has come as far as to store its failure when the other goes all the way.
	r := newRing[int](t, Config{Capacity: 1})
	r.core.failure.cas(nil, &ending{errs[0], errs[0]})
	r.core.fail(errs[1])
	require.Equal(t, errs[0], check(r))
}

func TestWaitForTheLastInt64EndsWithItsContext(t *testing.T) {
	cause := errors.New("cause")
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int64](t, v.config(4))
		root := r.Consumer("root")
		stage := r.Consumer("stage", root)
		p := newProducer(r)
		for _, c := range []*Consumer[int64]{root, stage} {
			ctx, cancel := context.WithCancelCause(testContext(t))
			parks := r.Stats().Parks
			done := make(chan error, 1)
			go func() { _, err := c.WaitFor(ctx, math.MaxInt64); done <- err }()
			if r.core.idle.parks {
				eventually(t, func() bool { return r.Stats().Parks > parks }, "it has parked")
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

// A consumer that had left kept those alive whom it had followed, and these whom they had followed.
func TestAChainOfConsumersThatLeftIsNotKept(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 2})
	last := r.Consumer("first")
	for range 1000 {
		next := r.Consumer("next", last)
		last.Close() // next has not looked since
		last = next
	}
	reached := make(map[*member]bool)
	var reach func(m *member)
	reach = func(m *member) {
		reached[m] = true
		for _, o := range m.follows {
			reach(o)
		}
	}
	reach(last.member)
	require.LessOrEqual(t, len(reached), 2, "it, and the one that it follows")
	require.True(t, r.MultiProducer().TrySend(1))
	_, ok := last.TryNext()
	require.True(t, ok)
}

func TestACancelAfterRunHasReturnedEndsNothing(t *testing.T) {
	common := testContext(t)
	for range 100 {
		r := newRing[int64](t, Config{Capacity: 4})
		r.Handle("handler", func(Batch[int64]) error { return nil })
		c := r.Consumer("c")
		publish(t, r.MultiProducer(), 3)
		r.Close()
		ctx, cancel := context.WithCancelCause(common)
		require.NoError(t, r.Run(ctx))
		cancel(errors.New("late"))
		require.Equal(t, ErrClosed, r.Err())
		c.Done(take(t, c, 0, 3))
		_, err := c.Next(common)
		require.Equal(t, ErrClosed, err)
	}
}

// Run does not return before what it does about an ended context is done.
func TestRunReturnsAfterItsContextHasFailedTheRing(t *testing.T) {
	late := errors.New("late")
	for range 100 {
		r := newRing[int](t, Config{Capacity: 4})
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
