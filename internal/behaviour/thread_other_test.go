//go:build !linux

package behaviour

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

func TestCPUsAreForLinux(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.SpinWait{}})
	r.HandleWith(disruptor.ConsumerConfig[int64]{
		Name:  "h",
		CPUs:  []int{0},
		Start: func(*disruptor.Consumer[int64]) error { t.Error("Start"); return nil },
	}, handleNothing)
	require.ErrorIs(t, r.Run(testContext(t)), errors.ErrUnsupported)
}
