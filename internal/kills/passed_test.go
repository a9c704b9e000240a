//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"os"
	"testing"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// Several children inherit the descriptor of one ring. That one of them is dead is seen, though the others have it.
func TestInheritedDescriptor(t *testing.T) {
	s := newScene(t, shm.Config{})
	ring, err := shm.CreateAnonymous[Event]("ring", shm.Config{Capacity: 64})
	require.NoError(t, err)
	require.NoError(t, s.ring.Detach(s.ctx))
	s.ring = ring
	f, err := ring.File()
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	inherits := func(spec Spec) *Process {
		spec.Ledger = s.path + ".ledger"
		p, err := Start(spec, f)
		require.NoError(t, err)
		t.Cleanup(p.Discard)
		require.NoError(t, p.Expect(s.ctx, "ready"))
		return p
	}
	require.NoError(t, os.Remove(s.path))
	s.reads(shm.ConsumerConfig{Name: "first"})
	reads := inherits(Spec{Role: "consumes", Row: 9, Consumer: shm.ConsumerConfig{Name: "second", After: []string{"first"}}})
	passed := rounds(6)
	for range passed {
		stays := inherits(Spec{Role: "stays"})
		sends := inherits(Spec{Role: "produces", Incarnation: s.incarnation(), Batch: perClaim})
		gates := inherits(Spec{Role: "sits"})
		s.until(func() bool { return s.ring.Stats().Free < perClaim }, "the ring has no room for a claim")
		s.killed(gates)
		pause()
		s.killed(sends)
		s.drained()
		s.looks()
		require.Len(t, s.ring.Stats().Processes, 3)
		require.NoError(t, stays.Tell())
		require.NoError(t, stays.HasEnded(s.ctx))
	}
	require.EqualValues(t, passed, s.ring.Stats().Evicted)
	s.until(func() bool { return s.ledger.Handled(9) == s.ledger.Handled(0) }, "the other has had all, too")
	s.ring.Close()
	require.NoError(t, reads.Expect(s.ctx, "closed"))
	require.NoError(t, reads.HasEnded(s.ctx))
}
