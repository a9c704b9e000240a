//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/mapfile"
)

// operated is the ring that the tests of this file use, with the child that they kill.
type operated struct {
	t    *testing.T
	path string
	ring *Ring[tick]
}

func newOperated(t *testing.T) operated {
	path := fmt.Sprintf("/dev/shm/operate-%d-%s", os.Getpid(), t.Name())
	r, err := Create[tick](path, Config{Capacity: 8})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = r.Detach(context.Background())
		_ = os.Remove(path)
	})
	return operated{t, path, r}
}

const doomedEnv = "SHM_OPERATE_DOOMED"

// TestDoomedChild is not a test but the child of other tests.
func TestDoomedChild(t *testing.T) {
	path := os.Getenv(doomedEnv)
	if path == "" {
		t.Skip("only as a child")
	}
	r, err := Open[tick](path, Options{Name: "doomed"})
	require.NoError(t, err)
	p, err := r.Producer("half")
	require.NoError(t, err)
	for name, cfg := range map[string]ConsumerConfig{"evict": {}, "hold": {OnDeath: Hold, Grace: 1 << 62}} {
		cfg.Name = name
		_, err := r.Consumer(cfg)
		require.NoError(t, err)
	}
	_, ok := p.TryClaim(3)
	require.True(t, ok)
	fmt.Println("ready")
	select {}
}

// kill has a child join the ring, claim and be killed.
func (o operated) kill() {
	cmd := exec.Command("/proc/self/exe", "-test.run", "^TestDoomedChild$")
	cmd.Env = append(os.Environ(), doomedEnv+"="+o.path)
	out, err := cmd.StdoutPipe()
	require.NoError(o.t, err)
	require.NoError(o.t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "ready" {
	}
	require.NoError(o.t, cmd.Process.Kill())
	_ = cmd.Wait()
}

func TestRecoverDoesWhatTheDeadHaveLeftUndone(t *testing.T) {
	o := newOperated(t)
	o.kill()
	did, err := Recover(o.path)
	require.NoError(t, err)
	require.Equal(t, Recovered{Processes: 1, Lost: 3, Evicted: 1}, did)
	did, err = Recover(o.path)
	require.NoError(t, err)
	require.Zero(t, did)
	s := o.ring.Stats()
	require.Len(t, s.Processes, 1)
	require.Len(t, s.Consumers, 1)
	require.Equal(t, "held", s.Consumers[0].State)
}

func TestEvictConsumerOfTheDead(t *testing.T) {
	o := newOperated(t)
	o.kill()
	require.ErrorIs(t, EvictConsumer(o.path, "nobody", true), ErrName)
	require.NoError(t, EvictConsumer(o.path, "evict", false))
	require.ErrorIs(t, EvictConsumer(o.path, "evict", false), ErrName)
	require.NoError(t, EvictConsumer(o.path, "hold", false))
	s := o.ring.Stats()
	require.Empty(t, s.Consumers)
	require.EqualValues(t, 2, s.Evicted)
	require.EqualValues(t, 3, s.Lost)
}

func TestEvictConsumerThatIsHeldFreesProducers(t *testing.T) {
	o := newOperated(t)
	o.kill()
	_, err := Recover(o.path)
	require.NoError(t, err)
	p, err := o.ring.Producer("")
	require.NoError(t, err)
	defer p.Close()
	_, ok := p.TryClaim(8)
	require.False(t, ok)
	require.NoError(t, EvictConsumer(o.path, "hold", false))
	_, ok = p.TryClaim(8)
	require.True(t, ok)
}

func TestEvictConsumerThatLives(t *testing.T) {
	o := newOperated(t)
	never, err := o.ring.Consumer(ConsumerConfig{Name: "never"})
	require.NoError(t, err)
	defer never.Close()
	agreed, err := o.ring.Consumer(ConsumerConfig{Name: "agreed", Evictable: 8})
	require.NoError(t, err)
	defer agreed.Close()
	require.ErrorIs(t, EvictConsumer(o.path, "never", true), ErrInUse)
	require.ErrorIs(t, EvictConsumer(o.path, "agreed", false), ErrInUse)
	published := &o.ring.core.control.event // where it sleeps if it has read all
	count := published.count.Load()
	require.NoError(t, EvictConsumer(o.path, "agreed", true))
	require.NotEqual(t, count, published.count.Load())
	_, err = agreed.Next(context.Background())
	require.ErrorIs(t, err, ErrEvicted)
	agreed.Close()
	_, ok := never.TryNext()
	require.False(t, ok)
	require.NoError(t, o.ring.Err())
	require.Len(t, o.ring.Stats().Consumers, 1)
}

func TestOperateOnWhatIsNotThere(t *testing.T) {
	_, err := Recover("/dev/shm/nothing")
	require.ErrorIs(t, err, os.ErrNotExist)
	empty := t.TempDir() + "/empty"
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	_, err = Recover(empty)
	require.True(t, errors.Is(err, ErrNotRing) || errors.Is(err, ErrUnsupportedFS), err)
}

func TestRecoverBesideAnotherThatDoesNotGetOn(t *testing.T) {
	o := newOperated(t)
	other, err := mapfile.Open(o.path, mapfile.Options{})
	require.NoError(t, err)
	defer func() { _ = other.Unmap() }()
	got, err := other.TryLock(recoveryByte)
	require.NoError(t, err)
	require.True(t, got)
	_, err = Recover(o.path)
	require.ErrorIs(t, err, ErrRecovering)
}

func TestRingThatIsRemovedWhileItIsCreated(t *testing.T) {
	path := fmt.Sprintf("/dev/shm/operate-%d-%s", os.Getpid(), t.Name())
	r, err := create[tick](Config{Capacity: 8}, func(size int64, fill func([]byte) error) (*mapfile.File, error) {
		f, err := mapfile.Create(path, size, 0, fill)
		require.NoError(t, err)
		require.NoError(t, Remove(path)) // nobody is attached yet
		return f, nil
	})
	_, err = named(r, err, path)
	require.ErrorIs(t, err, ErrRetired)
}
