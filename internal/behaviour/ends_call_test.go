package behaviour

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The columns of the table Ends that end a call or a consumer, and leave the ring as it is.

// C38, C40.
func TestTheContextOfACallEndsThatCallAndTheRingGoesOn(t *testing.T) {
	cause := errors.New("enough")
	forEachVariant(t, func(t *testing.T, v variant) {
		for i, producing := range producerCalls {
			consuming := consumerCalls[i]
			for _, early := range []bool{true, false} {
				name := "/ended while the call waits"
				if early {
					name = "/ended before the call"
				}
				t.Run(producing.name+"/"+consuming.name+name, func(t *testing.T) {
					ctx := testContext(t)
					r := newRing[int](t, v.config(2))
					p := newProducer(r)
					holder := r.Consumer("holder")
					follower := r.Consumer("follower", holder)
					require.True(t, p.TrySend(0))
					require.True(t, p.TrySend(1))

					short, cancel := context.WithCancelCause(ctx)
					if early {
						cancel(cause)
					}
					produced, consumed := make(chan error, 1), make(chan error, 1)
					go func() { produced <- producing.call(short, p) }()
					go func() { consumed <- consuming.wait(short, follower) }()
					if parks(v.wait) && !early {
						eventually(t, func() bool { return r.Stats().Parks >= 2 }, "both have parked")
					}
					cancel(cause)
					err := <-produced
					require.ErrorIs(t, err, cause)
					require.NotErrorIs(t, err, disruptor.ErrClosed)
					require.Equal(t, cause, <-consumed)

					require.NoError(t, r.Err())
					requireSequences(t, ctx, holder, 0, 2)
					requireSequences(t, ctx, follower, 0, 2)
					require.NoError(t, producing.call(ctx, p))
					requireSequences(t, ctx, holder, 2, r.Published())
					require.NoError(t, consuming.wait(ctx, follower))
				})
			}
		}
	})
}

// C40.
func TestWhatNeedsNotWaitSucceedsUnderAnEndedContext(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		c := r.Consumer("c")
		for range 3 {
			for _, producing := range producerCalls {
				require.NoError(t, producing.call(ended, p))
			}
			available, err := c.WaitFor(ended, c.Position())
			require.NoError(t, err)
			require.Greater(t, available, c.Position())
			for c.Position() < r.Published() {
				b, ok := c.TryNext()
				require.True(t, ok)
				again, err := c.Next(ended)
				require.NoError(t, err)
				require.Equal(t, b, again)
				c.Done(b)
			}
		}
	})
}

func TestAConsumersOwnCloseEndsItsCallsAndTheRingGoesOn(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(2))
		p := newProducer(r)
		leaver := r.Consumer("leaver")
		stays := r.Consumer("stays")
		follower := r.Consumer("follower", leaver)
		require.True(t, p.TrySend(0))
		require.True(t, p.TrySend(1))
		b, err := leaver.Next(ctx)
		require.NoError(t, err)
		requireSequences(t, ctx, stays, 0, 2)

		leaver.Close()
		for _, consuming := range consumerCalls {
			require.Equal(t, disruptor.ErrClosed, consuming.wait(ctx, leaver))
		}
		_, ok := leaver.TryNext()
		require.False(t, ok)
		leaver.Done(b) // not its own any more
		leaver.Close()
		require.EqualValues(t, 0, leaver.Position())

		require.NoError(t, r.Err())
		requireSequences(t, ctx, follower, 0, 2) // follows what leaver followed
		require.NoError(t, p.Send(ctx, 2))
		requireSequences(t, ctx, stays, 2, 3)
		requireSequences(t, ctx, follower, 2, 3)
	})
}

func TestAConsumerClosedInsideItsLoopOverBatchesEndsTheLoop(t *testing.T) {
	ctx := testContext(t)
	r := newRing[int](t, disruptor.Config{Capacity: 2})
	p := r.MultiProducer()
	c := r.Consumer("c")
	require.True(t, p.TrySend(0))
	turns := 0
	for range c.Batches(ctx) {
		turns++
		c.Close()
	}
	require.Equal(t, 1, turns)
	require.Equal(t, disruptor.ErrClosed, c.Err())
	require.NoError(t, r.Err())
}

func TestALoopOverBatchesThatNeverRunsDryEndsWithItsContext(t *testing.T) {
	cause := errors.New("enough")
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx, cancel := context.WithCancelCause(testContext(t))
		defer cancel(nil)
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		c := r.Consumer("c")
		require.True(t, p.TrySend(0))
		turns := 0
		for range c.Batches(ctx) {
			require.True(t, p.TrySend(0)) // there is always a next batch
			if turns++; turns == 10 {
				cancel(cause)
			}
			if turns > 10 {
				runtime.Gosched() // to the goroutine that context.AfterFunc starts
			}
		}
		require.GreaterOrEqual(t, turns, 10)
		require.Equal(t, cause, c.Err())
		require.EqualValues(t, turns, c.Position(), "the turn's batch is done")
		require.NoError(t, r.Err())
		for range c.Batches(testContext(t)) {
			break
		}
		require.NoError(t, c.Err(), "of the last loop")
	})
}

func TestANilContextPanics(t *testing.T) {
	const text = "disruptor: nil context"
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[int](t, disruptor.Config{Capacity: 2, Producers: kind})
		p := newProducer(r)
		c := r.Consumer("c")
		require.True(t, p.TrySend(0)) // panics even where nothing has to be waited for
		for _, producing := range producerCalls {
			require.PanicsWithValue(t, text, func() { _ = producing.call(nil, p) }, producing.name)
		}
		for _, consuming := range consumerCalls {
			require.PanicsWithValue(t, text, func() { _ = consuming.wait(nil, c) }, consuming.name)
		}
		var none context.Context
		require.PanicsWithValue(t, text, func() { c.Batches(none) })
		require.PanicsWithValue(t, text, func() { _ = r.Run(none) })
		require.Equal(t, r.Published(), r.Stats().Claimed, "no claim is left open")
	}
}

func TestDoAbortsOnAnErrorAPanicAndGoexit(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(4))
		p := newProducer(r)
		c := r.Consumer("c")
		refused := errors.New("refused")
		nothingToRead := func() { // and so no slot is in the way of the next claim
			_, ok := c.TryNext()
			require.False(t, ok)
		}
		for range 2 * r.Cap() { // a claim left open stops the ring
			require.Equal(t, refused, p.Do(ctx, 4, func(b disruptor.Batch[int]) error {
				require.Equal(t, 4, b.Len())
				return refused
			}))
			nothingToRead()
			require.PanicsWithValue(t, "broken", func() {
				_ = p.Do(ctx, 4, func(disruptor.Batch[int]) error { panic("broken") })
			})
			nothingToRead()
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = p.Do(ctx, 4, func(disruptor.Batch[int]) error { runtime.Goexit(); return nil })
			}()
			<-done
			nothingToRead()
		}
		require.NoError(t, p.Do(ctx, 2, func(b disruptor.Batch[int]) error {
			*b.At(0), *b.At(1) = 1, 2
			return nil
		}))
		var got []int
		b, err := c.Next(ctx)
		require.NoError(t, err)
		collect(&got, b)
		require.Equal(t, []int{1, 2}, got)
		require.Equal(t, r.Published(), b.To())
	})
}

// python-disruptor: the timeout of a publish was taken and never looked at. LMAX, Multi: next()
// had taken the sequence before it waited, so a caller that was gone left a hole forever.
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
