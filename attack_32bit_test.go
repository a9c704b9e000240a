//go:build 386 || arm

package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Slots of no size fit anywhere, but their marks don't: make panicked.
func TestMarksMustFitTheAddressSpaceToo(t *testing.T) {
	r, err := New[struct{}](Config{Capacity: 1 << 30})
	require.Nil(t, r)
	require.ErrorIs(t, err, ErrCapacity)
}
