//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"syscall"
	"testing"
	"time"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// wrecks has a child die that leaves a claim of 5 events, of which one is published, a consumer to evict and one
// with that configuration.
func (s *scene) wrecks(c shm.ConsumerConfig) {
	s.t.Helper()
	p := s.start(Spec{Role: "is a wreck", Incarnation: s.incarnation(), Batch: 5, Consumer: c}, true)
	s.killed(p)
}

// A recovery that is killed at any of its steps is finished by the next, as if there had been only that.
func TestRecoveryKilled(t *testing.T) {
	named(t)
	held := shm.ConsumerConfig{Name: "other", OnDeath: shm.Hold, Grace: time.Hour}
	expires := shm.ConsumerConfig{Name: "other", OnDeath: shm.Hold, Grace: 1}
	fails := shm.ConsumerConfig{Name: "other", OnDeath: shm.Fail}
	evicted := shm.ConsumerConfig{Name: "other"}
	rows := []struct {
		point    string
		most     int64 // occurrence
		consumer shm.ConsumerConfig
	}{
		{"recovering", 1, held}, {"open found", 4, held}, {"gap raised", 4, held}, {"one lost", 4, held}, {"lost", 1, held},
		{"end stored", 1, held}, {"bit cleared", 1, held}, {"time of death", 1, held}, {"record reset", 1, held}, {"buried", 1, held},
		{"end stored", 2, evicted}, {"bit cleared", 2, evicted}, {"record reset", 1, evicted}, {"buried", 1, evicted},
		{"expiring", 1, expires}, {"bit cleared", 2, expires}, {"buried", 1, expires},
		{"end stored", 2, fails}, {"bit cleared", 2, fails}, {"record reset", 1, fails}, {"buried", 1, fails},
	}
	for _, row := range rows {
		for k := range row.most {
			t.Run(row.point+" "+row.consumer.OnDeath.String(), func(t *testing.T) {
				s := newScene(t, shm.Config{})
				strike := Strike{row.point, k + 1, syscall.SIGKILL}
				recovers := s.start(Spec{Role: "recovers", Strike: strike}, true)
				s.wrecks(row.consumer)
				require.NoError(t, recovers.Tell())
				require.NoError(t, recovers.WasKilled(s.ctx))
				s.recovered(row.consumer)
			})
		}
	}
}

// recovered finishes a recovery and checks that all that a wreck has left is recovered.
func (s *scene) recovered(other shm.ConsumerConfig) {
	s.t.Helper()
	t := s.t
	evicted := int64(2)
	if other.OnDeath == shm.Fail {
		s.until(func() bool { s.looksIfItCan(); return len(s.ring.Stats().Processes) == 1 }, "all are recovered")
	} else {
		s.looks()
		if other.OnDeath == shm.Hold && other.Grace > time.Minute {
			evicted = 1
			require.Len(t, s.ring.Stats().Consumers, 1)
			require.Equal(t, "held", s.ring.Stats().Consumers[0].State)
			s.reads(other)
		}
	}
	stats := s.ring.Stats()
	require.EqualValues(t, 4, stats.Lost)
	require.Equal(t, evicted, stats.Evicted)
	require.Len(t, stats.Processes, 1)
	require.Empty(t, stats.Producers)
	require.Len(t, stats.Consumers, len(s.readers))
	if other.OnDeath == shm.Fail {
		require.ErrorIs(t, stats.Failed, shm.ErrFailed)
		return
	}
	require.NoError(t, stats.Failed)
	if len(s.readers) > 0 {
		s.ledger.About(1, 1)
		s.ledger.Published(1, 1)
	}
	s.sends(200)
	s.drained()
}

// looksIfItCan looks for the dead though the ring has ended: what waits for room does.
func (s *scene) looksIfItCan() {
	r, err := shm.Open[Event](s.path, shm.Options{})
	require.NoError(s.t, err)
	require.NoError(s.t, r.Detach(s.ctx))
}

// One recovery after the other is killed, each a step further.
func TestRecoveriesKilledInTurn(t *testing.T) {
	named(t)
	points := []string{
		"recovering", "open found", "gap raised", "one lost", "gap raised", "one lost", "one lost", "lost", "end stored", "bit cleared",
		"time of death", "record reset", "buried",
	}
	s := newScene(t, shm.Config{})
	held := shm.ConsumerConfig{Name: "other", OnDeath: shm.Hold, Grace: time.Hour}
	var all []*Process
	for _, point := range points {
		all = append(all, s.start(Spec{Role: "recovers", Strike: Strike{point, 1, syscall.SIGKILL}}, true))
	}
	s.wrecks(held)
	for _, p := range all {
		require.NoError(t, p.Tell())
		require.NoError(t, p.WasKilled(s.ctx))
	}
	s.recovered(held)
}

// Who evicts a living consumer is killed when it has just said so.
func TestEvictionKilled(t *testing.T) {
	named(t)
	s := newScene(t, shm.Config{})
	p := s.start(Spec{Role: "sits", Consumer: shm.ConsumerConfig{Name: "slow", Evictable: 48}}, true)
	spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim, Strike: Strike{"expelled", 1, syscall.SIGKILL}}
	require.NoError(t, s.start(spec, true).WasKilled(s.ctx))
	s.sends(200)
	require.EqualValues(t, 1, s.ring.Stats().Evicted)
	require.NoError(t, p.Tell())
	require.NoError(t, p.HasEnded(s.ctx))
	s.looks()
	require.Empty(t, s.ring.Stats().Consumers)
}

// A recovery that stands still is waited for, and goes on.
func TestRecoveryStopped(t *testing.T) {
	named(t)
	for _, point := range []string{"recovering", "gap raised", "end stored", "bit cleared", "time of death", "record reset", "buried"} {
		s := newScene(t, shm.Config{})
		held := shm.ConsumerConfig{Name: "other", OnDeath: shm.Hold, Grace: time.Hour}
		recovers := s.start(Spec{Role: "recovers", Strike: Strike{point, 1, syscall.SIGSTOP}}, true)
		s.wrecks(held)
		require.NoError(t, recovers.Tell())
		require.NoError(t, recovers.Stopped(s.ctx))
		s.looks()
		require.NoError(t, recovers.Signal(syscall.SIGCONT))
		require.NoError(t, recovers.Expect(s.ctx, "recovered"))
		require.NoError(t, recovers.Tell())
		require.NoError(t, recovers.HasEnded(s.ctx))
		s.recovered(held)
	}
}

// A recovery finds a sequence open, and its producer, which lives, publishes it and clears its record before the
// recovery looks at that.
func TestPublishedWhileARecoveryLooks(t *testing.T) {
	named(t)
	for range rounds(4) {
		s := newScene(t, shm.Config{})
		first := s.joins(shm.ConsumerConfig{Name: "first"})
		recovers := s.start(Spec{Role: "recovers", Strike: Strike{"open found", 1, syscall.SIGSTOP}}, true)
		stands := s.stopsInAClaim("half", 1)
		spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim, Strike: Strike{"half", 1, syscall.SIGKILL}}
		require.NoError(t, s.start(spec, true).WasKilled(s.ctx))
		require.NoError(t, recovers.Tell())
		require.NoError(t, recovers.Stopped(s.ctx))
		require.NoError(t, stands.Signal(syscall.SIGCONT))
		require.NoError(t, stands.HasEnded(s.ctx))
		require.NoError(t, recovers.Signal(syscall.SIGCONT))
		require.NoError(t, recovers.Expect(s.ctx, "recovered"))
		require.NoError(t, recovers.Tell())
		require.NoError(t, recovers.HasEnded(s.ctx))
		s.read(first)
		s.sends(20)
		s.drained()
		require.EqualValues(t, perClaim, s.ring.Stats().Lost)
		require.EqualValues(t, perClaim, s.ledger.HandledOf(0, stands.Spec.Incarnation))
	}
}

// A recovery falls laps behind while it looks at marks: what has been published since is not lost.
func TestRecoveryLapped(t *testing.T) {
	named(t)
	for range rounds(6) {
		s := newScene(t, shm.Config{})
		first := s.joins(shm.ConsumerConfig{Name: "first"})
		second := s.joins(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
		recovers := s.start(Spec{Role: "recovers", Strike: Strike{"one lost", perClaim, syscall.SIGSTOP}}, true)
		spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim, Strike: Strike{"half", 1, syscall.SIGKILL}}
		require.NoError(t, s.start(spec, true).WasKilled(s.ctx))
		s.sends(30)
		require.NoError(t, recovers.Tell())
		require.NoError(t, recovers.Stopped(s.ctx))
		s.read(first) // only now, as who waits recovers
		s.read(second)
		s.sends(200)
		s.drained()
		require.NoError(t, recovers.Signal(syscall.SIGCONT))
		require.NoError(t, recovers.Expect(s.ctx, "recovered"))
		require.NoError(t, recovers.Tell())
		require.NoError(t, recovers.HasEnded(s.ctx))
		s.drained()
		require.EqualValues(t, perClaim, s.ring.Stats().Lost)
	}
}
