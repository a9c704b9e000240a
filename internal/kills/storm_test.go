//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"testing"
	"time"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

func TestStorm(t *testing.T) {
	for _, marks := range []shm.Marks{shm.EmbeddedMarks, shm.SeparateMarks} {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		storm := Downpour(int64(rounds(100)), 0)
		storm.Marks = marks
		tally, err := storm.Run(ctx)
		t.Log(tally)
		require.NoError(t, err)
	}
}

func TestTorture(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	tally, err := Torture(int64(rounds(200)), 0).Run(ctx)
	t.Log(tally)
	require.NoError(t, err)
}
