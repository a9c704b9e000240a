//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"testing"
	"time"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// Four producers and three consumers, one of them in another process, of two stages.
func TestStorm(t *testing.T) {
	for _, marks := range []shm.Marks{shm.EmbeddedMarks, shm.SeparateMarks} {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		tally, err := Storm{
			Producers: 4,
			Consumers: []Member{{Name: "first", Here: true}, {Name: "held", Held: true}, {Name: "last", After: []string{"first", "held"}, Here: true}},
			Marks:     marks,
			Kills:     100,
		}.Run(ctx)
		t.Log(tally)
		require.NoError(t, err)
	}
}

// All kinds of consumers, in three stages.
func TestTorture(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	tally, err := Torture(200, 0).Run(ctx)
	t.Log(tally)
	require.NoError(t, err)
}
