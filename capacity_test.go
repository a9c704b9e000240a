package disruptor

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// C1, C105.
func TestCapacityMustBeAPowerOfTwo(t *testing.T) {
	unusable := []int{0, -1, -8, 3, 5, 6, 7, 10, 1000, 1<<30 - 1, 1<<30 + 1}
	if big := uint64(1) << 31; uint64(int(big)) == big { // not on a 32-bit system, where it is negative
		unusable = append(unusable, int(big))
	}
	for _, n := range unusable {
		r, err := New[int](Config{Capacity: n})
		require.Nil(t, r)
		require.ErrorIs(t, err, ErrCapacity)
		require.EqualError(t, err, fmt.Sprintf(
			"disruptor: capacity is not usable: %d slots: not a power of two from 1 to 1<<30", n))
	}
	for n := 1; n <= 1<<16; n *= 2 {
		require.Equal(t, n, newRing[byte](t, Config{Capacity: n}).Cap())
	}
}

func TestCapacityMustFitTheAddressSpace(t *testing.T) {
	r, err := New[[1 << 20]byte](Config{Capacity: 1 << 30})
	require.Nil(t, r)
	require.ErrorIs(t, err, ErrCapacity)
	require.EqualError(t, err,
		"disruptor: capacity is not usable: 1073741824 slots of 1048576 bytes exceed the address space")
}

// Sequences end; the last of them is as good as any, and none follows it.
func TestSequencesExhausted(t *testing.T) {
	const text = "disruptor: sequences exhausted"
	forEachScene(t, func(t *testing.T, s scene) {
		if s.start < lastSequence-2*sequencesLeft {
			s.start = lastSequence - int64(s.Capacity) - 1
		} else {
			s.start = lastSequence - 1
		}
		r, p := s.ring(t)
		ctx := testContext(t)
		c := r.Consumer("c")
		for left := lastSequence - s.start; left > 0; left = lastSequence - r.Published() {
			if left < int64(s.Capacity) {
				requirePanics(t, text, func() { p.TryClaim(int(left) + 1) })
				requirePanics(t, text, func() { p.Claim(ctx, int(left)+1) })
			}
			b := publish(t, p, int(min(left, int64(s.Capacity))))
			c.Done(take(t, c, b.From(), b.To()))
		}
		require.Equal(t, lastSequence, r.Published())
		requirePanics(t, text, func() { p.TryClaim(1) })
		requirePanics(t, text, func() { p.TrySend(1) })
		requirePanics(t, text, func() { p.Send(ctx, 1) })
		requireNothing(t, c)

		r.Close()
		_, ok := p.TryClaim(1)
		require.False(t, ok)
		_, err := c.Next(ctx)
		require.Equal(t, ErrClosed, err)
		require.Equal(t, lastSequence, r.Stats().Claimed)
	})
}
