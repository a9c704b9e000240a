//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64) && !race

package shm

import (
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Not with the race detector: a sleeper may look just when the file is cut. See Options.GuardFaults.

// Goroutines that sleep when the file is cut wake up, by themselves at the latest.
func TestTruncatedUnderSleepers(t *testing.T) {
	r, path := newRing[tick](t, Config{Capacity: 2, Options: Options{GuardFaults: true, Wait: disruptor.BlockWait{Spin: -1}}})
	c, p := newConsumer(t, r, ConsumerConfig{Name: "c"}), newProducer(t, r)
	follows := newConsumer(t, r, ConsumerConfig{After: []string{"c"}})
	require.True(t, p.TrySend(tick{}))
	b, ok := c.TryNext()
	require.True(t, ok)
	require.True(t, p.TrySend(tick{}))
	c.Done(b)
	_, ok = follows.TryNext()
	require.True(t, ok)
	require.False(t, p.TrySend(tick{}))
	b, ok = c.TryNext()
	require.True(t, ok)
	c.Done(b)
	ctx := long(t)
	var ends sync.WaitGroup
	errs := make(chan error, 2)
	ends.Add(2)
	go func() { defer ends.Done(); _, err := c.Next(ctx); errs <- err }()
	go func() { defer ends.Done(); errs <- p.Send(ctx, tick{}) }()
	eventually(t, func() bool { return c.wait.sleeping.Load() != nil && p.wait.sleeping.Load() != nil })
	require.NoError(t, os.Truncate(path, 0))
	ends.Wait()
	for range 2 {
		err := <-errs
		require.ErrorIs(t, err, ErrTruncated)
		require.ErrorIs(t, err, ErrClosed)
	}
}
