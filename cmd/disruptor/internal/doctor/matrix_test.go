package doctor

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func sequence(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestSampleTakesCouplesFromEverywhere(t *testing.T) {
	require.Equal(t, []int{3, 7}, sample([]int{3, 7}, 16))
	require.Equal(t, sequence(16), sample(sequence(16), 16))
	require.Equal(t, []int{0, 1, 8, 9, 16, 17, 24, 25, 32, 33, 40, 41, 48, 49, 56, 57}, sample(sequence(64), 16))
	for n := 17; n < 600; n++ {
		some := sample(sequence(n), 16)
		require.Len(t, some, 16)
		require.Equal(t, 0, some[0])
		require.Greater(t, some[15], n*3/4)
		require.True(t, slices.IsSorted(some))
		require.Len(t, slices.Compact(some), 16, "none twice among %d", n)
	}
}

func TestMatrixIsPrintedAsATriangle(t *testing.T) {
	m := matrix{cpus: []int{0, 1, 32}, ways: [][]time.Duration{{}, {190}, {0, 22}}, of: 64}
	var out strings.Builder
	m.print(&out, errors.New("out of time"))
	require.Contains(t, out.String(), "    CPU    0    1\n      1  190\n     32    -   22\n")
	require.Contains(t, out.String(), "nearest 22, median 190, farthest 190")
	require.Contains(t, out.String(), "3 of 64 CPUs")
	require.Contains(t, out.String(), "not measured to the end: out of time")
	near, far := m.extremes()
	require.Equal(t, []time.Duration{22, 190}, []time.Duration{near, far})

	out.Reset()
	matrix{}.print(&out, errCannotPin)
	require.Contains(t, out.String(), errCannotPin.Error())
	near, far = matrix{}.extremes()
	require.Zero(t, near+far)
}

// allCPUs is asked for before any thread has been tied.
var allCPUs, errAllCPUs = usableCPUs()

// twoCPUs returns two that can be measured, or skips.
func twoCPUs(t *testing.T) (a, b int) {
	t.Helper()
	if errAllCPUs != nil || len(allCPUs) < 2 || runtime.GOMAXPROCS(0) < 2 {
		t.Skip("two CPUs are needed, and to be tied to them")
	}
	return allCPUs[0], allCPUs[1]
}

func TestALineGoesFromCPUToCPU(t *testing.T) {
	a, b := twoCPUs(t)
	way, err := oneWay(t.Context(), a, b)
	require.NoError(t, err)
	require.Positive(t, way)

	// A tied thread that outlived its goroutine would sooner or later run another. As many goroutines as there may be
	// threads, each held on its own, would find it.
	var held sync.WaitGroup
	release := make(chan struct{})
	sets := make(chan []int, 20)
	for range cap(sets) {
		held.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			cpus, _ := usableCPUs()
			sets <- cpus
			<-release
		})
	}
	for range cap(sets) {
		require.Equal(t, allCPUs, <-sets)
	}
	close(release)
	held.Wait()
}

func TestACPUThatIsNotThereIsAnError(t *testing.T) {
	a, _ := twoCPUs(t)
	_, err := oneWay(t.Context(), a, 1000)
	require.ErrorContains(t, err, "CPU 1000")
	_, err = oneWay(t.Context(), 1000, a)
	require.ErrorContains(t, err, "CPU 1000")
}

func TestABallThatDoesNotComeBackIsGivenUp(t *testing.T) {
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	require.False(t, new(ball).wait(ctx, 1))
	a, b := twoCPUs(t)
	_, err := oneWay(ctx, a, b)
	require.ErrorIs(t, err, gone)
	_, err = measureMatrix(ctx)
	require.ErrorIs(t, err, gone)
}

func TestMeasuringTheFence(t *testing.T) {
	calls, beside := 0, 0
	var works atomic.Int64
	before := int64(0)
	took := measureFence(func() {
		if now := works.Load(); now > before {
			before = now
			beside++
		}
		calls++
	}, func() { works.Add(1) })
	require.Positive(t, took)
	require.Equal(t, 101, calls)
	if runtime.GOMAXPROCS(0) > 1 {
		require.Greater(t, beside, calls/2, "the median is that of a fence beside work")
	}
}
