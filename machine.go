package disruptor

import (
	"runtime"
	"time"

	"github.com/klauspost/cpuid/v2"
)

// Machine says what the library has found out about the machine it runs on, and what it does about it. Everything but
// Procs is found out once per process.
type Machine struct {
	CPU          string // brand, "" if unknown
	Line         int    // bytes of a cache line as the CPU reports them, 0 if it does not
	Stride       int    // bytes between words that different goroutines write
	StrideReason string

	Assembly bool // this build has the assembly of this architecture

	Hint         time.Duration // what one spin hint takes
	HintsPerSpin int           // hints in one Spin

	// ProcessFence is how a goroutine that parks, or closes a Single ring, orders the stores of all others: "membarrier",
	// "stop-the-world", or "not needed" where every store is ordered by itself.
	ProcessFence string

	Quota float64 // CPUs that the cgroups of the process allow, 0: no limit
	Procs int     // GOMAXPROCS
}

// ThisMachine returns what has been found out. Any goroutine may call it. The first call may register the process for
// membarrier(2), which takes some 16 ms.
func ThisMachine() Machine {
	d := detectCPU()
	m := Machine{
		CPU:          cpuid.CPU.BrandName,
		Line:         max(d.line, 0),
		Stride:       stride,
		StrideReason: strideReason(d),
		Assembly:     hasAsm,
		Hint:         hintTime,
		HintsPerSpin: hintsPerSpin,
		ProcessFence: "not needed",
		Quota:        cpuQuota(),
		Procs:        runtime.GOMAXPROCS(0),
	}
	if buffersStores {
		m.ProcessFence = "stop-the-world"
		if cheapProcessFence() {
			m.ProcessFence = "membarrier"
		}
	}
	return m
}
