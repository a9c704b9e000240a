//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// blocked returns the BlockedError of a call whose context ends soon.
func (s *scene) blocked(call func(ctx context.Context) error) *shm.BlockedError {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 50*time.Millisecond)
	defer cancel()
	var blocked *shm.BlockedError
	require.ErrorAs(s.t, call(ctx), &blocked)
	require.ErrorIs(s.t, blocked, context.DeadlineExceeded)
	return blocked
}

// looks has this process look for the dead, as all do that join.
func (s *scene) looks() {
	s.t.Helper()
	c, err := s.ring.Consumer(shm.ConsumerConfig{})
	require.NoError(s.t, err)
	c.Close()
}

// stopsInAClaim returns a producer of one claim that stands still in it, at that point.
func (s *scene) stopsInAClaim(point string, k int64) *Process {
	s.t.Helper()
	spec := Spec{Role: "produces", Name: "stands", Incarnation: s.incarnation(), Batch: perClaim, Claims: 1}
	spec.Strike = Strike{point, k, syscall.SIGSTOP}
	p := s.start(spec, true)
	require.NoError(s.t, p.Stopped(s.ctx))
	return p
}

// A producer that stands still in a claim is waited for, and named, and nothing that it has is taken from it, though
// another is killed and recovered meanwhile.
func TestProducerStoppedInAClaim(t *testing.T) {
	rows := []struct {
		point  string
		k      int64
		marked int64
		killed bool // another
	}{
		{"half", 1, 0, false}, {"half", 1, 0, true}, {"claimed", 1, 0, true}, {"marked", 1, 1, false}, {"marked", 2, 2, true},
	}
	for _, row := range rows {
		t.Run(fmt.Sprintf("%s, another killed %v", row.point, row.killed), func(t *testing.T) {
			if row.point != "half" {
				named(t)
			}
			s := newScene(t, shm.Config{})
			s.reads(shm.ConsumerConfig{Name: "first"})
			s.reads(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
			c := s.joins(shm.ConsumerConfig{Name: "looks"})
			for range rounds(6) {
				s.sends(5)
				s.drained()
				b, err := c.Next(s.ctx)
				require.NoError(t, err)
				c.Done(b)
				lost := s.ring.Stats().Lost
				at := s.ring.Stats().Claimed
				p := s.stopsInAClaim(row.point, row.k)
				if row.killed {
					spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim}
					spec.Strike = Strike{"half", 1, syscall.SIGKILL}
					require.NoError(t, s.start(spec, true).WasKilled(s.ctx))
					s.looks()
					lost += perClaim
				}
				s.sends(20)
				s.looks()
				require.Equal(t, lost, s.ring.Stats().Lost)
				if row.marked > 0 {
					b, err := c.Next(s.ctx)
					require.NoError(t, err)
					require.EqualValues(t, row.marked, b.Len())
					c.Done(b)
				}
				blocked := s.blocked(func(ctx context.Context) error { _, err := c.Next(ctx); return err })
				require.Equal(t, "events", blocked.Waits)
				require.Equal(t, at+row.marked, blocked.Sequence)
				require.Contains(t, blocked.By, fmt.Sprintf("%q of process %d", "stands", p.PID))
				require.NoError(t, p.Signal(syscall.SIGCONT))
				require.NoError(t, p.Expect(s.ctx, "done"))
				require.NoError(t, p.HasEnded(s.ctx))
				s.drained()
				require.EqualValues(t, perClaim, s.ledger.HandledOf(0, p.Spec.Incarnation))
				require.Equal(t, lost, s.ring.Stats().Lost)
				for c.Position() < s.ring.Stats().Claimed {
					b, err := c.Next(s.ctx)
					require.NoError(t, err)
					c.Done(b)
				}
			}
		})
	}
}

func TestProducerStoppedThenKilled(t *testing.T) {
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{Name: "first"})
	s.reads(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
	for round := range rounds(8) {
		p := s.stopsInAClaim("half", 1)
		s.sends(20)
		s.looks()
		require.EqualValues(t, round*perClaim, s.ring.Stats().Lost)
		s.killed(p)
		s.drained()
		require.EqualValues(t, (round+1)*perClaim, s.ring.Stats().Lost)
		require.Zero(t, s.ledger.HandledOf(0, p.Spec.Incarnation))
	}
}

// A record of a producer that stands still before its compare-and-swap covers what others have claimed since. If one
// of these dies, that is recovered when the first goes on.
func TestProducerStoppedWithAnOldRecord(t *testing.T) {
	named(t)
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{})
	for range rounds(6) {
		before := s.ring.Stats().Lost
		spec := Spec{Role: "produces", Name: "stands", Incarnation: s.incarnation(), Batch: perClaim, Claims: 1}
		spec.Strike = Strike{"recorded", 1, syscall.SIGSTOP}
		stands := s.start(spec, true)
		require.NoError(t, stands.Stopped(s.ctx))
		spec = Spec{Role: "produces", Incarnation: s.incarnation(), Batch: 2 * perClaim}
		spec.Strike = Strike{"filled", 1, syscall.SIGKILL}
		require.NoError(t, s.start(spec, true).WasKilled(s.ctx))
		s.sends(20)
		s.looks()
		require.LessOrEqual(t, s.ring.Stats().Lost, before+perClaim)
		require.NoError(t, stands.Signal(syscall.SIGCONT))
		require.NoError(t, stands.HasEnded(s.ctx))
		s.drained()
		require.Equal(t, before+2*perClaim, s.ring.Stats().Lost)
		require.EqualValues(t, perClaim, s.ledger.HandledOf(0, stands.Spec.Incarnation))
	}
}

// Producers wait for a consumer that stands still and may not be evicted.
func TestConsumerStopped(t *testing.T) {
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{Name: "first"})
	p := s.start(Spec{Role: "consumes", Row: 9, Consumer: shm.ConsumerConfig{Name: "stands"}}, true)
	for range rounds(6) {
		s.sends(1)
		s.stopped(p)
		s.until(func() bool { s.tries(1); return s.ring.Stats().Free == 0 }, "the ring is full")
		blocked := s.blocked(func(ctx context.Context) error { return s.producer.Send(ctx, Event{}) })
		require.Equal(t, "room", blocked.Waits)
		require.Contains(t, blocked.By, fmt.Sprintf("%q of process %d", "stands", p.PID))
		require.Zero(t, s.ring.Stats().Evicted)
		require.NoError(t, p.Signal(syscall.SIGCONT))
		s.sends(20)
		s.drained()
	}
	s.until(func() bool { return s.ledger.Handled(9) == int64(s.sent) }, "the consumer has had all")
	s.ring.Close()
	require.NoError(t, p.Expect(s.ctx, "closed"))
	require.NoError(t, p.HasEnded(s.ctx))
	require.NoError(t, s.ledger.Check(9, s.incarnations))
}

// A consumer that may be evicted is, when it stands still. It finds that out when it goes on, and is handed nothing
// that was overwritten.
func TestEvictableConsumerStopped(t *testing.T) {
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{Name: "first"})
	for round := range rounds(12) {
		p := s.start(Spec{Role: "consumes", Row: 1 + round, Late: true, Consumer: shm.ConsumerConfig{Evictable: 48}}, true)
		s.sends(10)
		pause()
		s.stopped(p)
		s.until(func() bool { s.sends(1); return s.ring.Stats().Evicted > int64(round) }, "it is evicted")
		s.sends(200)
		require.NoError(t, p.Signal(syscall.SIGCONT))
		require.NoError(t, p.Expect(s.ctx, "evicted"))
		require.NoError(t, p.HasEnded(s.ctx))
		s.drained()
		require.EqualValues(t, round+1, s.ring.Stats().Evicted)
	}
	require.Len(t, s.ring.Stats().Consumers, 1)
}

// It is evicted while it copies what it is about to be handed.
func TestEvictableConsumerStoppedWhileItCopies(t *testing.T) {
	named(t)
	for range rounds(4) {
		s := newScene(t, shm.Config{})
		spec := Spec{Role: "consumes", Row: 9, Consumer: shm.ConsumerConfig{Evictable: 48}}
		spec.Strike = Strike{"copying", 1, syscall.SIGSTOP}
		p := s.start(spec, true)
		s.sends(10)
		require.NoError(t, p.Stopped(s.ctx))
		s.sends(200)
		require.EqualValues(t, 1, s.ring.Stats().Evicted)
		require.NoError(t, p.Signal(syscall.SIGCONT))
		require.NoError(t, p.Expect(s.ctx, "evicted"))
		require.NoError(t, p.HasEnded(s.ctx))
		require.Zero(t, s.ledger.Handled(9))
	}
}

// It is evicted once, though it dies before it knows.
func TestEvictableConsumerKilledUnawares(t *testing.T) {
	s := newScene(t, shm.Config{})
	for round := range rounds(4) {
		p := s.start(Spec{Role: "sits", Consumer: shm.ConsumerConfig{Evictable: 48}}, true)
		s.until(func() bool { s.sends(1); return s.ring.Stats().Evicted > int64(round) }, "it is evicted")
		s.killed(p)
		s.looks()
		require.EqualValues(t, round+1, s.ring.Stats().Evicted)
		require.Empty(t, s.ring.Stats().Consumers)
	}
}

// tries has this process publish an event if there is room, n times.
func (s *scene) tries(n int) {
	s.sends(0)
	for range n {
		var e Event
		e.fill(0, s.sent+1)
		s.ledger.About(0, s.sent+1)
		if s.producer.TrySend(e) {
			s.sent++
		}
		s.ledger.Published(0, s.sent)
	}
}
