//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A consumer that another goroutine is still making has no place yet for Shutdown and Detach to
// look at.
func TestShutdownAndDetachWhileOneJoins(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 2})
	c, p := &Consumer[tick]{ring: r}, &Producer[tick]{ring: r}
	require.NoError(t, r.core.enter(c))
	require.NoError(t, r.core.enter(p))
	require.EqualError(t, r.Shutdown(ended()), "shm: shutdown: context canceled: a consumer is joining")
	require.EqualError(t, r.Detach(ended()),
		"shm: detach: context canceled: not closed: a producer or consumer that is joining, a producer or consumer that is joining")
	r.core.leave(c)
	r.core.leave(p)
	require.ErrorIs(t, r.Shutdown(long(t)), ErrDetached)
	require.NoError(t, r.Detach(long(t)))
}

// A call during a Detach finds the ring mapped, or doesn't look at it.
func TestCallsDuringDetach(t *testing.T) {
	for range 20 {
		r, err := CreateAnonymous[tick]("detached", Config{Capacity: 2})
		require.NoError(t, err)
		var calls sync.WaitGroup
		for _, call := range []func(){
			func() { _ = r.Err() }, func() { _ = r.Stats() }, r.Close, func() { _ = r.Shutdown(ended()) },
			func() {
				if c, err := r.Consumer(ConsumerConfig{}); err == nil {
					_, _ = c.Position(), c.Lag()
					c.Close()
					_, _ = c.Position(), c.Lag()
				}
			},
			func() {
				if p, err := r.Producer(""); err == nil {
					p.TrySend(tick{})
					p.Close()
				}
			},
		} {
			calls.Add(2)
			for range 2 {
				go func() {
					defer calls.Done()
					for range 5 {
						call()
					}
				}()
			}
		}
		require.NoError(t, r.Detach(long(t)))
		calls.Wait()
		require.ErrorIs(t, r.Err(), ErrDetached)
	}
}

// A producer that has seen the first position of a place being taken may sleep there until it
// moves.
func TestAJoinWakesWhoWaitsForItsPosition(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	e := &r.core.place(0).event
	e.producers.Store(1)
	count := e.count.Load()
	newConsumer(t, r, ConsumerConfig{})
	require.NotEqual(t, count, e.count.Load())
	require.Zero(t, e.producers.Load())
}
