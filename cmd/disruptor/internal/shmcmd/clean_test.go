package shmcmd

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNothingRawReachesTheTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"/dev/shm/ring": "/dev/shm/ring", "a\x1b[2J": `"a\x1b[2J"`, "\x9b2J": `"\x9b2J"`, "two\nlines": `"two\nlines"`,
	} {
		require.Equal(t, want, clean(text))
	}
}
