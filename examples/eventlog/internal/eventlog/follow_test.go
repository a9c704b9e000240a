package eventlog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var errEnough = errors.New("enough")

// A reader is a client: it checks that it gets each sequence once and in order, or is told of a gap.
type reader struct {
	next   int64
	seen   int
	gaps   []int64 // from, to, from, to, …
	stopAt int64   // 0: never
}

func (r *reader) read(text []byte) error {
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		var m struct {
			Seq *int64
			Gap *struct{ From, To int64 }
		}
		if err := json.Unmarshal(line, &m); err != nil {
			return err
		}
		switch {
		case m.Gap != nil && m.Gap.From == r.next && m.Gap.To > m.Gap.From:
			r.gaps = append(r.gaps, m.Gap.From, m.Gap.To)
			r.next = m.Gap.To
		case m.Seq != nil && *m.Seq == r.next:
			r.next++
			r.seen++
		default:
			return errors.New("out of order: " + string(line))
		}
	}
	if r.stopAt > 0 && r.next >= r.stopAt {
		return errEnough
	}
	return nil
}

// Clients come at any time, are served from the journal and then live, go, and come back.
func TestAClientThatComesBackMissesNothingAndSeesNothingTwice(t *testing.T) {
	const events = 3000
	l := start(t, t.TempDir(), Options{Capacity: 8}) // small: the stream laps those that read the journal
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			r := reader{}
			for r.next < events {
				r.stopAt = min(r.next+1+rand.Int64N(events/8), events)
				if err := l.Follow(t.Context(), r.next, r.read); err != nil && !errors.Is(err, errEnough) {
					t.Error(err)
					return
				}
				for len(r.gaps) > 0 { // what was missed while it was live is in the journal
					missed := reader{next: r.gaps[0]}
					if err := l.Read(r.gaps[0], r.gaps[1], missed.read); err != nil || missed.next != r.gaps[1] {
						t.Error(err, missed.next)
						return
					}
					r.gaps, r.seen = r.gaps[2:], r.seen+missed.seen
				}
			}
			if r.seen != events {
				t.Errorf("%d of %d events seen", r.seen, events)
			}
		})
	}
	for i := range events {
		_, err := l.Append(t.Context(), numbered(i))
		require.NoError(t, err)
	}
	all.Wait()
	shutdown(t, l)
}

// An event that is on disk and not in the stream yet comes from the journal, and not again.
func TestWhatCameFromTheJournalDoesNotComeAgain(t *testing.T) {
	l := start(t, t.TempDir(), Options{})
	defer shutdown(t, l)
	l.index.mu.Lock() // holds up the index stage, and so the stream
	put(t, l, numbered(0))
	r := reader{stopAt: 2}
	err := l.Follow(t.Context(), 0, func(text []byte) error {
		if r.next == 0 {
			l.index.mu.Unlock()
			put(t, l, numbered(1))
		}
		return r.read(text)
	})
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, 2, r.seen)
}

// While it reads the journal, the stream goes on and laps it: it gets what is between from the
// journal, and no gap.
func TestAClientThatHasNotCaughtUpHasNoGap(t *testing.T) {
	l := start(t, t.TempDir(), Options{Capacity: 2})
	defer shutdown(t, l)
	for i := range 100 {
		put(t, l, numbered(i))
	}
	r, more := reader{stopAt: 200}, 100
	err := l.Follow(t.Context(), 0, func(text []byte) error {
		for ; r.next < 100 && more < 200; more++ {
			put(t, l, numbered(more))
		}
		return r.read(text)
	})
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, 200, r.seen)
	require.Empty(t, r.gaps)
}

func TestASlowClientIsToldWhatItMissed(t *testing.T) {
	l := start(t, t.TempDir(), Options{Capacity: 2})
	defer shutdown(t, l)
	put(t, l, numbered(0))
	r := reader{stopAt: 101}
	err := l.Follow(t.Context(), 0, func(text []byte) error {
		switch r.next {
		case 0: // from the journal
			put(t, l, numbered(1))
		case 1: // from the stream, which leaves it behind now
			for i := range 99 {
				put(t, l, numbered(2+i))
			}
			_, live := l.Rings()
			require.Eventually(t, func() bool { return live.Stats().Published == 101 }, time.Minute, time.Millisecond)
		}
		return r.read(text)
	})
	require.ErrorIs(t, err, errEnough)
	require.Equal(t, []int64{2, 99}, r.gaps)
	_, missed := l.Clients()
	require.Equal(t, int64(97), missed)
}

func TestFollowEnds(t *testing.T) {
	l := start(t, t.TempDir(), Options{})
	put(t, l, numbered(0))
	require.ErrorContains(t, l.Follow(t.Context(), 2, nil), "the log ends at 1, before 2")

	gone, cause := errors.New("gone"), make(chan error, 1)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { cause <- l.Follow(ctx, 1, nil) }()
	cancel(gone)
	require.ErrorIs(t, <-cause, gone)

	r, ended := reader{}, make(chan error, 1)
	go func() { ended <- l.Follow(t.Context(), 0, r.read) }()
	require.Eventually(t, func() bool { now, _ := l.Clients(); return now == 1 }, time.Minute, time.Millisecond)
	for i := range 100 {
		put(t, l, numbered(i))
	}
	shutdown(t, l)
	require.NoError(t, <-ended)
	require.Equal(t, int64(101), r.next)
}
