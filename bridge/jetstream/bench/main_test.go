package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBench(t *testing.T) {
	var out strings.Builder
	o := options{replicas: 1, size: 16, rate: 1000, duration: 20 * time.Millisecond, rounds: 1}
	require.NoError(t, run(t.Context(), &out, o))
	require.Contains(t, out.String(), "\n| ring, batches of 256 | ")
	o.size = 7
	require.ErrorContains(t, run(t.Context(), &out, o), "-size 7")
}
