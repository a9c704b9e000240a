package eventlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/examples/eventlog/internal/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, dir string, o Options) *Log {
	t.Helper()
	l, err := Open(dir, o)
	require.NoError(t, err)
	return l
}

func shutdown(t *testing.T, l *Log) {
	t.Helper()
	require.NoError(t, l.Shutdown(t.Context()))
}

// put appends an event and waits until it is on disk.
func put(t *testing.T, l *Log, e Event) Receipt {
	t.Helper()
	r, err := l.Append(t.Context(), e)
	require.NoError(t, err)
	require.NoError(t, l.Wait(t.Context(), r.Seq))
	return r
}

func numbered(i int) Event { return Event{Key: "k", Data: json.RawMessage(fmt.Sprint(i))} }

func TestAnEventIsOnDiskAndIsReadBack(t *testing.T) {
	l := start(t, t.TempDir(), Options{})
	defer shutdown(t, l)
	require.Equal(t, Receipt{Seq: 0}, put(t, l, Event{"a", "1", []byte(`{"x": 1}`)}))
	require.Equal(t, Receipt{Seq: 1}, put(t, l, Event{"b", "", []byte(`"two"`)}))
	require.Equal(t, int64(2), l.Next())
	var texts []string
	require.NoError(t, l.Read(0, 2, func(text []byte) error {
		var m map[string]any
		require.NoError(t, json.Unmarshal(text, &m))
		require.WithinDuration(t, time.Now(), must(time.Parse(time.RFC3339Nano, m["time"].(string))), time.Hour)
		delete(m, "time")
		texts = append(texts, fmt.Sprint(m))
		return nil
	}))
	require.Equal(t, []string{"map[data:map[x:1] id:1 key:a seq:0]", "map[data:two key:b seq:1]"}, texts)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestTheIndexKnowsHowManyEventsAKeyHasAndTheLast(t *testing.T) {
	dir := t.TempDir()
	l := start(t, dir, Options{})
	for _, key := range []string{"a", "b", "a"} {
		put(t, l, Event{Key: key, Data: []byte("1")})
	}
	shutdown(t, l)
	l = start(t, dir, Options{}) // from the journal
	defer shutdown(t, l)
	put(t, l, Event{Key: "c", Data: []byte("1")})
	for key, want := range map[string]KeyInfo{"a": {2, 2}, "b": {1, 1}, "c": {1, 3}} {
		require.Eventually(t, func() bool { info, _ := l.Key(key); return info == want }, time.Minute, time.Millisecond)
	}
	_, ok := l.Key("d")
	require.False(t, ok)
}

func TestARetryGetsTheSequenceOfTheFirst(t *testing.T) {
	dir := t.TempDir()
	l := start(t, dir, Options{})
	require.Equal(t, Receipt{0, false}, put(t, l, Event{"k", "id", []byte("1")}))
	require.Equal(t, Receipt{1, false}, put(t, l, Event{"k", "other", []byte("1")}))
	require.Equal(t, Receipt{0, true}, put(t, l, Event{"k", "id", []byte("1")}))
	shutdown(t, l)
	l = start(t, dir, Options{})
	defer shutdown(t, l)
	require.Equal(t, Receipt{0, true}, put(t, l, Event{"k", "id", []byte("1")}), "after a restart")
	require.Equal(t, int64(2), l.Next())
}

func TestOfManyRetriesAtOnceOneIsStored(t *testing.T) {
	l := start(t, t.TempDir(), Options{Capacity: 8})
	defer shutdown(t, l)
	for round := range 100 {
		var all sync.WaitGroup
		var receipts [8]Receipt
		for i := range receipts {
			all.Go(func() { receipts[i], _ = l.Append(t.Context(), Event{"k", fmt.Sprint(round), []byte("1")}) })
		}
		all.Wait()
		firsts := 0
		for _, r := range receipts {
			require.Equal(t, int64(round), r.Seq)
			if !r.Duplicate {
				firsts++
			}
		}
		require.Equal(t, 1, firsts)
	}
}

func TestTheOldestIDsAreForgotten(t *testing.T) {
	dir := t.TempDir()
	l := start(t, dir, Options{IDs: 2})
	for i, id := range []string{"a", "b", "c"} {
		require.Equal(t, Receipt{int64(i), false}, put(t, l, Event{"k", id, []byte("1")}))
	}
	// The index stage forgets, beside the journal.
	require.Eventually(t, func() bool { info, _ := l.Key("k"); return info.Last == 2 }, time.Minute, time.Millisecond)
	shutdown(t, l)
	for _, reopened := range []bool{true, false} {
		l = start(t, dir, Options{IDs: 2})
		if reopened {
			require.Equal(t, Receipt{1, true}, put(t, l, Event{"k", "b", []byte("1")}))
			require.Equal(t, Receipt{3, false}, put(t, l, Event{"k", "a", []byte("1")}))
		} else {
			require.Equal(t, Receipt{4, false}, put(t, l, Event{"k", "b", []byte("1")}), "c and a are the last two")
		}
		shutdown(t, l)
	}
}

func TestShutdownLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	l := start(t, dir, Options{})
	for i := range 1000 {
		_, err := l.Append(t.Context(), numbered(i))
		require.NoError(t, err)
	}
	shutdown(t, l)
	require.NoError(t, l.Wait(t.Context(), 999))
	_, err := l.Append(t.Context(), numbered(0))
	require.ErrorIs(t, err, disruptor.ErrClosed)
	shutdown(t, l) // again
	l = start(t, dir, Options{})
	defer shutdown(t, l)
	require.Equal(t, int64(1000), l.Next())
}

func TestAnInvalidEventIsRefused(t *testing.T) {
	l := start(t, t.TempDir(), Options{})
	defer shutdown(t, l)
	for _, e := range []Event{{}, {Key: "k"}, {Key: "k", Data: []byte("{")}} {
		_, err := l.Append(t.Context(), e)
		require.ErrorIs(t, err, ErrInvalid)
	}
	require.Equal(t, Receipt{Seq: 0}, put(t, l, numbered(0)), "nothing was claimed")
}

// A faulty store is a journal whose Sync is the test's.
type faulty struct {
	store
	sync func() error
}

func (f *faulty) Sync() error {
	if err := f.sync(); err != nil {
		return err
	}
	return f.store.Sync()
}

func startFaulty(t *testing.T, o Options, sync func() error) *Log {
	t.Helper()
	l, err := open(o, func(recovered func(int64, []byte) error) (store, error) {
		j, err := journal.Open(t.TempDir(), o.Journal, recovered)
		return &faulty{j, sync}, err
	})
	require.NoError(t, err)
	return l
}

var errDisk = errors.New("the disk is gone")

func TestAJournalThatFailsEndsTheLog(t *testing.T) {
	failing := make(chan struct{})
	l := startFaulty(t, Options{}, func() error {
		select {
		case <-failing:
			return errDisk
		default:
			return nil
		}
	})
	put(t, l, numbered(0))
	close(failing)
	r, err := l.Append(t.Context(), numbered(1))
	require.NoError(t, err)
	require.ErrorIs(t, l.Wait(t.Context(), r.Seq), errDisk)
	require.NoError(t, l.Wait(t.Context(), 0), "that is on disk")
	<-l.Ended()
	require.ErrorIs(t, l.Err(), errDisk)
	_, err = l.Append(t.Context(), numbered(2))
	require.ErrorIs(t, err, disruptor.ErrClosed)
	require.ErrorIs(t, err, errDisk)
	require.ErrorIs(t, l.Shutdown(t.Context()), errDisk)
}

func TestAFullLogRefusesInTimeAndARetryIsStored(t *testing.T) {
	shut := make(chan struct{})
	l := startFaulty(t, Options{Capacity: 2}, func() error { <-shut; return nil })
	defer shutdown(t, l)
	for i := range 2 {
		_, err := l.Append(t.Context(), numbered(i))
		require.NoError(t, err)
	}
	busy := errors.New("busy")
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, busy)
	defer cancel()
	_, err := l.Append(ctx, Event{"k", "id", []byte("2")})
	require.ErrorIs(t, err, busy)
	require.ErrorIs(t, l.Wait(ctx, 0), busy)
	close(shut)
	require.Equal(t, Receipt{2, false}, put(t, l, Event{"k", "id", []byte("2")}))
}
