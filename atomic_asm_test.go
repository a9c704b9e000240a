//go:build (amd64 || arm64) && gc && !purego && !race

package disruptor

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// atLevel returns a function that makes scanMarks use the level until the test ends.
func atLevel(level vectorLevel) func(testing.TB) {
	return func(tb testing.TB) {
		old := scanLevel
		scanLevel = level
		tb.Cleanup(func() { scanLevel = old })
	}
}

// The bound is the routines' own: none trusts its caller with the time for which it can't be preempted.
func TestAssemblyBoundsItself(t *testing.T) {
	marks := consecutive(3*maxScan+7, 1)
	for _, r := range scanRoutines(t) {
		if r.vector {
			for _, n := range []int{maxScan - 1, maxScan, maxScan + 1, len(marks), math.MaxInt} {
				require.Equal(t, min(n, maxScan), r.bounded(&marks[0], n, 1), "%s of %d marks", r.name, n)
			}
			require.Zero(t, r.bounded(&marks[0], math.MinInt, 1), r.name)
		}
	}
	pauseAsm(math.MaxInt) // 3,000 centuries without the bound
	pauseAsm(math.MinInt)
}
