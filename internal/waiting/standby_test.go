package waiting

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAWaitThatBeginsGivesWayToWhoStandsBy(t *testing.T) {
	for _, c := range []struct {
		name  string
		s     Strategy
		first Action // while one stands by
	}{
		{"spin", Strategy{Kind: KindSpin}, Spin},
		{"yield", Strategy{Kind: KindYield}, Yield},
		{"sleep", Strategy{Kind: KindSleep}, Yield},
		{"block", Strategy{Kind: KindBlock, Spins: SpinsFor(0)}, Yield},
		{"block, parks at once", Strategy{Kind: KindBlock, Spins: SpinsFor(-1)}, Park},
		{"user", Strategy{Kind: KindUser, User: func(int) Action { return Spin }}, Spin},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w Wait
			w.Begin(&c.s, t.Context(), nil, 1)
			require.Zero(t, StandingBy())
			alone := w.action()
			Roused()
			require.Equal(t, c.first, w.action())
			if alone == Spin {
				w.nextLook()
				require.Equal(t, Spin, w.action(), "once, or two that wait would yield to each other and nobody look")
			}
			w.ParkOnly()
			require.Equal(t, Park, w.action())
			Running()
		})
	}
}

func TestWhoYieldsStandsBy(t *testing.T) {
	for seen := int64(-1); seen != 1; {
		require.LessOrEqual(t, seen, int64(0), "more stand by than yield")
		done := make(chan int64, 1)
		go func() { done <- StandingBy() }()
		for len(done) == 0 {
			yield()
		}
		seen = <-done // 0: another processor ran it, beside this goroutine
		runtime.Gosched()
	}
	require.Zero(t, StandingBy())
}
