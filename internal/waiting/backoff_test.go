package waiting

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRestsAdapt(t *testing.T) {
	for _, c := range []struct {
		name        string
		spins, n    int
		found, want int64
	}{
		{"a stream", 2, 1, 2, 4},
		{"a stream, at the second look", 2, 2, 3, 4},
		{"the most", 9, 1, 9, 16},
		{"a single event", 8, 1, 1, 4},
		{"none", 8, 1, 0, 4},
		{"a stream that the third look found", 8, 3, 5, 4},
		{"a late one", 16, 5, 5, 2},
		{"the least", 1, 1, 1, 1},
		{"a very late one", 16, 1000, 5, 1},
		{"a quarter of the ring", 2, 1, 16, 4},
		{"more: a longer rest would fill it", 2, 1, 17, 1},
	} {
		b := NewBackoff(16, 64, 64)
		b.spins = c.spins
		b.Adapt(c.found, c.n)
		require.EqualValues(t, c.want, b.spins, c.name)
	}
}

// Whether the processor is to spare decides at each look: a consumer that shares it with the producer does not rest.
func TestTheThirdLookThatFindsFewCallsForARest(t *testing.T) {
	defer ForceProcs(2)()
	b := NewBackoff(16, 64, 64)
	for range 2 {
		require.False(t, b.Hit())
		require.False(t, b.Hit())
		require.True(t, b.Hit())
		require.True(t, b.Hit(), "and each after it")
		ForceProcs(1)
		require.False(t, b.Hit())
		ForceProcs(2)
		b.Miss()
	}
}

// In a bubble the clock stands still as long as anyone runs, and a long rest yields and looks at it.
func TestALongRestEndsThoughTheClockStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer ForceProcs(2)()
		begin := time.Now()
		var w Wait
		w.Begin(&Strategy{Kind: KindYield}, t.Context(), nil, RestsFor(time.Millisecond))
		park, err := w.Step()
		require.NoError(t, err)
		require.False(t, park)
		require.Zero(t, time.Since(begin))
	})
}
