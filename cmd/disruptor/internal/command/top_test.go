package command

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTopTakesFlagsBehindTargets(t *testing.T) {
	status, stdout, stderr := call("top ./none -once ./neither -every 100ms -ring x")
	require.Equal(t, failed, status)
	require.Empty(t, stdout)
	require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	require.Contains(t, stderr, "disruptor: ./none: ")
	require.Contains(t, stderr, "; ./neither: ")
}

// TestThePageOfTop: docs/top.md names each flag.
func TestThePageOfTop(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/top.md")
	if os.IsNotExist(err) {
		t.Skip("not in a checkout of the repository")
	}
	require.NoError(t, err)
	_, help, _ := call("top -h")
	flags := 0
	for line := range strings.Lines(help) {
		if name, ok := strings.CutPrefix(line, "  -"); ok {
			flags++
			require.Contains(t, string(page), "| `-"+strings.Fields(name)[0])
		}
	}
	require.Equal(t, 3, flags)
}
