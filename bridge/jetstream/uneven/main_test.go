package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table in docs/scaling.md is what the program prints.
func TestTextHasTheOutput(t *testing.T) {
	var out strings.Builder
	table(&out)
	text, err := os.ReadFile("../../../docs/scaling.md")
	require.NoError(t, err)
	require.Contains(t, string(text), out.String())
}

func TestEvenLoadOnOnePartition(t *testing.T) {
	require.InDelta(t, 1, overload([][]float64{zipf(1)}, 1)[0], 1e-9)
	one := make([]float64, keys)
	one[0] = 1 // all of the load on one key
	require.InDelta(t, 16, overload([][]float64{one}, 16)[0], 1e-9)
}
