package waiting

import (
	"runtime"
	"sync/atomic"

	"github.com/be395dad/disruptor/internal/host"
)

// procs caches how many goroutines can run at once: GOMAXPROCS, which takes a lock to read, or 1 under a
// quota of one CPU or less. It is refreshed before the first wait, after each sleep, at one park in
// ProcsPeriod and at one look in procsLooks. A stale value does little harm, because every built-in strategy
// yields now and then even if it counts on more processors.
var procs atomic.Int64

// ProcsPeriod is how many parks separate two calls of RefreshProcs.
const ProcsPeriod = 64

// procsLooks is how many looks of a wait that never sleeps separate two calls of RefreshProcs. They take
// about a millisecond.
const procsLooks = 1 << 15

// cpuQuota returns how many CPUs this process may use, 0 for no limit. Tests replace it.
var cpuQuota = host.CPUQuota

// Procs returns how many goroutines could run at once when RefreshProcs was called last.
func Procs() int { return int(procs.Load()) }

// RefreshProcs finds out how many goroutines can run at once.
func RefreshProcs() {
	n := runtime.GOMAXPROCS(0)
	if quota := cpuQuota(); quota > 0 && quota <= 1 {
		n = 1
	}
	procs.Store(int64(n))
}

// ForceProcs makes Procs return n until restore or RefreshProcs is called. It is for tests.
func ForceProcs(n int) (restore func()) {
	old := procs.Swap(int64(n))
	return func() { procs.Store(old) }
}
