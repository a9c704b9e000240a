package command

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

func environment() result.Environment {
	return result.Environment{
		CPU: cpu(), CPUs: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0), GoVersion: runtime.Version(),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Kernel: kernel(), Commit: thisBuild().what(), When: time.Now().UTC().Truncate(time.Second),
	}
}

// cpu returns the name of the CPU, and the numbers of its model: a virtual machine may hide the
// name.
func cpu() string {
	name := cmp.Or(cpuid.CPU.BrandName, os.Getenv("PROCESSOR_IDENTIFIER")) // the latter on Windows
	if cpuid.CPU.Family == 0 {
		return name
	}
	return fmt.Sprintf("%s (family %d, model %d)", cmp.Or(name, "unknown"), cpuid.CPU.Family, cpuid.CPU.Model)
}
