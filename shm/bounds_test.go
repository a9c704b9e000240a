//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An index from the file is checked before it is used. Here the memory behind the last attachment
// and place has contents that nobody must see.
func TestIndexesFromTheFile(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8, MaxProcesses: 1, MaxConsumers: 2})
	c := r.core
	c.attachment(1).state.Store(1)
	c.place(2).state.Store(uint64(stateOf(3, 0, live)))
	p := newProducer(t, r)
	a := newConsumer(t, r, ConsumerConfig{Name: "a"})
	for _, owner := range []int{nobody, 1, 63, 65534} {
		require.True(t, c.lives(owner))
		require.Equal(t, "nobody", c.process(owner))
		st := stateOf(1, owner, live)
		c.record(0).state.Store(uint64(st))
		c.place(0).state.Store(uint64(st))
		require.Zero(t, r.Stats().Producers[0].Process)
		require.Zero(t, r.Stats().Consumers[0].Process)
		by, _ := c.whoClaims(0)
		require.Empty(t, by)
		who, _ := c.describe(obstacle{0, -1})
		require.Equal(t, `consumer 0 "a" of nobody`, who)
		c.recover()
		require.Equal(t, st, state(c.record(0).state.Load()), "it is nobody's to bury")
	}
	c.place(0).state.Store(uint64(a.read.mine))
	c.place(0).after[0].Store(3<<8 | 3)
	c.place(0).after[1].Store(0xff)
	b := newConsumer(t, r, ConsumerConfig{After: []string{"a"}})
	require.Empty(t, b.read.upstream[0].after)
	require.Empty(t, r.Stats().Consumers[0].After)
	require.Equal(t, uint64(1), c.attachment(1).state.Load())
	p.Close()
}
