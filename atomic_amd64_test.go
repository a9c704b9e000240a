//go:build gc && !purego && !race

package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"
)

// scanRoutines returns every routine that this CPU can execute.
func scanRoutines(tb testing.TB) []scanRoutine {
	all := []scanRoutine{
		genericScan,
		{name: "scalar", bounded: scanMarksGeneric, force: atLevel(scanScalar)},
	}
	if cpu.X86.HasSSE41 {
		all = append(all, scanRoutine{name: "sse41", vector: true, bounded: scanMarksSSE41, force: atLevel(scanSSE41)})
	} else {
		tb.Log("not tested: this CPU has no SSE4.1")
	}
	if cpu.X86.HasAVX2 {
		all = append(all, scanRoutine{name: "avx2", vector: true, bounded: scanMarksAVX2, force: atLevel(scanAVX2)})
	} else {
		tb.Log("not tested: this CPU has no AVX2")
	}
	return all
}

func TestScanLevelIsTheBestThereIs(t *testing.T) {
	want := scanScalar
	if cpu.X86.HasSSE41 {
		want = scanSSE41
	}
	if cpu.X86.HasAVX2 {
		want = scanAVX2
	}
	require.Equal(t, want, scanLevel)
}
