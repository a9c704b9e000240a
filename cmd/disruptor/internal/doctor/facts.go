package doctor

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/host"
)

// facts is what the advice depends on.
type facts struct {
	disruptor.Machine
	account string // what the library says about the machine
	arch    string
	cpus    int           // that this process may run on
	line    int           // bytes of a cache line, 0 if not known
	l2, l3  int           // bytes, 0 if not known
	fenced  time.Duration // one process fence, 0 if not measured

	near, far time.Duration // a cache line's way between two CPUs, 0 if not measured
}

func examine() facts {
	f := facts{
		Machine: disruptor.ThisMachine(),
		arch:    runtime.GOARCH,
		cpus:    runtime.NumCPU(),
		line:    max(cpuid.CPU.CacheLine, 0),
		l2:      max(cpuid.CPU.Cache.L2, 0),
		l3:      max(cpuid.CPU.Cache.L3, 0),
	}
	if f.CPU == "" {
		f.CPU = "not known"
	}
	f.account = f.Machine.String() // which registers for the fence that is measured below
	if needsFence(f.account) {
		f.fenced = measureFence(host.Fence, countToThousand)
	}
	return f
}

// needsFence reports whether goroutines that park fence the process in this build, by the library's account.
func needsFence(account string) bool {
	for line := range strings.Lines(account) {
		if how, found := strings.CutPrefix(line, "process fence"); found {
			return strings.TrimSpace(how) != "not needed"
		}
	}
	return false
}

// spin is how long one Spin takes: about 30 ns, and at least one hint.
func (f facts) spin() time.Duration { return max(f.SpinHint, 30*time.Nanosecond) }

// processors is how many goroutines really run at once: as many as Go lets, the system has, and the quota pays for. A
// quota between two numbers of CPUs pays for the lower one.
func (f facts) processors() int {
	n := min(f.Procs, f.cpus)
	if f.Quota > 0 {
		n = min(n, int(f.Quota))
	}
	return max(n, 1)
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
