package behaviour

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A HandlerError: how the handler failed, which events it had, and which calls report it.

// A failing is a configuration and a handler that fail on a ring of which [3, 7) is published.
type failing struct {
	name     string
	cfg      disruptor.ConsumerConfig[int64]
	handler  func(c *disruptor.Consumer[int64], b disruptor.Batch[int64]) error
	from, to int64
	err      string
	is       error  // nil: nothing
	stack    string // in the stack; "": there is none
}

func panicInHandler(value any) error { panic(value) }

func handleAll(*disruptor.Consumer[int64], disruptor.Batch[int64]) error { return nil }

var failings = []failing{
	{name: "error", from: 3, to: 7, err: "boom", is: errBoom,
		handler: func(*disruptor.Consumer[int64], disruptor.Batch[int64]) error { return errBoom }},
	{name: "error after Done of a first part", from: 4, to: 7, err: "boom", is: errBoom,
		handler: func(c *disruptor.Consumer[int64], b disruptor.Batch[int64]) error {
			head, _ := b.Split(1)
			c.Done(head)
			return errBoom
		}},
	{name: "error after Done of all", from: 7, to: 7, err: "boom", is: errBoom,
		handler: func(c *disruptor.Consumer[int64], b disruptor.Batch[int64]) error {
			c.Done(b)
			return errBoom
		}},
	{name: "error in a second batch", from: 5, to: 7, err: "boom", is: errBoom,
		cfg: disruptor.ConsumerConfig[int64]{MaxBatch: 2},
		handler: func(_ *disruptor.Consumer[int64], b disruptor.Batch[int64]) error {
			if b.From() == 3 {
				return nil
			}
			return errBoom
		}},
	{name: "error in an idle call", from: 7, to: 7, err: "boom", is: errBoom,
		cfg: disruptor.ConsumerConfig[int64]{Idle: time.Second},
		handler: func(_ *disruptor.Consumer[int64], b disruptor.Batch[int64]) error {
			if b.Len() > 0 {
				return nil
			}
			return errBoom
		}},
	{name: "error in Start", from: 3, to: 3, err: "boom", is: errBoom, handler: handleAll,
		cfg: disruptor.ConsumerConfig[int64]{Start: func(*disruptor.Consumer[int64]) error { return errBoom }}},
	{name: "panic in Start", from: 3, to: 3, err: "panic: boom", is: errBoom, stack: "panicInHandler", handler: handleAll,
		cfg: disruptor.ConsumerConfig[int64]{Start: func(*disruptor.Consumer[int64]) error { return panicInHandler(errBoom) }}},
	{name: "Goexit in Start", from: 3, to: 3, err: "runtime.Goexit was called", handler: handleAll,
		cfg: disruptor.ConsumerConfig[int64]{Start: func(*disruptor.Consumer[int64]) error { runtime.Goexit(); return nil }}},
	{name: "panic in Stop", from: 7, to: 7, err: "panic: boom", is: errBoom, handler: handleAll, stack: "panicInHandler",
		cfg: disruptor.ConsumerConfig[int64]{Stop: func(*disruptor.Consumer[int64]) { _ = panicInHandler(errBoom) }}},
	{name: "panic with an error", from: 3, to: 7, err: "panic: boom", is: errBoom, stack: "panicInHandler",
		handler: func(*disruptor.Consumer[int64], disruptor.Batch[int64]) error { return panicInHandler(errBoom) }},
	{name: "panic with a value", from: 3, to: 7, err: "panic: 42", stack: "panicInHandler",
		handler: func(*disruptor.Consumer[int64], disruptor.Batch[int64]) error { return panicInHandler(42) }},
	{name: "panic with a text of several lines", from: 3, to: 7, err: "panic: a\nb\r\nc", stack: "panicInHandler",
		handler: func(*disruptor.Consumer[int64], disruptor.Batch[int64]) error { return panicInHandler("a\nb\r\nc") }},
	{name: "Goexit", from: 3, to: 7, err: "runtime.Goexit was called",
		handler: func(*disruptor.Consumer[int64], disruptor.Batch[int64]) error { runtime.Goexit(); return nil }},
}

// failingRing is a ring of 4 slots whose next sequence is 3, with the consumer of f, named "bad", and [3, 7) published.
func failingRing(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64], f failing) {
	publish(t, p, 3)
	cfg := f.cfg
	cfg.Name = "bad"
	var c *disruptor.Consumer[int64]
	c = r.HandleWith(cfg, func(b disruptor.Batch[int64]) error { return f.handler(c, b) })
	publish(t, p, 4)
}

func (f failing) require(t *testing.T, err error) {
	t.Helper()
	var h *disruptor.HandlerError
	require.ErrorAs(t, err, &h)
	require.Equal(t, "bad", h.Consumer)
	require.Equal(t, [2]int64{f.from, f.to}, [2]int64{h.From, h.To})
	require.EqualError(t, h.Err, f.err)
	require.Equal(t, f.stack != "", h.Stack != nil)
	require.Contains(t, string(h.Stack), f.stack)
	require.False(t, strings.ContainsAny(h.Error(), "\r\n"), "%q is not one line", h.Error())
	if f.is != nil {
		require.ErrorIs(t, err, f.is)
	}
}

// C61, C64.
func TestAHandlerErrorSaysWhereItsHandlerWas(t *testing.T) {
	for _, f := range failings {
		t.Run(f.name, func(t *testing.T) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				failingRing(t, r, p, f)
				run := make(chan error, 1)
				go func() { run <- r.Run(context.Background()) }()
				time.Sleep(time.Minute)
				r.Close() // for the one that fails in Stop
				err := <-run
				f.require(t, err)
				_, alone := err.(*disruptor.HandlerError)
				require.True(t, alone, "Run returns it as it is")
				require.NotErrorIs(t, err, disruptor.ErrClosed)
			})
		})
	}
}

func TestAHandlerErrorIsOneLine(t *testing.T) {
	for _, c := range []struct {
		err  disruptor.HandlerError
		want string
	}{
		{disruptor.HandlerError{Consumer: "c", From: 1, To: 3, Err: errBoom}, `consumer "c", batch [1, 3): boom`},
		{disruptor.HandlerError{Consumer: "c", From: 3, To: 3, Err: errBoom}, `consumer "c", at 3: boom`},
		{disruptor.HandlerError{Consumer: "a\nb", Err: errors.New("c\nd\r\n")}, `consumer "a\nb", at 0: c\nd\r\n`},
		{disruptor.HandlerError{Consumer: "c", Err: errBoom, Stack: []byte("goroutine 1\n")}, `consumer "c", at 0: boom`},
	} {
		require.EqualError(t, &c.err, c.want)
		require.Equal(t, c.err.Err, errors.Unwrap(&c.err))
	}
}

// Each call that hangs is released by the failure and returns it.
func TestAHandlerErrorReachesEverybody(t *testing.T) {
	for _, f := range failings {
		if f.cfg.Stop != nil { // fails when all others have found their end
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				holder := r.Consumer("holder") // from 0
				follower := r.Consumer("follower", holder)
				publish(t, p, 3)
				advance(t, holder, 3)
				advance(t, follower, 3)
				cfg := f.cfg
				cfg.Name = "bad"
				var c *disruptor.Consumer[int64]
				c = r.HandleWith(cfg, func(b disruptor.Batch[int64]) error { return f.handler(c, b) })
				publish(t, p, 4)

				ctx, errs := context.Background(), make(chan error)
				go func() { errs <- p.Send(ctx, 0) }()
				go func() { _, err := follower.Next(ctx); errs <- err }()
				synctest.Wait() // both are blocked
				run := make(chan error, 1)
				go func() { run <- r.Run(ctx) }()
				for range 2 {
					err := <-errs
					f.require(t, err)
					require.ErrorIs(t, err, disruptor.ErrClosed)
				}
				f.require(t, <-run)
				f.require(t, r.Shutdown(ctx))
				f.require(t, r.Err())
				f.require(t, p.Send(ctx, 0))
				_, err := holder.Next(ctx)
				f.require(t, err)
				f.require(t, r.Run(ctx))
			})
		})
	}
}
