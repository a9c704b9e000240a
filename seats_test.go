//go:build disruptor_debug

package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Between a worker's look at the seats and its move of the position, another worker moves it
// further.
func TestThePositionOfAKeyedGroupNeverGoesBack(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 8})
	group := r.Group(GroupConfig[int64]{Key: func(event *int64) uint64 { return uint64(*event) }})
	p := r.MultiProducer()
	a, b := group.Worker(), group.Worker()
	k := keysOf(group, a, b)
	at := group.Consumer().Position()
	for _, key := range []int64{k[0], k[1], k[0]} {
		require.True(t, p.TrySend(key))
	}
	first, ok := a.TryNext()
	require.True(t, ok)
	second, ok := b.TryNext()
	require.True(t, ok)
	during(t, pointSettling, func() {
		b.Done(second)
		require.Equal(t, at+2, group.Consumer().Position())
	}, func() { a.Done(first) })
	require.Equal(t, at+2, group.Consumer().Position())
}

// keysOf returns a key of each worker.
func keysOf(g *Group[int64], workers ...*Worker[int64]) []int64 {
	s := g.crew.seats
	keys := make([]int64, len(workers))
	for i, w := range workers {
		for s.ownerOf(uint64(keys[i])) != w.own {
			keys[i]++
		}
	}
	return keys
}
