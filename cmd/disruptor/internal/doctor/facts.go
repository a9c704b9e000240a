package doctor

import (
	"fmt"
	"runtime"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/be395dad/disruptor"
)

// facts is what the advice depends on.
type facts struct {
	disruptor.Machine
	arch   string
	cpus   int           // that this process may run on
	l2, l3 int           // bytes, 0 if not known
	fenced time.Duration // one process fence, 0 if not measured

	near, far time.Duration // a cache line's way between two CPUs, 0 if not measured
}

func examine() facts {
	f := facts{
		Machine: disruptor.ThisMachine(), // which registers for the fence that is measured below
		arch:    runtime.GOARCH,
		cpus:    runtime.NumCPU(),
		l2:      max(cpuid.CPU.Cache.L2, 0),
		l3:      max(cpuid.CPU.Cache.L3, 0),
	}
	if fence := fenceOf(f.ProcessFence); fence != nil {
		f.fenced = measureFence(fence, countToThousand)
	}
	return f
}

// processors is how many goroutines really run at once: as many as Go lets, the system has, and the quota pays for. A
// quota between two numbers of CPUs pays for the lower one.
func (f facts) processors() int {
	n := min(f.Procs, f.cpus)
	if f.Quota > 0 {
		n = min(n, int(f.Quota))
	}
	return max(n, 1)
}

func (f facts) assembly() string {
	if f.Assembly {
		return "yes"
	}
	return "none in this build"
}

func (f facts) fence() string {
	if f.fenced == 0 {
		return f.ProcessFence
	}
	return fmt.Sprintf("%s, %v at the median while another goroutine runs", f.ProcessFence, readable(f.fenced))
}

func (f facts) quota() string {
	if f.Quota == 0 {
		return "no quota"
	}
	return fmt.Sprintf("a quota of %g CPUs", f.Quota)
}

func orUnknown(n int, format string) string {
	if n <= 0 {
		return "not known"
	}
	return fmt.Sprintf(format, n)
}

func size(bytes int) string {
	switch {
	case bytes <= 0:
		return "not known"
	case bytes >= 1<<20 && bytes%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", bytes>>10)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
