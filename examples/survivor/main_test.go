//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Each producer is this test binary, started again.
func TestMain(m *testing.M) {
	for _, arg := range os.Args[1:] {
		if arg == "-ring" {
			main()
			return
		}
	}
	os.Exit(m.Run())
}

func TestThePipelineSurvives(t *testing.T) {
	var out strings.Builder
	require.NoError(t, survive(t.Context(), &out, options{kills: 5, every: time.Millisecond, dir: "/dev/shm"}))
	require.Contains(t, out.String(), "5 producers killed")
}
