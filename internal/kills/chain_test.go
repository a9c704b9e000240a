//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// Of three consumers, each after the one before, the second is killed: the third never reads past it.
func TestMiddleOfAChainKilled(t *testing.T) {
	points := []string{"", "in hand", "handed back"}
	if Named {
		points = append(points, "passed")
	}
	for round := range rounds(3) * len(points) {
		point := points[round%len(points)]
		s := newScene(t, shm.Config{Capacity: 16})
		s.reads(shm.ConsumerConfig{Name: "first"})
		spec := Spec{Role: "consumes", Row: 9, Consumer: shm.ConsumerConfig{Name: "second", After: []string{"first"}, MaxBatch: 3}}
		spec.Strike = Strike{point, 1 + rand.Int64N(20), syscall.SIGKILL}
		p := s.start(spec, true)
		third := s.readBehind(9, s.joins(shm.ConsumerConfig{Name: "third", After: []string{"second"}}))
		s.readers = s.readers[:1] // it will not have all
		if point == "" {
			s.sends(rand.IntN(100))
			require.NoError(t, p.Signal(syscall.SIGKILL))
		} else {
			s.untilEnd(p)
		}
		require.NoError(t, p.WasKilled(s.ctx))
		s.sends(100)
		s.until(func() bool { return third.failure() != nil }, "the third has ended")
		require.ErrorIs(t, third.failure(), shm.ErrUpstreamDead)
		s.drained()
		require.EqualValues(t, 1, s.ring.Stats().Evicted)
		require.Len(t, s.ring.Stats().Consumers, 1)
	}
}

// If the second leaves in order, in steps at which it may be killed, the third goes on after the first.
func TestMiddleOfAChainLeaves(t *testing.T) {
	points := []string{""}
	if Named {
		points = append(points, "leaving", "bit cleared")
	}
	for _, point := range points {
		for range rounds(4) {
			s := newScene(t, shm.Config{})
			first := s.joins(shm.ConsumerConfig{Name: "first"})
			spec := Spec{Role: "sits", Consumer: shm.ConsumerConfig{Name: "second", After: []string{"first"}}}
			spec.Strike = Strike{point, 1, syscall.SIGKILL}
			p := s.start(spec, true)
			third := s.joins(shm.ConsumerConfig{Name: "third", After: []string{"second"}})
			s.sends(20)
			blocked := s.blocked(func(ctx context.Context) error { _, err := third.Next(ctx); return err })
			require.Contains(t, blocked.By, "first", "who is in the way of the second is named")
			require.NoError(t, p.Tell())
			killed, err := p.End(s.ctx)
			require.NoError(t, err)
			require.Equal(t, point != "", killed)
			blocked = s.blocked(func(ctx context.Context) error { _, err := third.Next(ctx); return err })
			require.Contains(t, blocked.By, "first")
			s.read(first)
			s.read(third)
			s.sends(100)
			s.drained()
			require.Zero(t, s.ring.Stats().Evicted)
		}
	}
}

// If the second is held and comes back, the third goes on after it.
func TestMiddleOfAChainIsHeld(t *testing.T) {
	s := newScene(t, shm.Config{Capacity: 16})
	s.reads(shm.ConsumerConfig{Name: "first"})
	hold := shm.ConsumerConfig{Name: "second", After: []string{"first"}, OnDeath: shm.Hold, Grace: time.Hour, MaxBatch: 3}
	spec := Spec{Role: "consumes", Row: 9, Consumer: hold}
	p := s.start(spec, true)
	s.readsBehind(9, shm.ConsumerConfig{Name: "third", After: []string{"second"}})
	for range rounds(8) {
		s.sends(rand.IntN(100))
		s.killed(p)
		s.fills()
		p = s.start(spec, true)
	}
	s.drained()
	require.EqualValues(t, s.sent, s.ledger.Handled(9))
	require.Zero(t, s.ring.Stats().Evicted)
}

// A consumer that is killed while it notes what it follows leaves its place such that others can follow the next
// one there.
func TestKilledWhileItNotesWhatItFollows(t *testing.T) {
	s := newScene(t, shm.Config{MaxConsumers: 2})
	p := s.start(Spec{Role: "sits", Consumer: shm.ConsumerConfig{Name: "first"}}, true)
	version := s.word(placesAt, versionIn)
	require.Zero(t, version%2)
	s.setWord(placesAt, versionIn, version+1) // as if it had just begun
	s.killed(p)
	s.reads(shm.ConsumerConfig{Name: "first"})
	s.reads(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
	s.sends(100)
	s.drained()
}
