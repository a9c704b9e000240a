//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

const perClaim = 4 // events

// A producer is killed at each step of a claim, while another one is at it or stands still.
func TestProducerKilledInAClaim(t *testing.T) {
	const first = 1 // claim in which it is killed, at least
	rows := []struct {
		name      string
		point     string
		k         func(claim int64) int64 // occurrence of the point in that claim
		delivered int64                   // of the claim
		lost      int64
		rounds    int
	}{
		{"record stored", "recorded", inClaim(1, 1), 0, 0, 70}, // more often than there are records
		{"claimed", "claimed", inClaim(1, 1), 0, perClaim, 10},
		{"half of an event", "half", inClaim(1, 1), 0, perClaim, 10},
		{"payload written", "filled", inClaim(1, 1), 0, perClaim, 10},
		{"1 marked", "marked", inClaim(perClaim, 1), 1, perClaim - 1, 8},
		{"2 marked", "marked", inClaim(perClaim, 2), 2, perClaim - 2, 8},
		{"3 marked", "marked", inClaim(perClaim, 3), 3, perClaim - 3, 8},
		{"all marked", "marked", inClaim(perClaim, 4), perClaim, 0, 8},
		{"record cleared", "cleared", inClaim(1, 1), perClaim, 0, 8},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if row.point != "half" && row.point != "filled" {
				named(t)
			}
			s := newScene(t, shm.Config{})
			s.reads(shm.ConsumerConfig{Name: "first"})
			s.reads(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
			for round := range rounds(row.rounds) {
				before := s.ring.Stats().Lost
				spec := Spec{Role: "produces", Name: "victim", Incarnation: s.incarnation(), Batch: perClaim}
				spec.Strike = Strike{row.point, row.k(first + int64(round%3)), syscall.SIGKILL}
				p := s.start(spec, false)
				if round%2 == 0 { // otherwise there is nothing behind the hole
					s.sends(rand.IntN(100))
				}
				require.NoError(t, p.WasKilled(s.ctx))
				s.drained()
				require.Equal(t, before+row.lost, s.ring.Stats().Lost)
				published := int64(s.ledger.done(spec.Incarnation).Load())
				require.Equal(t, published+row.delivered, s.ledger.HandledOf(0, spec.Incarnation))
			}
			s.sends(100)
			s.drained()
		})
	}
}

// What a producer that is killed in an abort has marked is aborted, and the rest is lost.
func TestProducerKilledInAnAbort(t *testing.T) {
	named(t)
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{Name: "first"})
	s.reads(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
	aborted, lost := int64(0), int64(0)
	for k := range int64(perClaim) {
		spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim, Aborts: true}
		spec.Strike = Strike{"marked", inClaim(perClaim, k+1)(4), syscall.SIGKILL} // the first claim that is aborted
		require.NoError(t, s.start(spec, false).WasKilled(s.ctx))
		s.drained()
		aborted, lost = aborted+k+1, lost+perClaim-k-1
		require.Equal(t, aborted, s.ring.Stats().Aborted)
		require.Equal(t, lost, s.ring.Stats().Lost)
		require.EqualValues(t, 3*perClaim, s.ledger.HandledOf(0, spec.Incarnation))
	}
}

// inClaim returns which occurrence of a point is the k-th of a claim, if each claim has so many.
func inClaim(each, k int64) func(claim int64) int64 {
	return func(claim int64) int64 { return (claim-1)*each + k }
}

// The last waker dies before it wakes: a sleeper finds out by itself.
func TestKilledBeforeTheWakeUp(t *testing.T) {
	named(t)
	for _, point := range []string{"marked", "cleared"} {
		s := newScene(t, shm.Config{})
		s.reads(shm.ConsumerConfig{})
		for range rounds(8) {
			s.drained()
			s.until(func() bool { return s.sleepers() != 0 }, "the consumer sleeps")
			spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: 1}
			spec.Strike = Strike{point, 1, syscall.SIGKILL}
			require.NoError(t, s.start(spec, false).WasKilled(s.ctx))
			s.drained()
			require.EqualValues(t, 1, s.ledger.HandledOf(0, spec.Incarnation))
		}
		require.Zero(t, s.ring.Stats().Lost)
	}
}

func TestProducerKilledWhileItWaitsForRoom(t *testing.T) {
	for range rounds(8) {
		s := newScene(t, shm.Config{})
		c := s.joins(shm.ConsumerConfig{})
		spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim, Spin: -1}
		p := s.start(spec, true)
		s.until(func() bool { return s.ring.Stats().Published == 64 }, "the ring is full")
		pause()
		s.killed(p)
		s.read(c)
		s.drained()
		require.Zero(t, s.ring.Stats().Lost)
		require.EqualValues(t, 64, s.ledger.HandledOf(0, spec.Incarnation))
		s.sends(100)
		s.drained()
	}
}

func TestFourProducersKilledAtOnce(t *testing.T) {
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{Name: "first"})
	s.reads(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
	killed := rounds(6)
	for range killed {
		var all []*Process
		var wg sync.WaitGroup
		for i := range 4 {
			all = append(all, s.start(Spec{Role: "produces", Name: fmt.Sprint(i), Incarnation: s.incarnation(), Batch: 1 + i}, true))
		}
		pause()
		for _, p := range all {
			wg.Go(func() { _ = p.Signal(syscall.SIGKILL) })
		}
		wg.Wait()
		for _, p := range all {
			require.NoError(t, p.WasKilled(s.ctx))
		}
		s.sends(10)
		s.drained()
		require.LessOrEqual(t, s.ring.Stats().Lost, int64(killed*(1+2+3+4)))
	}
}

func TestProducerKilledAtRandom(t *testing.T) {
	s := newScene(t, shm.Config{Capacity: 8})
	s.reads(shm.ConsumerConfig{Name: "first"})
	s.reads(shm.ConsumerConfig{Name: "second", After: []string{"first"}, MaxBatch: 3})
	for round := range rounds(30) {
		spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: 1 + round%8, Aborts: round%2 == 0}
		p := s.start(spec, true)
		at := s.ring.Stats().Claimed + rand.Int64N(1000)
		s.until(func() bool { return s.ring.Stats().Claimed >= at }, "it has sent for a while")
		s.killed(p)
		s.drained()
	}
}

func TestFillThatFails(t *testing.T) {
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{Name: "first"})
	s.reads(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
	p, err := s.ring.Producer("fails")
	require.NoError(t, err)
	defer p.Close()
	for range 30 {
		require.ErrorIs(t, p.Do(s.ctx, perClaim, func(shm.Batch[Event]) error { return errAborts }), errAborts)
		require.PanicsWithValue(t, "fills", func() {
			_ = p.Do(s.ctx, perClaim, func(shm.Batch[Event]) error { panic("fills") })
		})
		s.sends(10)
	}
	s.drained()
	require.EqualValues(t, 30*2*perClaim, s.ring.Stats().Aborted)
	require.Zero(t, s.ring.Stats().Lost)
}
