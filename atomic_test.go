package disruptor

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAssemblyIsBuilt fails where the assembly would silently be left out, or silently be in.
func TestAssemblyIsBuilt(t *testing.T) {
	cpuHasIt := runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64"
	require.Equal(t, cpuHasIt && asmExpected, hasAsm)
}
