//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The feed is this test binary, started again.
func TestMain(m *testing.M) {
	for _, arg := range os.Args[1:] {
		if arg == "-feed" {
			main()
			return
		}
	}
	os.Exit(m.Run())
}

func TestEveryTickIsRead(t *testing.T) {
	var out strings.Builder
	require.NoError(t, read(t.Context(), &out, options{n: 20_000}))
	require.Contains(t, out.String(), "20000 ticks in")
	for _, s := range symbols {
		require.Contains(t, out.String(), s)
	}
}
