package waiting

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/machine"
)

// SpinWait panicked after 2^31 looks where int has 32 bits, 3 minutes and 41 seconds: the count of looks wrapped.
func TestAWaitCountsOnAfterABillionLooks(t *testing.T) {
	require.Zero(t, mostLooks/2%looksPeriod)
	for _, s := range []Strategy{
		{Kind: KindSpin}, {Kind: KindYield}, {Kind: KindSleep},
		{Kind: KindBlock, Spins: SpinsFor(0)}, {Kind: KindBlock, Spins: SpinsFor(time.Hour)},
	} {
		var w Wait
		w.Begin(&s, context.Background(), nil, 1)
		w.n, w.spun = mostLooks-3*spinPeriod, math.MaxInt32-3*spinPeriod
		for i := range 6 * spinPeriod {
			require.Positive(t, w.n)
			require.Less(t, w.n, mostLooks)
			want := s.Action(looksPeriod-3*spinPeriod+i, w.spun)
			require.Equal(t, want, s.Action(w.n, w.spun), "%v, %d looks on", s, i)
			w.nextLook()
			w.spun++
		}
	}
	own := 0
	user := Strategy{Kind: KindUser, User: func(n int) Action { own = n; return Spin }}
	var w Wait
	w.Begin(&user, context.Background(), nil, 8)
	w.n = mostLooks - 2
	for range 4 { // Step shifts the rest by the count
		_, err := w.Step()
		require.NoError(t, err)
	}
	require.Equal(t, mostLooks/2+1, own, "a user-defined strategy is told so, too")
	require.Equal(t, mostLooks/2+2, w.Looks())
}

func TestABudgetOfSpinsMayBeLong(t *testing.T) {
	require.Equal(t, int64(time.Hour/machine.SpinTime)+1, SpinsFor(time.Hour), "more than an int of 32 bits holds")
}

// A wait that is queued has registered what it waits for: all it may do is park.
func TestAfterParkOnlyTheStrategyIsAskedNoMore(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	asked := 0
	user := Strategy{Kind: KindUser, User: func(int) Action { asked++; return Yield }}
	var w Wait
	w.Begin(&user, ctx, nil, 1)
	park, err := w.Step()
	require.NoError(t, err)
	require.False(t, park)
	w.ParkOnly()
	for range 3 {
		park, err = w.Step()
		require.NoError(t, err)
		require.True(t, park)
	}
	require.Equal(t, 1, asked)
	cancel(context.Canceled)
	park, err = w.Step()
	require.False(t, park)
	require.ErrorIs(t, err, context.Canceled)
}
