package waiting

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// finds steps through a wait that finds what it waits for at the given look, counted from 1.
func finds(t *testing.T, g *GiveWay, s *Strategy, look int) (steps []Action) {
	t.Helper()
	var w Wait
	w.Begin(s, t.Context(), nil, 4)
	g.Begin(&w, 1)
	for range look {
		_, err := w.Step()
		require.NoError(t, err)
		steps = append(steps, w.last)
	}
	g.End(&w)
	return steps
}

func TestWaitsGiveWayOnceOneHasEndedByAYieldOrAPark(t *testing.T) {
	defer ForceProcs(2)()
	yields := &Strategy{Kind: KindYield}
	parks := &Strategy{Kind: KindBlock, Spins: 2}
	var g GiveWay
	require.Equal(t, []Action{Spin, Spin}, finds(t, &g, yields, 2))
	require.Equal(t, []Action{Spin}, finds(t, &g, yields, 1), "nothing was learnt")

	ends := finds(t, &g, yields, yieldPeriod+1)
	require.Equal(t, Yield, ends[yieldPeriod])
	for range waysGiven {
		require.Equal(t, []Action{giveWay}, finds(t, &g, yields, 1))
	}
	require.Equal(t, []Action{Spin}, finds(t, &g, yields, 1), "now and then it finds out whether to spin would do")
	require.Equal(t, []Action{Spin}, finds(t, &g, yields, 1), "and it would")

	require.Equal(t, []Action{Spin, Park}, finds(t, &g, parks, 2))
	require.Equal(t, []Action{giveWay, Spin, Spin}, finds(t, &g, yields, 3), "what it waited for came from elsewhere")
	require.Equal(t, []Action{Spin}, finds(t, &g, yields, 1))
}

// A consumer that keeps up would keep the others off its processor.
func TestConsumersOfSeveralYieldAtEachWaitOrNowAndThenInAStream(t *testing.T) {
	defer ForceProcs(4)()
	begins := func(g *GiveWay, s *Strategy, consumers, spins int) bool {
		var w Wait
		w.Begin(s, t.Context(), nil, spins)
		g.Begin(&w, consumers)
		return w.first
	}
	yields := &Strategy{Kind: KindYield}
	spin := &Strategy{Kind: KindSpin}
	var one, alone, near, spins, crowded, many GiveWay
	worker := GiveWay{Worker: true}
	for i := range 3 * restsPerYield {
		require.Equal(t, i%restsPerYield == restsPerYield-1, begins(&one, yields, 3, 2), i)
		require.False(t, begins(&alone, yields, 1, 2), "several producers would own the processors")
		require.False(t, begins(&near, yields, 3, 1), "an answer is waited for closely")
		require.True(t, begins(&crowded, yields, 4, 1), "not all can run at once")
		require.Equal(t, i%3 == 2, begins(&many, yields, 12, 1), "as many as four would")
		require.False(t, begins(&worker, yields, 4, 1), "another one may run")
		require.False(t, begins(&spins, spin, 4, 2))
	}
	for range restsPerYield - 1 {
		one.Rest(yields, 3, 2) // counts, too
	}
	require.True(t, begins(&one, yields, 3, 2))
	ForceProcs(1)
	require.False(t, begins(&alone, yields, 1, 2))
}

func TestWhoNeverGivesWay(t *testing.T) {
	defer ForceProcs(2)()
	for _, s := range []*Strategy{
		{Kind: KindSpin},
		{Kind: KindUser, User: func(int) Action { return Spin }},
	} {
		require.Equal(t, []Action{Spin}, finds(t, &GiveWay{left: 1}, s, 1))
	}
	require.Equal(t, []Action{Park}, finds(t, &GiveWay{left: 1}, &Strategy{Kind: KindBlock}, 1))
	g := GiveWay{left: 1}
	var w Wait
	w.Begin(&Strategy{Kind: KindBlock, Spins: 2}, t.Context(), nil, 1)
	g.Begin(&w, 1)
	w.ParkOnly()
	park, err := w.Step()
	require.NoError(t, err)
	require.True(t, park)
}

// The first rest, and the time before a park, are what they are without.
func TestToGiveWayIsNoLook(t *testing.T) {
	defer ForceProcs(2)()
	g := GiveWay{left: 1}
	var w Wait
	w.Begin(&Strategy{Kind: KindBlock, Spins: 8}, t.Context(), nil, 8)
	g.Begin(&w, 1)
	_, err := w.Step()
	require.NoError(t, err)
	require.Zero(t, w.Looks())
	require.Zero(t, w.spun)
	_, err = w.Step()
	require.NoError(t, err)
	require.Equal(t, 1, w.Looks())
	require.EqualValues(t, 8, w.spun)
}

func TestAWaitThatGivesWaySeesItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	g := GiveWay{left: 1}
	var w Wait
	w.Begin(&Strategy{Kind: KindYield}, ctx, nil, 1)
	g.Begin(&w, 1)
	_, err := w.Step()
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
