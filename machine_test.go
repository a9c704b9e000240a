package disruptor

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/host"
	"github.com/be395dad/disruptor/internal/machine"
	"github.com/be395dad/disruptor/internal/waiting"
)

func TestNewFindsOutHowManyProcessorsThereAre(t *testing.T) {
	defer waiting.ForceProcs(1 << 20)()
	newRing[int](t, Config{Capacity: 1})
	require.LessOrEqual(t, waiting.Procs(), runtime.GOMAXPROCS(0))
}

func TestThisMachineSaysWhatTheLibraryDoes(t *testing.T) {
	m := ThisMachine()
	require.Equal(t, machine.HasAsm, m.Assembly)
	require.Equal(t, machine.HintTime, m.SpinHint)
	require.Equal(t, runtime.GOMAXPROCS(0), m.Procs)
	text := m.String()
	require.Contains(t, text, fmt.Sprintf("stride         %d bytes: ", stride))
	require.Equal(t, !machine.BuffersStores, strings.Contains(text, "process fence  not needed\n"))
	require.NotContains(t, text, "quota", "there is none")
	m.Quota = 1.5
	require.Contains(t, m.String(), "quota          1.50 CPUs\n")
	defer host.ForceStopTheWorld()()
	require.Equal(t, machine.BuffersStores, strings.Contains(ThisMachine().String(), "process fence  stop-the-world\n"))
}

func TestProcessFence(t *testing.T) {
	for _, c := range []struct {
		name         string
		stopTheWorld bool
	}{{"expedited", false}, {"stop the world", true}} {
		t.Run(c.name, func(t *testing.T) {
			if c.stopTheWorld {
				defer host.ForceStopTheWorld()()
			} else if !host.HasCheapFence() {
				t.Log("this system has no expedited fence: this is the fallback again")
			}
			stale, rounds := storeBufferLitmus(processFence)
			t.Logf("%d rounds", rounds)
			require.Zero(t, stale, "both sides read stale values, in that many of %d rounds", rounds)
		})
	}
	t.Run("none", func(t *testing.T) {
		stale, rounds := storeBufferLitmus(func() {})
		t.Logf("without a fence both sides read stale values in %d of %d rounds", stale, rounds)
	})
}

// storeBufferLitmus runs, for at most a quarter of a second,
//
//	publisher: x = j, load y           for j = 1, 2, …, without pause
//	sleeper:   y = k, fence, load x    for k = 1, 2, …, each once x has moved
//
// and returns the number of k at which both sides were stale: the sleeper read x = j, and at j+1 or later the
// publisher still read y < k.
func storeBufferLitmus(fence func()) (stale, rounds int) {
	const most = 1 << 16
	a := newArena(2)
	x, y := (*int64)(a.group(0)), (*int64)(a.group(1))
	read := make([]int64, most)  // x as the sleeper read it after the fence of round k
	first := make([]int64, most) // the first j at which the publisher read y ≥ k
	done := make(chan struct{})
	go func() {
		defer close(done)
		for j, k := int64(1), int64(1); k < most; j++ {
			machine.StoreRelease(unsafe.Pointer(x), 0, j)
			for seen := atomic.LoadInt64(y); k <= seen; k++ {
				first[k] = j
			}
		}
	}()
	for deadline := time.Now().Add(250 * time.Millisecond); rounds < most-2 && time.Now().Before(deadline); {
		for idle := 0; atomic.LoadInt64(x) == read[rounds]; idle++ {
			if idle%1000 == 999 { // they share a CPU: let the system put them on two
				time.Sleep(10 * time.Microsecond)
			}
		}
		rounds++
		atomic.StoreInt64(y, int64(rounds))
		fence()
		read[rounds] = atomic.LoadInt64(x)
	}
	atomic.StoreInt64(y, most-1)
	<-done
	for k := 1; k <= rounds; k++ {
		if first[k] > read[k]+1 {
			stale++
		}
	}
	return stale, rounds
}

// BenchmarkBystander measures the cost of the process fence of a goroutine that parks, for that
// goroutine and for one that computes on another processor.
func BenchmarkBystander(b *testing.B) {
	if runtime.GOMAXPROCS(0) < 2 || !cheapProcessFence() {
		b.Skip("needs two processors and a process fence")
	}
	const slice = 20 * time.Millisecond
	var lost, called []time.Duration
	for range waitRounds(100) {
		alone, _, _ := countWhile(slice, nil)
		disturbed, fences, spent := countWhile(slice, processFence)
		lost = append(lost, time.Duration(float64(slice)*(1-float64(disturbed)/float64(alone))/float64(fences)))
		called = append(called, spent/time.Duration(fences))
	}
	reportQuantiles(b, "bystander", lost)
	reportQuantiles(b, "caller", called)
}

// countWhile counts on another processor for d, and calls fence meanwhile every 100 µs.
func countWhile(d time.Duration, fence func()) (count int64, fences int64, spent time.Duration) {
	var stop, started word
	var wg sync.WaitGroup
	wg.Go(func() {
		started.store(1)
		for stop.load() == 0 {
			count++
		}
	})
	for started.load() == 0 {
		machine.Pause(1)
	}
	for begin := time.Now(); time.Since(begin) < d; {
		if fence != nil {
			t := time.Now()
			fence()
			spent += time.Since(t)
			fences++
		}
		for t := time.Now(); time.Since(t) < 100*time.Microsecond; {
			machine.Pause(1)
		}
	}
	stop.store(1)
	wg.Wait()
	return count, fences, spent
}

// waitRounds is how often to measure something: a few times with -short, which only shows that
// it works.
func waitRounds(n int) int {
	if testing.Short() {
		return 2
	}
	return n
}

// reportQuantiles reports quantiles of durations as metrics, in microseconds.
func reportQuantiles(b *testing.B, name string, d []time.Duration) {
	slices.Sort(d)
	for _, q := range []struct {
		name string
		at   int
	}{{"p50", len(d) / 2}, {"p99", len(d) * 99 / 100}, {"max", len(d) - 1}} {
		b.ReportMetric(float64(d[q.at].Nanoseconds())/1000, fmt.Sprintf("%s-%s-µs", name, q.name))
	}
	b.ReportMetric(0, "ns/op")
}
