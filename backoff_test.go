package disruptor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoffIsBounded(t *testing.T) {
	for backoff, rests := range map[time.Duration]int{-1: 1, 0: 16, 1: 1, 29: 1, 60: 2, time.Microsecond: 33, time.Millisecond: 33333} {
		r := newRing[int](t, Config{Capacity: 64, Backoff: backoff})
		require.Equal(t, rests, r.core.idle.rests, backoff)
	}
	require.PanicsWithValue(t, "disruptor: Backoff of 1.000001ms: more than 1ms", func() {
		_, _ = New[int](Config{Capacity: 64, Backoff: time.Millisecond + 1})
	})
}

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
		w := wait{idling: &idling{rests: 16}, n: c.n, spins: c.spins}
		require.EqualValues(t, c.want, w.adapt(c.found, 64), c.name)
	}
}

// Three looks that find few, one after the other, are followed by a rest; a wait in between, or a look that finds many,
// begins anew.
func TestLooksThatFindFewAreFollowedByARest(t *testing.T) {
	defer procs.store(procs.load())
	r := newRing[int](t, Config{Capacity: 256, Wait: YieldWait{}})
	procs.store(2)
	p, c := newProducer(r), r.Consumer("c")
	next := func(published, want int) {
		t.Helper()
		for range published {
			require.True(t, p.TrySend(0))
		}
		b, err := c.Next(testContext(t))
		require.NoError(t, err)
		require.Equal(t, want, b.Len())
		c.Done(b)
	}
	next(1, 1)
	next(63, 63)
	require.Equal(t, 2, c.hits)
	next(64, 64)
	require.Equal(t, 2, c.hits, "many")
	_, err := c.Next(cancelled())
	require.Error(t, err)
	require.Zero(t, c.hits, "a wait")
	for i := range 5 {
		next(1, 1)
		require.Equal(t, i+1, c.hits)
	}

	from, to := c.Position(), c.Position()+1
	require.True(t, p.TrySend(0))
	_, found := c.look()
	require.Equal(t, to, found)
	for range 3 { // during the rest, so to speak
		require.True(t, p.TrySend(0))
	}
	c.spins = 2
	require.Equal(t, to+3, c.gather(from, to), "what has come during the rest is handed out, too")
	require.Equal(t, 4, c.spins)
}

func TestWithoutBackoffNobodyRestsOnWhatThereIs(t *testing.T) {
	for _, cfg := range []Config{{Capacity: 64, Backoff: -1}, {Capacity: 2}, {Capacity: 64, MaxBatch: 1}} {
		r := newRing[int](t, cfg)
		p, c := newProducer(r), r.Consumer("c")
		for range 8 {
			require.True(t, p.TrySend(0))
			b, err := c.Next(context.Background())
			require.NoError(t, err)
			c.Done(b)
			require.Zero(t, c.hits, cfg)
		}
	}
}

// In a bubble the clock stands still as long as anyone runs, and a long rest yields and looks at it.
func TestALongRestEndsThoughTheClockStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer procs.store(procs.load())
		procs.store(2)
		r := newRing[int](t, Config{Capacity: 1 << 10, Wait: YieldWait{}, Backoff: time.Millisecond})
		c := r.Consumer("c")
		begin := time.Now()
		w := r.core.newWait(t.Context())
		w.spins = r.core.idle.rests
		park, err := w.idle()
		require.NoError(t, err)
		require.False(t, park)
		require.Zero(t, time.Since(begin))
		c.Close()
	})
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
