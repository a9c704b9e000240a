package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFanin(t *testing.T) {
	var log bytes.Buffer
	require.NoError(t, fanin(&log, 4, 2_000))
	require.NoError(t, check(log.Bytes(), 4, 2_000))
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// The loggers must not hang on a ring whose writer is gone.
func TestWriterFails(t *testing.T) {
	full := errors.New("disk full")
	require.ErrorIs(t, fanin(failing{full}, 4, 2_000), full)
}

func TestCheckFinds(t *testing.T) {
	for name, log := range map[string]string{
		"lost":     "0 0\n1 0\n1 1\n",
		"doubled":  "0 0\n0 1\n1 0\n1 1\n1 1\n",
		"reversed": "0 1\n0 0\n1 0\n1 1\n",
		"foreign":  "0 0\n0 1\n1 0\n1 1\n2 0\n",
		"torn":     "0 0\n0 1\n1 0\n1",
	} {
		t.Run(name, func(t *testing.T) { require.Error(t, check([]byte(log), 2, 2)) })
	}
	require.NoError(t, check([]byte("1 0\n0 0\n0 1\n1 1\n"), 2, 2))
}
