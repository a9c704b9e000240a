//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

// Package behaviour has tests of what programs can see of package shm.
package behaviour

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

// tick is an event.
type tick struct {
	ID    int64
	Price float64
	Size  uint32
}

var pathCount atomic.Int64

// newPath returns a path in memory where nothing is yet. The file that the test puts there is
// removed with it.
func newPath(t testing.TB) string {
	path := fmt.Sprintf("/dev/shm/shm-behaviour-%d-%d", os.Getpid(), pathCount.Add(1))
	t.Cleanup(func() { _ = os.Remove(path) })
	return path
}

func create[T any](t testing.TB, cfg shm.Config) (*shm.Ring[T], string) {
	t.Helper()
	path := newPath(t)
	r, err := shm.Create[T](path, cfg)
	require.NoError(t, err)
	return r, path
}

func attach[T any](t testing.TB, path string, opts shm.Options) *shm.Ring[T] {
	t.Helper()
	r, err := shm.Open[T](path, opts)
	require.NoError(t, err)
	return r
}

func producer[T any](t testing.TB, r *shm.Ring[T]) *shm.Producer[T] {
	t.Helper()
	p, err := r.Producer("p")
	require.NoError(t, err)
	return p
}

func consumer[T any](t testing.TB, r *shm.Ring[T], name string, after ...string) *shm.Consumer[T] {
	t.Helper()
	c, err := r.Consumer(shm.ConsumerConfig{Name: name, After: after})
	require.NoError(t, err)
	return c
}

// send publishes events with these IDs.
func send(t testing.TB, p *shm.Producer[tick], ids ...int64) {
	t.Helper()
	for _, id := range ids {
		require.True(t, p.TrySend(tick{ID: id}))
	}
}

// take returns the IDs of what is available and hands it back.
func take(c *shm.Consumer[tick]) (ids []int64) {
	for {
		b, ok := c.TryNext()
		if !ok {
			return ids
		}
		for _, e := range b.All() {
			ids = append(ids, e.ID)
		}
		c.Done(b)
	}
}

// long returns a context that ends only if something hangs.
func long(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// ended returns a context that has ended.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// requirePanics requires that f panics with that text.
func requirePanics(t *testing.T, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		require.Equal(t, text, fmt.Sprint(recover()))
	}()
	f()
}
