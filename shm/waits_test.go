//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/waiting"
)

// asked records for which looks a strategy was asked.
type asked struct{ looks []int }

func (a *asked) Idle(n int) disruptor.Action {
	a.looks = append(a.looks, n)
	return disruptor.Yield
}

// Each wait begins anew: it spins before it parks, and a user-defined strategy is told that it
// has begun.
func TestEachWaitBeginsAnew(t *testing.T) {
	var strategy asked
	r, _ := newRing[tick](t, Config{Capacity: 2, Options: Options{Wait: &strategy}})
	c := newConsumer(t, r, ConsumerConfig{})
	for range 3 {
		strategy.looks = nil
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Next(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []int{0}, strategy.looks)
	}
}

// uncomparable is a context for which == panics.
type uncomparable struct {
	context.Context
	values map[string]int
}

func TestContextThatIsNotComparable(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 2, Options: Options{Wait: disruptor.BlockWait{Spin: -1}}})
	c := newConsumer(t, r, ConsumerConfig{})
	parent, cancel := context.WithCancel(context.Background())
	ctx := uncomparable{parent, nil}
	c.wait.watch(ctx)
	c.wait.watch(ctx)
	cancel()
	_, err := c.Next(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// The end of a context may begin to wake a sleeper that wakes by itself. Its ring may be unmapped
// before the waking goroutine goes on.
func TestContextEndsAfterDetach(t *testing.T) {
	r, err := Create[tick](newPath(t), Config{Capacity: 2})
	require.NoError(t, err)
	c := newConsumer(t, r, ConsumerConfig{})
	event := &r.core.control.event
	c.Close()
	require.NoError(t, r.Detach(long(t)))
	c.wait.sleeping.Store(event) // as if it had been loaded before
	c.wait.contextEnded()
}

// A process without other rings knows how many goroutines can run at once. Otherwise it would
// never spin.
func TestProcessorsAreKnown(t *testing.T) {
	waiting.RefreshProcs()
	want := waiting.Procs()
	defer waiting.ForceProcs(0)()
	newRing[tick](t, Config{Capacity: 2})
	require.Equal(t, want, waiting.Procs())
}
