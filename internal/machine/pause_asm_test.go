//go:build (amd64 || arm64) && gc && !purego && !race

package machine

import (
	"math"
	"testing"
)

func init() { asmExpected = true }

// The bound is the routine's own: it does not trust its caller with the time for which it can't be preempted.
func TestAssemblyBoundsItself(t *testing.T) {
	pauseAsm(math.MaxInt) // 3,000 centuries without the bound
	pauseAsm(math.MinInt)
}
