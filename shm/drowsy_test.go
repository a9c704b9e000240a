//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// drowsy sleeps a millisecond at each look and counts the looks.
type drowsy struct{ looks int }

func (d *drowsy) Idle(int) disruptor.Action {
	d.looks++
	return disruptor.Action(time.Millisecond)
}

// A wait that sleeps between its looks looks for the dead as soon as any other.
func TestAWaitThatSleepsLooksAfterTheDead(t *testing.T) {
	var strategy drowsy
	r, path := newRing[tick](t, Config{Capacity: 2, Options: Options{Wait: &strategy}})
	c := newConsumer(t, r, ConsumerConfig{})
	dead := openRing[tick](t, path, Options{})
	_, ok := newProducer(t, dead).TryClaim(1)
	require.True(t, ok)
	require.NoError(t, dead.core.file.Unmap()) // as if its process had ended
	p := newProducer(t, r)
	require.True(t, p.TrySend(tick{ID: 1}))
	b, err := c.Next(long(t))
	require.NoError(t, err)
	require.EqualValues(t, 1, b.At(0).ID)
	require.Less(t, strategy.looks, 100)
}
