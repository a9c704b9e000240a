package slogring

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNoCallWaitsAfterALateShutdown, neither one that began before its end nor any later one.
func TestNoCallWaitsAfterALateShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		h, err := New(&recursive{slog.DiscardHandler, func(slog.Record) { <-hang }}, Options{Wait: time.Hour})
		require.NoError(t, err)
		require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "m")))
		h.ring.Close()
		early := make(chan error, 1)
		go func() { early <- h.Handle(t.Context(), record(slog.LevelInfo, "early")) }()
		synctest.Wait()
		require.Empty(t, early)

		limit, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, h.Shutdown(limit), context.DeadlineExceeded)
		end := time.Now()
		require.Equal(t, ErrDropped, <-early)
		require.Equal(t, ErrDropped, h.Handle(t.Context(), record(slog.LevelInfo, "late")))
		require.Zero(t, time.Since(end))
		close(hang)
		require.Error(t, h.Close())
	})
}

// TestOnErrorMayLog while the wrapped handler hangs, and into a full ring: the wrapped handler's own
// errors must not wait for that call.
func TestOnErrorMayLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h *Handler
		var calls atomic.Int32
		var reported []error
		failing := &failsAt{slog.DiscardHandler, "filler"}
		hang := make(chan struct{})
		h, err := New(&recursive{failing, func(slog.Record) { <-hang }}, Options{Capacity: 4, Wait: time.Hour, OnError: func(err error) {
			assert.Equal(t, int32(1), calls.Add(1), "one call at a time")
			defer calls.Add(-1)
			reported = append(reported, err)
			if errors.Is(err, ErrHanging) {
				assert.NoError(t, h.Handle(t.Context(), record(slog.LevelError, "the handler hangs")))
			}
		}})
		require.NoError(t, err)
		for range 4 {
			require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "filler")))
		}
		time.Sleep(2 * defaultHanging)
		synctest.Wait()
		require.Equal(t, int32(1), calls.Load(), "OnError waits for room")
		close(hang)
		require.NoError(t, h.Flush(t.Context()))
		synctest.Wait()
		require.Len(t, reported, 5)
		require.ErrorIs(t, reported[0], ErrHanging)
		require.Zero(t, h.Stats().Dropped)
		require.NoError(t, h.Close())
	})
}

// Of the errors that come during a call, only so many are kept.
func TestErrorsDuringACallOfOnError(t *testing.T) {
	var e errorReports
	var passed int
	e.report = func(err error) {
		passed++
		for range 2 * maxBatch {
			if passed == 1 {
				e.add(err) // as another goroutine does
			}
		}
	}
	e.add(errors.New("no"))
	require.Equal(t, 1+maxBatch, passed)
	e.add(errors.New("no"))
	require.Equal(t, 2+maxBatch, passed, "nothing is left over")
}

// A closing is a context whose Done closes the handler. Flush calls it when it begins to wait, and
// finds that all it waits for has come.
type closing struct {
	context.Context
	h *Handler
}

func (c closing) Done() <-chan struct{} {
	_ = c.h.Close()
	return nil
}

// TestAFlushThatFails is not forgotten because the handler is closed.
func TestAFlushThatFails(t *testing.T) {
	full := errors.New("disk full")
	for range 64 { // a select chooses by chance
		h, err := New(slog.DiscardHandler, Options{Flush: func() error { return full }, OnError: func(error) {}})
		require.NoError(t, err)
		require.Equal(t, full, h.Flush(closing{t.Context(), h}))
		require.Equal(t, full, h.Flush(t.Context()), "on a closed handler")
		require.Equal(t, full, h.Close())
	}
}

// A Flush whose handler is closed meanwhile has an answer of its own. Later ones have that of the
// last flush.
func TestAFlushWhileTheHandlerIsClosed(t *testing.T) {
	for range 64 {
		asked := 0
		h, err := New(slog.DiscardHandler, Options{OnError: func(error) {}, Flush: func() error {
			if asked++; asked == 1 {
				return errors.New("the first")
			}
			return nil
		}})
		require.NoError(t, err)
		require.EqualError(t, h.Flush(closing{t.Context(), h}), "the first")
		require.NoError(t, h.Flush(t.Context()))
		require.NoError(t, h.Close())
	}
}

func TestHangingOfNextToNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := New(slog.DiscardHandler, Options{Hanging: 1})
		require.NoError(t, err)
		synctest.Wait() // for watch
		require.NoError(t, h.Close())
	})
}

// A drop that comes when the handler's goroutine has reported is reported with the next record, or
// by Flush.
func TestADropThatComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		h, err := New(slog.NewJSONHandler(&out, nil), Options{})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, ErrDropped, h.drop())
		require.NoError(t, h.Flush(t.Context()))
		synctest.Wait() // it has reported
		require.Equal(t, ErrDropped, h.drop())
		require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "m")))
		require.NoError(t, h.Close())
		require.Equal(t, []string{"dropped 1", "m", "dropped 1"}, messages(out.String()))
	})
}
