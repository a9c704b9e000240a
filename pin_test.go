package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A push stores the boundary that it has found in published. The consumer's avail is lapped
// next, and a look at what is published would start from it forever.
func TestAPushRaisesTheBoundary(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 2})
	p, c := r.MultiProducer(), r.LossyConsumer(LossyConfig[int64]{})
	for range 5 {
		publish(t, p, 2)
	}
	require.Zero(t, c.member.avail.load())
	require.EqualValues(t, 8, c.Position())
	require.GreaterOrEqual(t, r.core.published.load(), c.Position())
	require.EqualValues(t, 10, r.Published())
}

// A look at the gate without a need pushes nobody.
func TestAGateWithoutNeedPushesNobody(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p, c := r.MultiProducer(), r.LossyConsumer(LossyConfig[int64]{})
	for range 4 {
		publish(t, p, 1)
	}
	require.Zero(t, r.core.slowest(noNeed))
	require.Zero(t, c.Position())
	require.EqualValues(t, 2, r.core.slowest(1), "until half the ring is free")
	require.EqualValues(t, 2, c.Position())
}
