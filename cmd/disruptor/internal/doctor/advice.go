package doctor

import (
	"fmt"
	"math"
	"time"
)

// All advice is a function of the facts and of nothing else.

// warnings says where Go, the system and its control groups disagree about the number of processors.
func warnings(f facts) []string {
	var all []string
	fit := f.cpus
	if f.Quota > 0 {
		fit = max(min(fit, int(f.Quota)), 1)
	}
	switch {
	// Go derives GOMAXPROCS from a quota itself, but rounds it up, and to 2 at least.
	case f.Quota > 0 && float64(f.Procs) > f.Quota:
		all = append(all, fmt.Sprintf("GOMAXPROCS is %d, and the quota pays for %g CPUs: once it is spent, the kernel stops every "+
			"goroutine for the rest of the period (100 ms, as a rule). Set GOMAXPROCS=%d, or raise the quota.", f.Procs, f.Quota, fit))
	case f.Procs > f.cpus:
		all = append(all, fmt.Sprintf("GOMAXPROCS is %d on %s: threads take turns, and one may spin while the one that it waits for "+
			"has no CPU. Set GOMAXPROCS=%d.", f.Procs, plural(f.cpus, "CPU"), fit))
	case f.Procs < fit:
		all = append(all, fmt.Sprintf("GOMAXPROCS is %d, and %s could be used.", f.Procs, plural(fit, "CPU")))
	}
	if !f.Assembly && (f.arch == "amd64" || f.arch == "arm64") {
		all = append(all, "This build leaves the assembly out, because of the tag purego or the race detector. It is slower.")
	}
	return all
}

// A choice is one line of advice on wait strategies.
type choice struct{ when, choose, why string }

// The library's strategies take this many looks, each a Spin, between two calls of Gosched.
const (
	looksOfYieldWait = 30
	looksOfSpinWait  = 1000
)

func waitAdvice(f facts) []choice {
	n := f.processors()
	block := choice{"batches, rare events, or a shared machine", "BlockWait", "the default: as fast as the others in batches of 16, and uses no CPU while no event comes"}
	if f.fenced > 0 {
		block.why += fmt.Sprintf("; parking takes a fence of %v", readable(f.fenced))
	}
	late := choice{"an answer may come late", "SleepWait", "it needs no wake-up, so it costs the producer nothing"}
	if n == 1 {
		why := "one processor: a goroutine that spins keeps the one it waits for from running"
		if f.Quota > 0 && f.Quota < 2 {
			why = fmt.Sprintf("the quota pays for %g CPUs: spinning spends what the other side needs", f.Quota)
		}
		return []choice{{"always", "BlockWait", why}, late}
	}
	spin := f.spin()
	return []choice{
		{
			fmt.Sprintf("latency, up to %d busy goroutines", n), "SpinWait",
			fmt.Sprintf("producers count; with more than %d, one that waits holds a processor for %v", n, readable(looksOfSpinWait*spin)),
		},
		{
			"one event at a time, or more busy goroutines", "YieldWait",
			fmt.Sprintf("lets the others run every %v, and uses a whole CPU while it waits", readable(looksOfYieldWait*spin)),
		},
		block, late,
		{
			"one busy producer, throughput first", "Backoff",
			"2 to 8 µs, with YieldWait or BlockWait: consumers look less often, and events come as much later",
		},
	}
}

// A room is how many slots of an event fit, 0 if the size of the cache is not known.
type room struct{ event, inL2, inL3 int }

// markBytes is what a slot takes besides its event.
const markBytes = 8

func capacityAdvice(f facts) []room {
	var all []room
	for _, event := range []int{8, 64, 256} {
		all = append(all, room{event, slotsIn(f.l2, event), slotsIn(f.l3, event)})
	}
	return all
}

// slotsIn returns the greatest power of two of slots that leaves half of a cache to everything else.
func slotsIn(cache, event int) int {
	n := cache / 2 / (event + markBytes)
	if n < 1 {
		return 0
	}
	return 1 << int(math.Log2(float64(n)))
}

// lineAdvice says what the way of a cache line between CPUs means, if it was measured.
func lineAdvice(f facts) []string {
	if f.near == 0 || f.far == 0 {
		return nil
	}
	// Who publishes one event at a time may pay that for each; a batch pays it once per line of events and once for its mark.
	const batch = 16
	all := []string{fmt.Sprintf("An event that is waited for takes at least %v. Events sent one at a time may each pay that; in batches of %d, %.1f ns.",
		f.near, batch, float64(f.near)/batch)}
	// A ratio of 2 is more than what pairs of one kind differ by.
	if f.far > 2*f.near {
		all = append(all, fmt.Sprintf("The farthest CPUs are %.1f times as far apart as the nearest (%v, %v): keep the process on near ones, "+
			"with taskset, cpuset or numactl.", float64(f.far)/float64(f.near), f.far, f.near))
	}
	return all
}

// readable drops digits that a measured time does not have.
func readable(d time.Duration) time.Duration {
	unit := time.Nanosecond
	for d/unit >= 100 {
		unit *= 10
	}
	return d.Round(unit)
}
