//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A failed ring has ended for producers too, even if there is room.
func TestNoClaimsAfterAFailure(t *testing.T) {
	for why, want := range map[failure]error{consumerDied: ErrFailed, corrupted: ErrCorrupt, 77: ErrCorrupt} {
		r, path := newRing[tick](t, Config{Capacity: 8})
		o := openRing[tick](t, path, Options{})
		p, c := newProducer(t, r), newConsumer(t, r, ConsumerConfig{})
		require.True(t, p.TrySend(tick{}))
		o.core.fail(why)
		require.False(t, p.TrySend(tick{}))
		err := p.Send(long(t), tick{})
		require.ErrorIs(t, err, ErrClosed)
		require.ErrorIs(t, err, want)
		_, ok := c.TryNext()
		require.False(t, ok)
		_, err = c.Next(long(t))
		require.ErrorIs(t, err, want)
		for _, ring := range []*Ring[tick]{r, o} {
			require.ErrorIs(t, ring.Err(), want)
			require.ErrorIs(t, ring.Stats().Failed, want)
			require.True(t, ring.Stats().Closed)
			_, err = ring.Producer("")
			require.ErrorIs(t, err, want)
			_, err = ring.Consumer(ConsumerConfig{})
			require.ErrorIs(t, err, want)
			require.ErrorIs(t, ring.Shutdown(long(t)), want)
		}
		o.core.fail(consumerDied)
		require.ErrorIs(t, r.Err(), want, "the first counts")
	}
}
