package disruptor

import (
	"cmp"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/be395dad/disruptor/internal/host"
	"github.com/be395dad/disruptor/internal/machine"
)

// Machine describes what the library knows about the machine it runs on. Everything except Procs is
// determined once per process.
type Machine struct {
	CPU      string        // brand, "" if unknown
	Assembly bool          // this build has the assembly of this architecture
	SpinHint time.Duration // what one spin hint takes, 0 if the clock is too coarse to tell
	Quota    float64       // CPUs that the cgroups of the process allow, 0 if there is no limit
	Procs    int           // GOMAXPROCS
}

// ThisMachine describes the machine that the program runs on. Any goroutine may call it.
func ThisMachine() Machine {
	return Machine{
		CPU:      cpuid.CPU.BrandName,
		Assembly: machine.HasAsm,
		SpinHint: machine.HintTime,
		Quota:    host.CPUQuota(),
		Procs:    runtime.GOMAXPROCS(0),
	}
}

// String returns m and the settings that the library has derived from it as text for people to
// read, one item a line. The first call may register the process for membarrier(2), which takes
// about 16 ms.
func (m Machine) String() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-14s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("CPU", "%s (%s)", cmp.Or(m.CPU, "unknown"), runtime.GOARCH)
	d := detectCPU()
	line("stride", "%d bytes: %s", stride, strideReason(d))
	line("assembly", "%v", m.Assembly)
	hint := "unknown, the clock is too coarse"
	if m.SpinHint > 0 {
		hint = m.SpinHint.String()
	}
	line("spin hint", "%s; %d in one Spin", hint, machine.HintsPerSpin)
	line("process fence", "%s", fenceName())
	if m.Quota > 0 {
		line("quota", "%.2f CPUs", m.Quota)
	}
	line("GOMAXPROCS", "%d", m.Procs)
	return strings.TrimSuffix(b.String(), "\n")
}

// fenceName names the way in which a goroutine that parks, or closes a Single ring, orders the
// stores of all other goroutines.
func fenceName() string {
	switch {
	case !machine.BuffersStores:
		return "not needed"
	case cheapProcessFence():
		return "membarrier"
	}
	return "stop-the-world"
}
