//go:build gc && !purego && !race

package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// scanRoutines returns every routine that this CPU can execute.
func scanRoutines(testing.TB) []scanRoutine {
	return []scanRoutine{
		genericScan,
		{name: "scalar", bounded: scanMarksGeneric, force: atLevel(scanScalar)},
		{name: "neon", vector: true, bounded: scanMarksNEON, force: atLevel(scanNEON)},
	}
}

func TestScanLevelIsTheBestThereIs(t *testing.T) {
	require.Equal(t, scanNEON, scanLevel)
}
