package behaviour

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A log keeps the messages of the watchdog.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// take returns the messages since the last call.
func (l *log) take(t *testing.T) (messages []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for d := json.NewDecoder(&l.text); d.More(); {
		var m map[string]any
		require.NoError(t, d.Decode(&m))
		delete(m, "time")
		messages = append(messages, m)
	}
	return messages
}

func warning(explain string) []map[string]any {
	return []map[string]any{{"level": "WARN", "msg": "disruptor: ring is stuck", "ring": "orders", "explain": explain}}
}

// watched runs test with a ring of four slots whose Run has a watchdog of a second.
func watched(t *testing.T, test func(s *stuckRing, l *log)) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuckRing(t)
		l := &log{}
		s.start(func() error {
			return s.RunWith(context.Background(), disruptor.RunConfig{
				Watchdog: time.Second, Logger: slog.New(slog.NewJSONHandler(l, nil)),
			})
		})
		test(s, l)
		s.end()
		synctest.Wait()
	})
}

func TestTheWatchdogTellsOnceUntilSomethingMoves(t *testing.T) {
	watched(t, func(s *stuckRing, l *log) {
		steps := make(chan struct{})
		s.HandleWith(oneByOne("slow"), func(disruptor.Batch[int64]) error {
			<-steps
			return nil
		})
		time.Sleep(time.Hour)
		require.Empty(t, l.take(t), "nothing to do")
		s.fill(0)
		time.Sleep(time.Hour)
		require.Empty(t, l.take(t), "a full ring blocks nobody")

		s.fill(1)
		time.Sleep(999 * time.Millisecond)
		require.Empty(t, l.take(t))
		time.Sleep(501 * time.Millisecond)
		text := `: ring "orders" is full (4 slots), held by consumer "slow" at 0, in its handler for at least `
		require.Equal(t, warning(`1 producer blocked for 1.2 s`+text+`1.2 s. If that handler publishes to this ring, it waits for itself.`), l.take(t))
		time.Sleep(time.Hour)
		require.Empty(t, l.take(t), "nothing has moved since")

		s.fill(1) // one more, behind the other
		time.Sleep(time.Hour)
		require.Empty(t, l.take(t), "it has not moved anything")

		steps <- struct{}{}
		synctest.Wait()
		for range 3 { // one is let in, and the other waits
			time.Sleep(900 * time.Millisecond)
			require.Empty(t, l.take(t), "it is slow, but moves")
			s.fill(0)
			steps <- struct{}{}
			synctest.Wait()
			s.fill(1)
		}
		time.Sleep(2 * time.Second)
		require.Len(t, l.take(t), 1, "it moves no more")
		close(steps)
	})
}

func TestTheWatchdogSeesWhoWaitsForAnOpenClaim(t *testing.T) {
	watched(t, func(s *stuckRing, l *log) {
		s.Handle("c", nothing)
		b, ok := s.p.TryClaim(1)
		require.True(t, ok)
		time.Sleep(time.Hour)
		require.Empty(t, l.take(t), "nobody misses anything")
		require.True(t, s.p.TrySend(0))
		time.Sleep(time.Hour)
		got := l.take(t)
		require.Len(t, got, 1)
		require.Equal(t, `no producer is blocked: ring "orders" has 2 of 4 slots free; `+
			`the next is sequence 0, which is claimed and has not been published for at least 1 s.`, got[0]["explain"])
		s.p.Publish(b)
		time.Sleep(time.Hour)
		require.Empty(t, l.take(t))
	})
}

func TestTheWatchdogSeesARingThatDoesNotEnd(t *testing.T) {
	for name, end := range map[string]func(*stuckRing){
		`ring "orders" is closed and drains: `: func(s *stuckRing) { s.Close() },
		`ring "orders" has failed: disruptor: shutdown: late: consumer "slow" at 0 has 1 left. Run waits for `: func(s *stuckRing) {
			_ = s.Shutdown(expired)
		},
	} {
		watched(t, func(s *stuckRing, l *log) {
			s.Handle("slow", s.holding(0))
			require.True(t, s.p.TrySend(0))
			time.Sleep(time.Hour)
			require.Empty(t, l.take(t))
			end(s)
			time.Sleep(time.Hour)
			require.Equal(t, warning(name+`consumer "slow" at 0, in its handler for at least 1 s.`), l.take(t))
		})
	}
}

// The tail of a group stands still while its other workers go on.
func TestTheWatchdogSeesWorkersThatFinishEventsBehindASlowOne(t *testing.T) {
	watched(t, func(s *stuckRing, l *log) {
		s.HandleGroup(disruptor.GroupConfig[int64]{Name: "jobs", Workers: 2, MaxBatch: 1},
			disruptor.Each(func(seq int64, _ *int64) error {
				if seq == 0 {
					<-s.hold
				}
				time.Sleep(900 * time.Millisecond)
				return nil
			}))
		s.fill(0)
		s.Close()
		time.Sleep(3500 * time.Millisecond)
		require.Empty(t, l.take(t), "they move")
		time.Sleep(time.Hour)
		require.Len(t, l.take(t), 1, "only one is left")
	})
}

// A logger that never returns, and one that publishes to the ring that is stuck.
func TestTheEndOfRunDoesNotWaitForTheLogger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 1})
		p, called, leave := r.MultiProducer(), make(chan struct{}), make(chan struct{})
		logger := slog.New(slog.NewJSONHandler(writer(func([]byte) {
			_ = p.Send(context.Background(), 0)
			close(called)
			<-leave
		}), nil))
		hold := make(chan struct{})
		r.Handle("c", func(disruptor.Batch[int64]) error { <-hold; return nil })
		running := inBackground(func() error {
			return r.RunWith(context.Background(), disruptor.RunConfig{Watchdog: time.Second, Logger: logger})
		})
		require.NoError(t, p.Send(context.Background(), 0))
		sent := inBackground(func() error { return p.Send(context.Background(), 0) })
		time.Sleep(time.Minute)
		close(hold)
		require.NoError(t, <-sent)
		<-called
		r.Close()
		require.NoError(t, <-running)
		close(leave)
	})
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

func TestRunWithWithoutAWatchdogIsRun(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 1})
	requirePanics(t, "disruptor: Watchdog of -1ns", func() {
		_ = r.RunWith(context.Background(), disruptor.RunConfig{Watchdog: -1})
	})
	r.Close()
	require.NoError(t, r.RunWith(context.Background(), disruptor.RunConfig{}))
	require.NoError(t, r.RunWith(context.Background(), disruptor.RunConfig{Watchdog: 1}), "a second one")
}
