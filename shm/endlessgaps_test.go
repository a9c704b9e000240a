//go:build disruptor_faults && linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/faults"
)

// A program that stores the mark of a new gap whenever a consumer has stepped over the last one
// doesn't keep the consumer in one look for ever.
func TestEndlessGaps(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	first := newConsumer(t, r, ConsumerConfig{Name: "first"})
	second := newConsumer(t, r, ConsumerConfig{After: []string{"first"}})
	r.core.control.cursor.Store(1 << 40)
	r.core.control.lastGap.Store(1 << 40)
	defer func() { faults.At = nil }()
	for _, c := range []*Consumer[tick]{first, second} {
		r.core.place(0).position.Store(1)
		r.core.mark(0).Store(int64(gap(0)))
		faults.At = func(point string) {
			if point == "passed" {
				r.core.mark(c.read.next).Store(int64(gap(c.read.next)))
				r.core.place(0).position.Store(c.read.next + 1)
			}
		}
		_, ok := c.TryNext()
		require.False(t, ok)
		require.Equal(t, int64(9), c.read.next)
	}
}
