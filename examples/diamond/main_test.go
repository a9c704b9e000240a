package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDiamond(t *testing.T) {
	text, err := diamond(16)
	require.NoError(t, err)
	require.Equal(t, "FizzBuzz 1 2 Fizz 4 Buzz Fizz 7 8 Fizz Buzz 11 Fizz 13 14 FizzBuzz",
		strings.Join(strings.Fields(string(text)), " "))
}

// There are more numbers than slots, so that the stages gate the producer for several laps.
func TestDiamondManyLaps(t *testing.T) {
	const n = 10_000
	text, err := diamond(n)
	require.NoError(t, err)
	lines := strings.Fields(string(text))
	require.Len(t, lines, n)
	require.Equal(t, "Buzz", lines[n-5])
	require.Equal(t, "Fizz", lines[n-1])
}
