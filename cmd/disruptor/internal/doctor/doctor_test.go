package doctor

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

func TestRunSaysWhatTheLibraryHasFound(t *testing.T) {
	var out strings.Builder
	require.NoError(t, Run(t.Context(), &out))
	m := disruptor.ThisMachine()
	account := m.String()
	for line := range strings.Lines(account) {
		require.Contains(t, out.String(), "  "+strings.TrimSuffix(line, "\n"))
	}
	for _, part := range []string{
		"Machine\n", m.CPU, runtime.GOARCH, "\n  CPUs ", "cache line", "\nFrom core to core", "\nWait strategy\n", "BlockWait", "\nCapacity", "256 bytes",
	} {
		require.Contains(t, out.String(), part)
	}
	require.Equal(t, needsFence(account), strings.Contains(out.String(), "at the median"))
}

// The account is text: if its words change, the doctor has to follow.
func TestTheAccountSaysWhetherAFenceIsNeeded(t *testing.T) {
	require.Regexp(t, `(?m)^process fence  (not needed|membarrier|stop-the-world)$`, disruptor.ThisMachine().String())
	require.True(t, needsFence("CPU            one\nprocess fence  membarrier\nGOMAXPROCS     2"))
	require.True(t, needsFence("process fence  stop-the-world"))
	require.False(t, needsFence("process fence  not needed\nGOMAXPROCS     2"))
}

func TestRunEndsWithItsContext(t *testing.T) {
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	var out strings.Builder
	require.ErrorIs(t, Run(ctx, &out), gone)
	require.Contains(t, out.String(), "Machine\n", "what was found before")
	require.NotContains(t, out.String(), "Wait strategy", "no advice from half of the facts")
}

func TestRunReturnsTheErrorOfTheWriter(t *testing.T) {
	full := errors.New("full")
	for room := range 2 {
		require.ErrorIs(t, Run(t.Context(), &writerWithRoom{room, full}), full)
	}
}

// A writerWithRoom takes that many writes.
type writerWithRoom struct {
	room int
	err  error
}

func (w *writerWithRoom) Write(p []byte) (int, error) {
	if w.room == 0 {
		return 0, w.err
	}
	w.room--
	return len(p), nil
}
