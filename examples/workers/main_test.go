package main

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWorkers(t *testing.T) {
	for _, workers := range []int{1, 4} {
		got, err := run(5_000, workers)
		require.NoError(t, err)
		require.Equal(t, tally{done: 4_950, again: 450, setAside: 50}, got)
	}
}

func TestTallyFinds(t *testing.T) {
	for name, j := range map[string]job{
		"another job":  {number: 6},
		"wrong result": {number: 7, sum: sha256.Sum256([]byte("8"))},
	} {
		t.Run(name, func(t *testing.T) { require.Error(t, new(tally).add(7, &j)) })
	}
	require.NoError(t, new(tally).add(7, &job{number: 7, sum: sha256.Sum256([]byte("7"))}))
}
