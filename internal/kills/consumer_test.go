//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// fills has this process publish until there is no room.
func (s *scene) fills() {
	s.t.Helper()
	s.until(func() bool { s.tries(1); return s.ring.Stats().Free == 0 }, "the ring is full")
}

// A consumer that the full ring waits for is killed.
func TestGatingConsumerKilled(t *testing.T) {
	for _, points := range []struct {
		name string
		of   Strike
	}{{"idle", Strike{}}, {"in hand", Strike{"in hand", 1, syscall.SIGKILL}}, {"handled", Strike{"handled", 1, syscall.SIGKILL}}} {
		t.Run(points.name, func(t *testing.T) {
			for range rounds(5) {
				s := newScene(t, shm.Config{})
				spec := Spec{Role: "consumes", Row: 9, Waits: true, Strike: points.of, Consumer: shm.ConsumerConfig{Name: "gate"}}
				p := s.start(spec, true)
				s.reads(shm.ConsumerConfig{Name: "another"})
				s.fills()
				if points.of.Point == "" {
					require.NoError(t, p.Signal(syscall.SIGKILL))
				} else {
					require.NoError(t, p.Tell())
				}
				s.sends(200) // it may be dead, or about to be
				require.NoError(t, p.WasKilled(s.ctx))
				s.drained()
				stats := s.ring.Stats()
				require.EqualValues(t, 1, stats.Evicted)
				require.Zero(t, stats.Lost)
				require.Len(t, stats.Consumers, 1)
			}
		})
	}
}

// A consumer that is held goes on where it was, in another process, each time that it is killed: at most what was in
// hand comes twice, and nothing is left out.
func TestHeldConsumerGoesOn(t *testing.T) {
	points := []string{"", "in hand", "handled", "handed back"}
	if Named {
		points = append(points, "joining", "bit set", "joined", "passed", "bit of a sleeper")
	}
	s := newScene(t, shm.Config{Capacity: 16})
	hold := shm.ConsumerConfig{Name: "held", OnDeath: shm.Hold, Grace: time.Hour, MaxBatch: 5}
	const row = 9
	p := s.start(Spec{Role: "consumes", Row: row, Consumer: hold}, true)
	s.reads(shm.ConsumerConfig{Name: "follows", After: []string{"held"}})
	s.killed(p)
	for round := range rounds(5) * len(points) {
		point := points[round%len(points)]
		spec := Spec{Role: "consumes", Row: row, Consumer: hold, Strike: Strike{point, 1 + rand.Int64N(4), syscall.SIGKILL}}
		if point == "joining" || point == "bit set" || point == "joined" {
			spec.Strike.K = 1
		}
		p := s.start(spec, false)
		if point == "" {
			require.NoError(t, p.Expect(s.ctx, "ready"))
			s.sends(rand.IntN(30))
			require.NoError(t, p.Signal(syscall.SIGKILL))
		} else {
			s.untilEnd(p)
		}
		require.NoError(t, p.WasKilled(s.ctx))
	}
	p = s.start(Spec{Role: "consumes", Row: row, Consumer: hold}, true)
	s.sends(100)
	s.drained()
	require.EqualValues(t, s.sent, s.ledger.Handled(row))
	require.NoError(t, s.ledger.Check(row, s.incarnations))
	require.Zero(t, s.ring.Stats().Evicted)
	s.ring.Close()
	require.NoError(t, p.Expect(s.ctx, "closed"))
	require.NoError(t, p.HasEnded(s.ctx))
}

// untilEnd has this process send while there is room, until a child has ended.
func (s *scene) untilEnd(p *Process) {
	p.Reap()
	s.until(func() bool {
		s.tries(1)
		select {
		case <-p.ended:
			return true
		default:
			return false
		}
	}, "the child has ended")
}

// Producers wait for a consumer that is held until its time is up.
func TestHeldConsumerStaysAway(t *testing.T) {
	const grace = 30 * time.Millisecond
	for range rounds(4) {
		s := newScene(t, shm.Config{})
		p := s.start(Spec{Role: "sits", Consumer: shm.ConsumerConfig{Name: "held", OnDeath: shm.Hold, Grace: grace}}, true)
		s.reads(shm.ConsumerConfig{Name: "another"})
		s.fills()
		began := time.Now()
		require.NoError(t, p.Signal(syscall.SIGKILL))
		s.sends(1)
		require.GreaterOrEqual(t, time.Since(began), grace)
		require.NoError(t, p.WasKilled(s.ctx))
		s.sends(200)
		s.drained()
		require.EqualValues(t, 1, s.ring.Stats().Evicted)
	}
}

// The bit of a consumer that was killed asleep costs one wake-up.
func TestSleepingConsumerKilled(t *testing.T) {
	named(t)
	for range rounds(5) {
		s := newScene(t, shm.Config{})
		spec := Spec{Role: "consumes", Row: 9, Spin: -1, Strike: Strike{"bit of a sleeper", 1, syscall.SIGKILL}}
		require.NoError(t, s.start(spec, false).WasKilled(s.ctx))
		require.EqualValues(t, 1, s.sleepers())
		wakes := s.word(controlAt, countIn)
		s.sends(20)
		require.Zero(t, s.sleepers())
		require.Equal(t, wakes+1, s.word(controlAt, countIn))
		s.sends(100)
		require.EqualValues(t, 1, s.ring.Stats().Evicted)
	}
}

// A ring that can't go on without a consumer ends everywhere when it is killed.
func TestRingFails(t *testing.T) {
	for range rounds(4) {
		s := newScene(t, shm.Config{})
		p := s.start(Spec{Role: "sits", Consumer: shm.ConsumerConfig{Name: "needed", OnDeath: shm.Fail}}, true)
		sender := s.start(Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim}, true)
		follower := s.start(Spec{Role: "consumes", Row: 9, Consumer: shm.ConsumerConfig{After: []string{"needed"}}}, true)
		free := s.start(Spec{Role: "consumes", Row: 10, Late: true}, true)
		c := s.joins(shm.ConsumerConfig{Name: "here"})
		s.sends(0)
		s.until(func() bool { return s.ring.Stats().Free == 0 }, "the ring is full")
		s.killed(p)
		require.ErrorIs(t, s.producer.Send(s.ctx, Event{}), shm.ErrFailed)
		for _, child := range []*Process{sender, follower, free} {
			require.NoError(t, child.Expect(s.ctx, "failed"))
			require.NoError(t, child.HasEnded(s.ctx))
		}
		_, err := c.Next(s.ctx)
		require.ErrorIs(t, err, shm.ErrFailed)
		require.ErrorIs(t, s.ring.Err(), shm.ErrFailed)
		_, err = s.ring.Producer("late")
		require.ErrorIs(t, err, shm.ErrFailed)
		_, err = s.ring.Consumer(shm.ConsumerConfig{})
		require.ErrorIs(t, err, shm.ErrFailed)
	}
}
