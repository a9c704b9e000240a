package waiting

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNothingSpinsUnderAQuotaOfOneCPUOrLess(t *testing.T) {
	defer func(quota func() float64) {
		cpuQuota = quota
		RefreshProcs()
	}(cpuQuota)
	for quota, spins := range map[float64]bool{0.1: false, 0.5: false, 1: false, 1.5: runtime.GOMAXPROCS(0) > 1, 0: runtime.GOMAXPROCS(0) > 1} {
		cpuQuota = func() float64 { return quota }
		RefreshProcs()
		require.Equal(t, spins, Procs() > 1, quota)
	}
}
