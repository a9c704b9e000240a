package disruptor

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThisMachineSaysWhatTheLibraryDoes(t *testing.T) {
	m := ThisMachine()
	require.Equal(t, stride, m.Stride)
	require.NotEmpty(t, m.StrideReason)
	require.Equal(t, hasAsm, m.Assembly)
	require.Equal(t, hintTime, m.Hint)
	require.Equal(t, hintsPerSpin, m.HintsPerSpin)
	require.Equal(t, runtime.GOMAXPROCS(0), m.Procs)
	require.Equal(t, !buffersStores, m.ProcessFence == "not needed")
	forceStopTheWorld = true
	defer func() { forceStopTheWorld = false }()
	require.Equal(t, buffersStores, ThisMachine().ProcessFence == "stop-the-world")
}
