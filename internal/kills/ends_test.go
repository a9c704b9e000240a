//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"testing"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// Consumers of other processes have all that was claimed before the end, and a hole that a dead producer left is
// no hindrance.
func TestEndWithChildren(t *testing.T) {
	for _, shutdown := range []bool{false, true} {
		for range rounds(3) {
			s := newScene(t, shm.Config{})
			first := s.start(Spec{Role: "consumes", Row: 9, Consumer: shm.ConsumerConfig{Name: "first"}}, true)
			second := s.start(Spec{Role: "consumes", Row: 10, Consumer: shm.ConsumerConfig{Name: "second", After: []string{"first"}}}, true)
			s.reads(shm.ConsumerConfig{Name: "third", After: []string{"second"}})
			sends := s.start(Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim}, true)
			s.killed(s.start(Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim}, true))
			s.sends(200)
			if shutdown {
				require.NoError(t, s.ring.Shutdown(s.ctx))
			} else {
				s.ring.Close()
			}
			for _, child := range []*Process{sends, first, second} {
				require.NoError(t, child.Expect(s.ctx, "closed"))
				require.NoError(t, child.HasEnded(s.ctx))
			}
			s.drained()
			for _, row := range []int{9, 10} {
				require.Equal(t, s.ledger.Handled(0), s.ledger.Handled(row))
				require.NoError(t, s.ledger.Check(row, s.incarnations))
			}
		}
	}
}

// A process detaches, and others go on.
func TestDetachWhileOthersGoOn(t *testing.T) {
	s := newScene(t, shm.Config{})
	reads := s.start(Spec{Role: "consumes", Row: 9, Consumer: shm.ConsumerConfig{Name: "first"}}, true)
	sends := s.start(Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim}, true)
	for range rounds(6) {
		r, err := shm.Open[Event](s.path, shm.Options{})
		require.NoError(t, err)
		c, err := r.Consumer(shm.ConsumerConfig{})
		require.NoError(t, err)
		waits := make(chan error)
		go func() {
			defer c.Close()
			for range c.Batches(s.ctx) {
			}
			waits <- c.Err()
		}()
		at := s.ring.Stats().Claimed
		s.until(func() bool { return s.ring.Stats().Claimed >= at+100 }, "others go on")
		go func() { waits <- r.Detach(s.ctx) }()
		var errs []error
		for range 2 {
			errs = append(errs, <-waits)
		}
		require.Contains(t, errs, error(nil))
		if errs[0] == nil {
			errs[0] = errs[1]
		}
		require.ErrorIs(t, errs[0], shm.ErrDetached)
		at = s.ring.Stats().Claimed
		s.until(func() bool { return s.ring.Stats().Claimed >= at+100 }, "others go on")
	}
	require.Len(t, s.ring.Stats().Processes, 3)
	require.Zero(t, s.ring.Stats().Evicted)
	s.ring.Close()
	for _, child := range []*Process{sends, reads} {
		require.NoError(t, child.Expect(s.ctx, "closed"))
		require.NoError(t, child.HasEnded(s.ctx))
	}
	require.NoError(t, s.ledger.Check(9, s.incarnations))
	require.Equal(t, s.ring.Stats().Claimed, s.ledger.Handled(9))
}
