//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"os"
	"syscall"
	"testing"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// Whoever is killed while it attaches, joins or leaves leaves no place taken, however often: there are 64 of each.
func TestNoPlaceLeaks(t *testing.T) {
	points := []string{""}
	if Named {
		points = append(points, "record taken", "joining", "bit set", "joined", "leaving", "bit cleared")
	}
	s := newScene(t, shm.Config{})
	killed := map[string]int64{}
	for round := range rounds(200) {
		point := points[round%len(points)]
		killed[point]++
		spec := Spec{Role: "comes and goes", Name: "comes", Consumer: shm.ConsumerConfig{Name: "comes"}}
		spec.Strike = Strike{point, 1, syscall.SIGKILL}
		p := s.start(spec, false)
		if point == "" {
			pause()
			require.NoError(t, p.Signal(syscall.SIGKILL))
			_, err := p.End(s.ctx)
			require.NoError(t, err)
		} else {
			require.NoError(t, p.WasKilled(s.ctx))
		}
		if round%10 == 0 {
			s.sends(64)
		}
	}
	s.sends(64)
	s.looks()
	stats := s.ring.Stats()
	require.Len(t, stats.Processes, 1)
	require.Len(t, stats.Producers, 1)
	require.Empty(t, stats.Consumers)
	require.Zero(t, stats.Lost)
	// Who was joining, or leaving, when it died is no consumer that was evicted.
	require.GreaterOrEqual(t, stats.Evicted, killed["joined"])
	require.LessOrEqual(t, stats.Evicted, killed["joined"]+killed[""])
}

// A full ring has places again when some that had them were killed.
func TestFullRing(t *testing.T) {
	s := newScene(t, shm.Config{MaxProcesses: 64, MaxProducers: 4, MaxConsumers: 4})
	open := func() (*shm.Ring[Event], error) { return shm.Open[Event](s.path, shm.Options{}) }
	for range 59 {
		r, err := open()
		require.NoError(t, err)
		defer func() { require.NoError(t, r.Detach(s.ctx)) }()
	}
	for range rounds(4) {
		var children []*Process
		for range 4 {
			children = append(children, s.start(Spec{Role: "sits", Consumer: shm.ConsumerConfig{}}, true))
		}
		_, err := open()
		require.ErrorIs(t, err, shm.ErrFull)
		_, err = s.ring.Consumer(shm.ConsumerConfig{})
		require.ErrorIs(t, err, shm.ErrFull)
		for _, p := range children {
			s.killed(p)
		}
		for range 4 { // attaches, joins and is gone again
			r, err := open()
			require.NoError(t, err)
			c, err := r.Consumer(shm.ConsumerConfig{})
			require.NoError(t, err)
			c.Close()
			require.NoError(t, r.Detach(s.ctx))
		}
	}
	for range rounds(4) {
		spec := Spec{Role: "produces", Batch: perClaim, Strike: Strike{"half", 1, syscall.SIGKILL}}
		for range 4 {
			require.NoError(t, s.start(spec, false).WasKilled(s.ctx))
		}
		p, err := s.ring.Producer("here")
		require.NoError(t, err)
		p.Close()
	}
}

// Locks say who lives, and process numbers do not: that of a dead process may be another's.
func TestDeadProcessWithTheNumberOfALivingOne(t *testing.T) {
	s := newScene(t, shm.Config{})
	wrecks := rounds(4)
	for range wrecks {
		s.wrecks(shm.ConsumerConfig{Name: "other"})
		s.setWord(attachmentsAt, attachmentSize+pidIn, uint64(os.Getpid()))
		stats := s.ring.Stats()
		require.Len(t, stats.Processes, 2)
		require.Equal(t, os.Getpid(), stats.Processes[1].PID)
		require.False(t, stats.Processes[1].Lives)
		s.sends(200)
		require.Len(t, s.ring.Stats().Processes, 1)
	}
	require.EqualValues(t, wrecks*4, s.ring.Stats().Lost)
	require.EqualValues(t, wrecks*2, s.ring.Stats().Evicted)
}

// A process that is dead, and that its parent has not waited for, is dead.
func TestZombie(t *testing.T) {
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{})
	for round := range rounds(6) {
		spec := Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim, Strike: Strike{"half", 1, syscall.SIGKILL}}
		p := s.start(spec, false)
		s.until(func() bool { return p.State() == "Z" }, "it is a zombie")
		s.drained()
		require.EqualValues(t, (round+1)*perClaim, s.ring.Stats().Lost)
		require.Equal(t, "Z", p.State())
		require.NoError(t, p.WasKilled(s.ctx))
	}
}
