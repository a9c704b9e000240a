package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, options{replicas: 1, events: 2000}))
	require.Contains(t, out.String(), "the stream ends before event 1000; the ring is fed from 900 to 2000\n")
	require.Contains(t, out.String(), "2000 events came back, each once and in order,")
	require.ErrorContains(t, run(t.Context(), &out, options{events: 1}), "-events 1")
}
