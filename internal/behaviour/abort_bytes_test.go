package behaviour

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// bytesPerAbort aborts every other one of 2n slots, behind a consumer that does not move, and
// returns how many bytes an abort allocates.
func bytesPerAbort(t *testing.T, kind disruptor.Producers, n int, backwards bool) uint64 {
	r := newRing[int64](t, disruptor.Config{Capacity: 1 << 15, Producers: kind})
	p := newProducer(r)
	r.Consumer("slow")
	parts := make([]disruptor.Batch[int64], 0, 2*n+4)
	if kind == disruptor.Single { // the parts of one claim
		for b := claim(t, p, cap(parts)); b.Len() > 0; {
			var part disruptor.Batch[int64]
			part, b = b.Split(1)
			parts = append(parts, part)
		}
	} else {
		for range cap(parts) {
			parts = append(parts, claim(t, p, 1))
		}
	}
	settle := func(i int) {
		if i%2 == 0 {
			p.Abort(parts[i])
		} else {
			p.Publish(parts[i])
		}
	}
	// The last ones first: so one-time allocations are not counted, and a Single producer takes
	// nothing back.
	for i := len(parts) - 1; i >= 2*n; i-- {
		settle(i)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range 2 * n {
		if backwards {
			i = 2*n - 1 - i
		}
		settle(i)
	}
	runtime.ReadMemStats(&after)
	require.Equal(t, int64(len(parts)), r.Published())
	return (after.TotalAlloc - before.TotalAlloc) / uint64(n)
}

// Each abort copied the list of those before it: 2048 of them behind a slow consumer cost 16 kB each.
func TestTheBytesOfAnAbortDoNotGrowWithTheAbortsBeforeIt(t *testing.T) {
	for _, c := range []struct {
		name      string
		kind      disruptor.Producers
		backwards bool
	}{
		{"single", disruptor.Single, false},
		{"single backwards", disruptor.Single, true},
		{"multi", disruptor.Multi, false},
		{"multi backwards", disruptor.Multi, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			bytes := bytesPerAbort(t, c.kind, 2048, c.backwards)
			require.LessOrEqual(t, bytes, uint64(64), "16, and what others in the process allocate meanwhile")
		})
	}
}
