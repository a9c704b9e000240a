package slogring

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"testing/synctest"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A gate is a handler that waits before it handles a record, as long as it is shut.
type gate struct {
	slog.Handler
	shut *sync.RWMutex
}

func (g gate) Handle(ctx context.Context, r slog.Record) error {
	g.shut.RLock()
	defer g.shut.RUnlock()
	return g.Handler.Handle(ctx, r)
}
func (g gate) WithAttrs(a []slog.Attr) slog.Handler { return gate{g.Handler.WithAttrs(a), g.shut} }
func (g gate) WithGroup(n string) slog.Handler      { return gate{g.Handler.WithGroup(n), g.shut} }

// held returns a Handler whose wrapped handler stands until release, which may be called again.
func held(t *testing.T, inner slog.Handler, o Options) (h *Handler, release func()) {
	t.Helper()
	g := gate{inner, new(sync.RWMutex)}
	h, err := New(g, o)
	require.NoError(t, err)
	h.freeze = freezerFor(inner)
	g.shut.Lock()
	release = sync.OnceFunc(g.shut.Unlock)
	t.Cleanup(release)
	return h, release
}

// full fills the ring, of 4 slots, behind a record that the wrapped handler has in hand. No slot of
// the batch in hand is free before its end.
func fill(t *testing.T, h *Handler) {
	t.Helper()
	for h.Stats().Queued < 4 {
		_ = h.Handle(t.Context(), record(slog.LevelInfo, "filler"))
	}
}

func record(level slog.Level, message string) slog.Record {
	return slog.NewRecord(time.Unix(0, 0), level, message, 0)
}

func messages(out string) (all []string) {
	for line := range strings.Lines(out) {
		var r struct {
			Msg     string
			Dropped int
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			panic(err)
		}
		if r.Dropped > 0 {
			r.Msg = fmt.Sprint("dropped ", r.Dropped)
		}
		all = append(all, r.Msg)
	}
	return all
}

func TestSlogtest(t *testing.T) {
	var out bytes.Buffer
	var h *Handler
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		out.Reset()
		var err error
		h, err = New(slog.NewJSONHandler(&out, nil), Options{})
		require.NoError(t, err)
		return h
	}, func(t *testing.T) map[string]any {
		require.NoError(t, h.Close())
		m := map[string]any{}
		require.NoError(t, json.Unmarshal(out.Bytes(), &m))
		return m
	})
}

func TestNewRefuses(t *testing.T) {
	_, err := New(nil, Options{})
	require.EqualError(t, err, "slogring: New of a nil handler")
	_, err = New(slog.DiscardHandler, Options{Capacity: 3})
	require.ErrorContains(t, err, "slogring: ")
}

func TestEachGoroutinesRecordsKeepTheirOrder(t *testing.T) {
	const goroutines, records = 8, 500
	var out bytes.Buffer
	h, err := New(slog.NewJSONHandler(&out, nil), Options{Capacity: 64, Wait: time.Hour})
	require.NoError(t, err)
	var all sync.WaitGroup
	for g := range goroutines {
		l := slog.New(h).With("g", g)
		all.Go(func() {
			for i := range records {
				l.Info("m", "i", i)
			}
		})
	}
	all.Wait()
	require.NoError(t, h.Close())
	next := map[int]int{}
	for line := range strings.Lines(out.String()) {
		var r struct{ G, I int }
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		require.Equal(t, next[r.G], r.I)
		next[r.G]++
	}
	for g := range goroutines {
		require.Equal(t, records, next[g])
	}
	require.Equal(t, Stats{}, h.Stats())
}

func TestAFullRing(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		level   slog.Level
		err     error
		written []string // after release
	}{
		"drops":                {Options{Wait: -1}, slog.LevelError, ErrDropped, []string{"dropped 1"}},
		"waits, drops":         {Options{Wait: time.Millisecond}, slog.LevelError, ErrDropped, []string{"dropped 1"}},
		"drops below":          {Options{Wait: time.Hour, DropBelow: slog.LevelInfo}, slog.LevelDebug, ErrDropped, []string{"dropped 1"}},
		"drops below, not now": {Options{Wait: time.Millisecond, DropBelow: slog.LevelInfo}, slog.LevelInfo, ErrDropped, []string{"dropped 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			test.options.Capacity = 4
			h, release := held(t, slog.NewJSONHandler(&out, nil), test.options)
			fill(t, h)
			before := h.Stats().Dropped
			require.Equal(t, test.err, h.Handle(t.Context(), record(test.level, "one more")))
			require.Equal(t, before+1, h.Stats().Dropped)
			release()
			require.NoError(t, h.Close())
			got := messages(out.String())
			last := fmt.Sprint("dropped ", before+1)
			require.Equal(t, []string{"filler", "filler", "filler", "filler", last}, got)
		})
	}
}

func TestACallWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		hang := make(chan struct{})
		inner := &recursive{slog.NewJSONHandler(&out, nil), func(slog.Record) { <-hang }}
		h, err := New(inner, Options{Capacity: 4, Wait: time.Hour, DropBelow: slog.LevelInfo})
		require.NoError(t, err)
		for range 4 {
			require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "filler")))
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		waited := make(chan error, 1)
		go func() { waited <- h.Handle(cancelled, record(slog.LevelInfo, "one more")) }()
		synctest.Wait()
		require.Empty(t, waited)
		close(hang)
		require.NoError(t, <-waited, "a record of a cancelled request is a record")
		require.NoError(t, h.Close())
		require.Equal(t, []string{"filler", "filler", "filler", "filler", "one more"}, messages(out.String()))
	})
}

func TestFlushIsCalledOnceAllIsHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		buffer := bufio.NewWriter(&out)
		h, err := New(slog.NewJSONHandler(buffer, nil), Options{Flush: buffer.Flush})
		require.NoError(t, err)
		require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "a")))
		require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "b")))
		time.Sleep(nap) // the handler's goroutine may be in one
		synctest.Wait()
		require.Equal(t, []string{"a", "b"}, messages(out.String()))
		require.NoError(t, h.Close())
	})
}

// A counter is a handler that counts records, and does not wait for what a gate holds.
type counter struct {
	slog.Handler
	mu   *sync.Mutex
	seen map[string]int
}

func (c counter) Handle(ctx context.Context, r slog.Record) error {
	c.mu.Lock()
	c.seen[r.Message]++
	c.mu.Unlock()
	if r.Message == "urgent" {
		return errors.New("handled here")
	}
	return c.Handler.Handle(ctx, r)
}

func TestInline(t *testing.T) {
	shut := new(sync.RWMutex)
	c := counter{gate{slog.DiscardHandler, shut}, new(sync.Mutex), map[string]int{}}
	h, err := New(c, Options{Capacity: 4, Wait: -1, Inline: true})
	require.NoError(t, err)
	shut.Lock()
	for range 4 {
		require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "filler")))
	}
	require.EqualError(t, h.Handle(t.Context(), record(slog.LevelInfo, "urgent")), "handled here")
	require.Equal(t, int64(1), h.Stats().Inlined)
	shut.Unlock()
	require.NoError(t, h.Close())
	require.Equal(t, map[string]int{"filler": 4, "urgent": 1}, c.seen)
}

// TestAWrappedHandlerThatLogs to the handler that wraps it, until the ring is full.
func TestAWrappedHandlerThatLogs(t *testing.T) {
	var h *Handler
	var out bytes.Buffer
	ready, done := make(chan struct{}), make(chan struct{})
	var flush, shutdown error
	inner := &recursive{slog.NewJSONHandler(&out, nil), func(r slog.Record) {
		<-ready
		if r.Message != "first" {
			return
		}
		for range 10 {
			_ = h.Handle(context.Background(), record(slog.LevelInfo, "again"))
		}
		flush, shutdown = h.Flush(context.Background()), h.Close()
		close(done)
	}}
	h, err := New(inner, Options{Capacity: 4, Wait: time.Hour})
	require.NoError(t, err)
	require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "first")))
	close(ready)
	<-done
	require.NoError(t, h.Close())
	require.EqualError(t, flush, "slogring: Flush by the wrapped handler")
	require.EqualError(t, shutdown, "slogring: Shutdown by the wrapped handler")
	require.Equal(t, []string{"first", "again", "again", "again", "dropped 7"}, messages(out.String()))
}

type recursive struct {
	slog.Handler
	before func(slog.Record)
}

func (r *recursive) Handle(ctx context.Context, record slog.Record) error {
	r.before(record)
	return r.Handler.Handle(ctx, record)
}

func TestErrorsAreReported(t *testing.T) {
	var out bytes.Buffer
	var errs []string
	inner := &recursive{slog.NewJSONHandler(&out, nil), func(r slog.Record) {
		if r.Message == "panic" {
			panic("at once")
		}
	}}
	failing := &failsAt{inner, "error"}
	h, err := New(failing, Options{
		OnError: func(err error) { errs = append(errs, err.Error()) },
		Flush: func() error {
			if strings.HasSuffix(out.String(), "\"last\"}\n") {
				return errors.New("disk full")
			}
			return nil
		},
	})
	require.NoError(t, err)
	for _, m := range []string{"a", "error", "panic", "b"} {
		require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, m)))
	}
	require.NoError(t, h.Flush(t.Context()))
	require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "last")))
	require.EqualError(t, h.Flush(t.Context()), "disk full")
	require.EqualError(t, h.Close(), "disk full")
	require.Equal(t, []string{"a", "b", "last"}, messages(out.String()))
	require.Equal(t, []string{"failed", "slogring: the wrapped handler panicked: at once"}, errs[:2])
	require.Equal(t, "disk full", errs[2])
	require.Equal(t, int64(len(errs)), h.Stats().Errors)
}

type failsAt struct {
	slog.Handler
	message string
}

func (f *failsAt) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == f.message {
		return errors.New("failed")
	}
	return f.Handler.Handle(ctx, r)
}

func TestAHandlerThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		inner := &recursive{slog.DiscardHandler, func(slog.Record) { <-hang }}
		errs := make(chan error, 9)
		h, err := New(inner, Options{Hanging: 2 * time.Second, OnError: func(err error) { errs <- err }})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.Empty(t, errs, "nothing to do is no hanging")
		require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "m")))
		begin := time.Now()
		require.ErrorIs(t, <-errs, ErrHanging)
		require.GreaterOrEqual(t, time.Since(begin), 2*time.Second)
		time.Sleep(time.Minute)
		require.Empty(t, errs, "once")

		limit, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, h.Flush(limit), context.DeadlineExceeded)
		limit, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err = h.Shutdown(limit)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, `"handler"`)
		require.Equal(t, ErrDropped, h.Handle(t.Context(), record(slog.LevelInfo, "late")), "it must not hang, too")
		close(hang)
		<-h.done
		require.Equal(t, ErrDropped, h.Handle(t.Context(), record(slog.LevelInfo, "late")))
		require.Error(t, h.Flush(t.Context()))
	})
}

func TestAfterClose(t *testing.T) {
	var out bytes.Buffer
	h, release := held(t, slog.NewJSONHandler(&out, nil), Options{Wait: time.Hour})
	require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "before")))
	h.ring.Close()
	late := make(chan error, 1)
	go func() { late <- h.Handle(t.Context(), record(slog.LevelInfo, "late")) }()
	release()
	require.NoError(t, <-late)
	require.NoError(t, h.Close())
	require.NoError(t, h.Close())
	require.NoError(t, h.Flush(t.Context()))
	require.NoError(t, h.Handle(t.Context(), record(slog.LevelInfo, "later")))
	require.Equal(t, []string{"before", "late", "later"}, messages(out.String()))
	require.Equal(t, int64(2), h.Stats().Inlined)
}

func TestADeferredFlushAfterAPanic(t *testing.T) {
	var out bytes.Buffer
	h, release := held(t, slog.NewJSONHandler(&out, nil), Options{})
	defer h.Close()
	var seen []string
	func() {
		defer func() {
			require.Equal(t, "boom", recover())
			seen = messages(out.String())
		}()
		defer h.Flush(t.Context())
		defer release()
		slog.New(h).Info("last words")
		panic("boom")
	}()
	require.Equal(t, []string{"last words"}, seen)
}

// TestSlotsKeepNothing: what a record refers to is garbage once it is handled.
func TestSlotsKeepNothing(t *testing.T) {
	h, err := New(slog.DiscardHandler, Options{Capacity: 4})
	require.NoError(t, err)
	var slots []*event
	require.NoError(t, h.producer.Do(t.Context(), 4, func(b disruptor.Batch[event]) error {
		for _, e := range b.All() {
			slots = append(slots, e)
			*e = event{ctx: t.Context(), wrapped: slog.DiscardHandler, record: record(slog.LevelInfo, "m")}
		}
		return nil
	}))
	require.NoError(t, h.Close())
	for _, e := range slots {
		assert.Equal(t, event{}, *e)
	}
}

// While records come, the handler's goroutine naps, and nobody has to wake it. An idle one uses no
// CPU.
func TestTheHandlersGoroutineParksAfterSomeNaps(t *testing.T) {
	for n := range manyNaps {
		require.Equal(t, disruptor.Sleep(nap), naps{}.Idle(n))
	}
	require.Equal(t, disruptor.Park, naps{}.Idle(manyNaps))
}
