package behaviour

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The slowest consumer has gone on, and another one has just become busy at the gate instead.
func TestForIsOfTheConsumerThatAClaimHasFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuckRing(t)
		a := s.Consumer("a")
		b := s.Consumer("b", a)
		taken := inBackground(func() error { _, err := b.Next(context.Background()); return err })
		synctest.Wait() // or the claim may find it busy
		s.fill(1)
		synctest.Wait()
		time.Sleep(2100 * time.Millisecond)
		require.Equal(t, 2100*time.Millisecond, s.Stats().Consumers[0].For)
		advanceAny(t, a, 4)
		require.NoError(t, <-taken)
		got := s.Stats().Consumers[1]
		require.Equal(t, disruptor.Busy, got.State)
		require.Zero(t, got.Position)
		require.Zero(t, got.For)
		c := s.Consumer("c") // joins where the others are not
		require.EqualValues(t, 4, c.Position())
		s.end()
	})
}

// A consumer that joins at the gate was not there when the claim was blocked.
func TestForIsNotOfWhoHasJoinedSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuckRing(t)
		s.Consumer("a")
		s.p.TryClaim(1)
		s.fill(1)
		synctest.Wait()
		time.Sleep(time.Second)
		s.Consumer("b")
		got := s.Stats().Consumers
		require.Equal(t, time.Second, got[0].For)
		require.Zero(t, got[1].For)
		s.end()
	})
}

func advanceAny(t *testing.T, c *disruptor.Consumer[int64], to int64) {
	for c.Position() < to {
		b, ok := c.TryNext()
		require.True(t, ok)
		c.Done(b)
	}
}

// A strategy that sleeps once, so that its claim shows, and then ends its goroutine.
type endsGoroutine struct{ end func() }

func (w endsGoroutine) Idle(n int) disruptor.Action {
	if n == 3 {
		w.end()
	}
	return disruptor.Sleep(time.Millisecond)
}

func TestAClaimWhoseStrategyEndsItsGoroutineIsNotBlocked(t *testing.T) {
	for name, end := range map[string]func(){
		"panic":  func() { panic("idle") },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var r *disruptor.Ring[int64]
				blocked := 0
				r = newRing[int64](t, disruptor.Config{Capacity: 1, Wait: endsGoroutine{func() {
					blocked = r.Stats().Blocked
					end()
				}}})
				r.Consumer("c")
				p := r.MultiProducer()
				require.True(t, p.TrySend(0))
				done := make(chan struct{})
				go func() {
					defer close(done)
					defer func() { _ = recover() }()
					_ = p.Send(context.Background(), 0)
				}()
				<-done
				require.Equal(t, 1, blocked)
				require.Zero(t, r.Stats().Blocked)
			})
		})
	}
}
