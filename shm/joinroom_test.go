//go:build disruptor_faults && linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/faults"
)

// While a consumer joins, producers already have the room that it will leave them.
func TestThereIsRoomDuringAJoin(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	p := newProducer(t, r)
	for range 20 {
		require.True(t, p.TrySend(tick{}))
	}
	faults.At = func(point string) {
		if point == "bit set" {
			require.EqualValues(t, 20, r.core.place(0).position.Load())
			for range 8 {
				require.True(t, p.TrySend(tick{}))
			}
			require.False(t, p.TrySend(tick{}))
		}
	}
	defer func() { faults.At = nil }()
	c := newConsumer(t, r, ConsumerConfig{})
	faults.At = nil
	require.EqualValues(t, 28, c.Position())
	require.True(t, p.TrySend(tick{ID: 28}))
	b, ok := c.TryNext()
	require.True(t, ok)
	require.EqualValues(t, 28, b.From())
	require.EqualValues(t, 28, b.At(0).ID)
}
