//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Peers of another user, whom the group of the file admits, and in another PID namespace are recovered, and recover
// others.
func TestPeersElsewhere(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: it changes the user, and the namespace, of a child")
	}
	s := newScene(t, shm.Config{Mode: 0o660})
	require.NoError(t, os.Chmod(filepath.Dir(s.path), 0o711))
	s.reads(shm.ConsumerConfig{})
	for name, spec := range map[string]Spec{
		"another user":      {UID: 65534},
		"another namespace": {Isolated: true},
		"both":              {UID: 65534, Isolated: true},
	} {
		t.Run(name, func(t *testing.T) {
			lost := s.ring.Stats().Lost
			wreck := spec
			wreck.Role, wreck.Batch, wreck.Incarnation = "is a wreck", 5, s.incarnation()
			wreck.Consumer = shm.ConsumerConfig{Name: "other"}
			s.killed(s.start(wreck, true))
			s.sends(2 * s.ring.Cap())
			s.drained()
			require.Equal(t, lost+4, s.ring.Stats().Lost)

			saves := spec
			saves.Role = "recovers"
			p := s.start(saves, true)
			s.wrecks(shm.ConsumerConfig{Name: "other"})
			require.NoError(t, p.Tell())
			require.NoError(t, p.Expect(s.ctx, "recovered"))
			s.drained()
			require.Equal(t, lost+8, s.ring.Stats().Lost)
			require.NoError(t, p.Tell())
			require.NoError(t, p.HasEnded(s.ctx))
		})
	}
}

// A process is dead when it has been killed, whatever it has forked: a child has its descriptors until it calls execve,
// but not the mapping.
func TestKilledBetweenForkAndExec(t *testing.T) {
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{})
	p := s.start(Spec{Role: "forks", Batch: 5, Incarnation: s.incarnation(), Consumer: shm.ConsumerConfig{Name: "other"}}, false)
	word, err := p.Hear(s.ctx)
	require.NoError(t, err)
	forked, err := strconv.Atoi(word)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Kill(forked, syscall.SIGKILL) })
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", forked))
	require.NoError(t, err)
	require.NotContains(t, string(maps), s.path+"\n")

	require.NoError(t, p.Signal(syscall.SIGKILL))
	s.until(func() bool { return p.State() == "Z" }, "the parent is dead")
	s.sends(2 * s.ring.Cap())
	s.drained()
	require.EqualValues(t, 4, s.ring.Stats().Lost)

	require.NoError(t, p.Tell()) // it calls execve
	require.NoError(t, p.Expect(s.ctx, "rests"))
	require.NoError(t, syscall.Kill(forked, syscall.SIGKILL))
	require.NoError(t, p.WasKilled(s.ctx))
}

// A process that dumps core lives until that is written: what it was writing doesn't change any more then.
func TestCoreDumped(t *testing.T) {
	s := newScene(t, shm.Config{})
	s.reads(shm.ConsumerConfig{})
	for range rounds(4) {
		lost := s.ring.Stats().Lost
		p := s.start(Spec{
			Role: "produces", Batch: perClaim, Incarnation: s.incarnation(),
			Dumps: true, Dir: filepath.Dir(s.path), Strike: Strike{"half", 2, syscall.SIGABRT},
		}, false)
		require.NoError(t, p.WasKilled(s.ctx))
		s.sends(2 * s.ring.Cap())
		s.drained()
		require.Equal(t, lost+perClaim, s.ring.Stats().Lost)
	}
}

// Without the system calls that it needs the package says so, and without those that it can do without it works.
func TestDeniedSystemCalls(t *testing.T) {
	s := newScene(t, shm.Config{})
	if err := unix.Prctl(unix.PR_GET_SECCOMP, 0, 0, 0, 0); err != nil {
		t.Skipf("needs seccomp(2): %v", err)
	}
	t.Run(locks, func(t *testing.T) {
		p := s.start(Spec{Role: "stays", Denied: locks}, false)
		require.ErrorContains(t, p.HasEnded(s.ctx), shm.ErrUnsupportedFS.Error())
	})
	t.Run(anonymous, func(t *testing.T) {
		p := s.start(Spec{Role: "creates", Denied: anonymous}, false)
		require.NoError(t, p.Expect(s.ctx, "unsupported"))
		require.NoError(t, p.HasEnded(s.ctx))
		require.NoError(t, s.start(Spec{Role: "creates"}, false).Expect(s.ctx, "created"))
	})
	t.Run(fences, func(t *testing.T) {
		s.setWord(controlAt, unfencedIn, 1) // as if a process left its fences to those that sleep, and one of these can't fence
		s.reads(shm.ConsumerConfig{Name: "here"})
		row := len(s.readers)
		p := s.start(Spec{Role: "consumes", Row: row, Late: true, Spin: -1, Denied: fences}, true)
		for range 50 {
			s.sends(1)
			s.drained()
			s.until(func() bool { return s.ledger.Next(row) >= s.ring.Stats().Claimed }, "the one without fences has had it")
		}
		s.ring.Close()
		require.NoError(t, p.Expect(s.ctx, "closed"))
	})
}
