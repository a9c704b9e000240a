package host

import (
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whether a fence orders anything is tried by litmus tests of the ring, which need two CPUs at the same time.
func TestStopTheWorldFenceStopsTheWorld(t *testing.T) {
	pauses := func() (n uint64) {
		sample := []metrics.Sample{{Name: "/sched/pauses/total/other:seconds"}}
		metrics.Read(sample)
		for _, count := range sample[0].Value.Float64Histogram().Counts {
			n += count
		}
		return n
	}
	before := pauses()
	for range 100 {
		stopTheWorld()
	}
	require.GreaterOrEqual(t, pauses(), before+100)
}

func TestAForcedFenceStopsTheWorldUntilItIsRestored(t *testing.T) {
	cheap := HasCheapFence()
	restore := ForceStopTheWorld()
	require.False(t, HasCheapFence())
	release := Hold()
	done := make(chan struct{})
	go func() { Fence(); close(done) }()
	select {
	case <-done:
		t.Error("a fence got through that is held")
	default:
	}
	release()
	<-done
	restore()
	require.Equal(t, cheap, HasCheapFence())
}

func TestTheCostOfAFenceIsMeasured(t *testing.T) {
	if !FenceOthers() || !JoinFences() {
		t.Skip("the system has no fence of other processes")
	}
	if cost, known := FenceCost(); known { // the machine may be busy
		require.Positive(t, cost)
	}
}

func BenchmarkFence(b *testing.B) {
	b.Run("expedited", func(b *testing.B) {
		for b.Loop() {
			expeditedFence()
		}
	})
	b.Run("stop the world", func(b *testing.B) {
		for b.Loop() {
			stopTheWorld()
		}
	})
}
