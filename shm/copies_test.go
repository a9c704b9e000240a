//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A batch in hand keeps its events even if its consumer looks for more and is evicted in between.
func TestABatchInHandKeepsItsEvents(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 64})
	p, c := newProducer(t, r), newConsumer(t, r, ConsumerConfig{Evictable: 8})
	send := func(n int) {
		t.Helper()
		for range n {
			require.True(t, p.TrySend(tick{ID: p.claim.to}))
		}
	}
	check := func(b Batch[tick], n int) {
		t.Helper()
		require.Equal(t, n, b.Len())
		for seq, event := range b.All() {
			require.Equal(t, seq, event.ID)
		}
	}
	send(4)
	b, ok := c.TryNext()
	require.True(t, ok)
	check(b, 4)
	send(2)
	b, ok = c.TryNext() // more, from the same start
	require.True(t, ok)
	check(b, 6)
	send(58)
	r.core.evict(c.read.index)
	send(64) // over what is in hand
	check(c.gather(b), 6)
	_, ok = c.TryNext()
	require.False(t, ok)
	check(b, 6)
	c.Done(b)
	_, err := c.Next(long(t))
	require.ErrorIs(t, err, ErrEvicted)
	c.Close()
}
