package behaviour

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The tests of this file follow the table Ends of doc.go, column by column for the ends of the
// whole ring. They try each cell with a call that waits when the end comes, and with a call that
// comes after it.

// A ringEnd is a column.
type ringEnd struct {
	name  string
	fault func() error // what the handler does when it is released
	end   func(*endingRing)
	cause error  // what the calls and Run wrap, besides ErrClosed; nil: nothing
	text  string // of the HandlerError that Run returns and calls wrap; "": Run returns the cause itself
	stack string // in its stack; "": it has none
}

var ringEnds = []ringEnd{
	{
		name:  "Close",
		fault: func() error { return nil },
		end:   func(e *endingRing) { e.r.Close(); close(e.release) },
	},
	{
		name:  "Run's context",
		fault: func() error { return nil },
		end: func(e *endingRing) {
			e.stopRun(errHandler)
			for e.r.Err() == nil {
				runtime.Gosched()
			}
			close(e.release)
		},
		cause: errHandler,
	},
	{
		name:  "handler's error",
		fault: func() error { return errHandler },
		end:   func(e *endingRing) { close(e.release) },
		cause: errHandler,
		text:  `consumer "handler", batch [0, 4): no space left`,
	},
	{
		name:  "handler's panic with a value",
		fault: panicWithValue,
		end:   func(e *endingRing) { close(e.release) },
		text:  `consumer "handler", batch [0, 4): panic: 42`,
		stack: "behaviour.panicWithValue",
	},
	{
		name:  "handler's panic with an error",
		fault: panicWithError,
		end:   func(e *endingRing) { close(e.release) },
		cause: errHandler,
		text:  `consumer "handler", batch [0, 4): panic: no space left`,
		stack: "behaviour.panicWithError",
	},
	{
		name:  "handler's Goexit",
		fault: func() error { runtime.Goexit(); return nil },
		end:   func(e *endingRing) { close(e.release) },
		text:  `consumer "handler", batch [0, 4): runtime.Goexit was called`,
	},
}

func panicWithValue() error { panic(42) }

func panicWithError() error { panic(errHandler) }

func (e *ringEnd) isClose() bool { return e.text == "" && e.cause == nil }

// requireCall checks what a call returns after the end.
func (e *ringEnd) requireCall(t *testing.T, err error) {
	t.Helper()
	if e.isClose() {
		require.Equal(t, disruptor.ErrClosed, err)
		return
	}
	require.ErrorIs(t, err, disruptor.ErrClosed)
	e.requireCause(t, err)
}

func (e *ringEnd) requireCause(t *testing.T, err error) {
	t.Helper()
	if e.cause != nil {
		require.ErrorIs(t, err, e.cause)
	}
	if e.text == "" {
		return
	}
	var failure *disruptor.HandlerError
	require.ErrorAs(t, err, &failure)
	require.Equal(t, e.text, failure.Error())
	require.ErrorContains(t, err, e.text)
	require.Contains(t, string(failure.Stack), e.stack)
	require.Equal(t, e.stack != "", failure.Stack != nil)
}

func (e *ringEnd) requireRun(t *testing.T, err error) {
	t.Helper()
	if e.text == "" {
		require.Equal(t, e.cause, err)
		return
	}
	e.requireCause(t, err)
	require.NotErrorIs(t, err, disruptor.ErrClosed, "Run returns the cause, not what the calls return")
}

// endingRing is a full ring whose handler has a batch in hand. Another consumer holds everything
// back from a third, so that claims and the third one wait.
type endingRing struct {
	r        *disruptor.Ring[int]
	p        disruptor.Producer[int]
	holder   *disruptor.Consumer[int]
	follower *disruptor.Consumer[int]
	inHand   chan struct{}
	release  chan struct{}
	stopRun  context.CancelCauseFunc
	run      chan error
}

func newEndingRing(t *testing.T, cfg disruptor.Config, fault func() error) *endingRing {
	e := &endingRing{
		r:       newRing[int](t, cfg),
		inHand:  make(chan struct{}, 1),
		release: make(chan struct{}),
		run:     make(chan error, 1),
	}
	e.p = newProducer(e.r)
	e.holder = e.r.Consumer("holder")
	e.follower = e.r.Consumer("follower", e.holder)
	e.r.Handle("handler", func(disruptor.Batch[int]) error {
		select {
		case e.inHand <- struct{}{}:
		default:
		}
		<-e.release
		return fault()
	})
	ctx, stop := context.WithCancelCause(testContext(t))
	e.stopRun = stop
	go func() { e.run <- e.r.Run(ctx) }()
	all, ok := e.p.TryClaim(cfg.Capacity) // published as one, so that the handler is handed all of it
	require.True(t, ok)
	e.p.Publish(all)
	<-e.inHand
	return e
}

// The ways to claim, and to wait as a consumer: rows of the table.
var producerCalls = []struct {
	name string
	call func(context.Context, disruptor.Producer[int]) error
}{
	{"Claim", func(ctx context.Context, p disruptor.Producer[int]) error {
		b, err := p.Claim(ctx, 2)
		if err == nil {
			p.Publish(b)
		}
		return err
	}},
	{"Send", func(ctx context.Context, p disruptor.Producer[int]) error { return p.Send(ctx, 7) }},
	{"Do", func(ctx context.Context, p disruptor.Producer[int]) error {
		return p.Do(ctx, 1, func(disruptor.Batch[int]) error { return nil })
	}},
}

var consumerCalls = []struct {
	name string
	// wait waits for the slot at the consumer's position and hands it and what follows back.
	wait func(context.Context, *disruptor.Consumer[int]) error
}{
	{"Next", func(ctx context.Context, c *disruptor.Consumer[int]) error {
		b, err := c.Next(ctx)
		c.Done(b)
		return err
	}},
	{"WaitFor", func(ctx context.Context, c *disruptor.Consumer[int]) error {
		if available, err := c.WaitFor(ctx, c.Position()); err != nil {
			return err
		} else if available <= c.Position() {
			return errors.New("nothing available")
		}
		b, ok := c.TryNext()
		if !ok {
			return errors.New("nothing to take")
		}
		c.Done(b)
		return nil
	}},
	{"Batches", func(ctx context.Context, c *disruptor.Consumer[int]) error {
		for range c.Batches(ctx) {
			return nil
		}
		if err := c.Err(); err != nil {
			return err
		}
		return errDrained
	}},
}

// errDrained stands for a Batches loop that ended with Err nil.
var errDrained = errors.New("drained")

// C65, C101.
func TestAnEndOfTheRingReachesEveryCallThatWaitsAndEveryCallAfterIt(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		for _, end := range ringEnds {
			for i, producing := range producerCalls {
				consuming := consumerCalls[i]
				t.Run(end.name+"/"+producing.name+"/"+consuming.name, func(t *testing.T) {
					ctx := testContext(t)
					e := newEndingRing(t, v.config(4), end.fault)
					produced, consumed := make(chan error, 1), make(chan error, 1)
					go func() { produced <- producing.call(ctx, e.p) }()
					go func() { consumed <- consuming.wait(ctx, e.follower) }()
					if parks(v.wait) {
						eventually(t, func() bool { return e.r.Stats().Parks >= 2 }, "both have parked")
					}
					end.end(e)

					end.requireCall(t, <-produced)
					if end.isClose() { // the rest first
						requireSequences(t, ctx, e.holder, 0, 4)
						require.NoError(t, <-consumed)
						require.EqualValues(t, 4, e.follower.Position())
						end.requireRun(t, <-e.run)
					} else {
						end.requireCall(t, <-consumed)
						end.requireRun(t, <-e.run)
						require.Zero(t, e.follower.Position())
					}
					requireEnded(t, ctx, e, &end)
				})
			}
		}
	})
}

// requireEnded checks every call on a ring that has ended.
func requireEnded(t *testing.T, ctx context.Context, e *endingRing, end *ringEnd) {
	t.Helper()
	end.requireCall(t, e.r.Err())
	_, ok := e.p.TryClaim(1)
	require.False(t, ok)
	require.False(t, e.p.TrySend(1))
	for _, producing := range producerCalls {
		end.requireCall(t, producing.call(ctx, e.p))
	}
	for _, c := range []*disruptor.Consumer[int]{e.holder, e.follower} {
		position := c.Position()
		for _, consuming := range consumerCalls {
			err := consuming.wait(ctx, c)
			if end.isClose() && consuming.name == "Batches" {
				require.Equal(t, errDrained, err)
				continue
			}
			end.requireCall(t, err)
		}
		require.Equal(t, position, c.Position())
	}
	late := e.r.Consumer("late")
	for _, consuming := range consumerCalls {
		err := consuming.wait(ctx, late)
		if end.isClose() && consuming.name == "Batches" {
			require.Equal(t, errDrained, err)
			continue
		}
		end.requireCall(t, err)
	}
	e.r.Close()
	end.requireCall(t, e.r.Err()) // the first end stands
	end.requireRun(t, e.r.Run(ctx))
	require.EqualValues(t, 4, e.r.Published())
}
