package harness

import (
	"math"
	"slices"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		{nil, 0.5, 0},
		{[]float64{7}, 0.25, 7},
		{[]float64{7}, 0.75, 7},
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{4, 1, 3, 2}, 0.5, 2.5},
		{[]float64{5, 4, 3, 2, 1}, 0.25, 2},
		{[]float64{5, 4, 3, 2, 1}, 0.75, 4},
		{[]float64{5, 4, 3, 2, 1}, 0, 1},
		{[]float64{5, 4, 3, 2, 1}, 1, 5},
	} {
		if got := Quantile(tt.values, tt.q); got != tt.want {
			t.Errorf("quantile %v of %v is %v, not %v", tt.q, tt.values, got, tt.want)
		}
	}
}

func TestLimitIsSetByTheMachineAtItsBest(t *testing.T) {
	// a quarter of the ping-pongs are normal; the slow mode must not raise the limit
	pings := []float64{100, 110, 500, 500, 500, 520, 520, 520}
	if got := limit(pings); got <= 110 || got >= 500*slowest {
		t.Errorf("limit %v", got)
	}
	if got, want := limit([]float64{100, 100, 100, 500}), slowest*100; got != want {
		t.Errorf("limit %v, not %v", got, want)
	}
}

func TestKept(t *testing.T) {
	runs := []run{{round: 0, ping: 100}, {round: 1, ping: 161}, {round: 2, ping: 160}}
	got := kept(runs, 160)
	if len(got) != 2 || got[0].round != 0 || got[1].round != 2 {
		t.Errorf("kept %v", got)
	}
	if len(runs) != 3 || runs[1].round != 1 {
		t.Errorf("the runs were changed to %v", runs)
	}
}

func TestRatiosPairRunsOfARound(t *testing.T) {
	channel := []run{{round: 0, value: 50}, {round: 1, value: 100}, {round: 3, value: 60}}
	subject := []run{{round: 3, value: 20}, {round: 1, value: 25}, {round: 2, value: 1}}
	if got := ratios(channel, subject); !slices.Equal(got, []float64{3, 4}) {
		t.Errorf("ratios %v, not [3 4]: the rounds that both have", got)
	}
	if got := ratios(nil, subject); len(got) != 0 {
		t.Errorf("ratios %v to no channel", got)
	}
}

func TestSpread(t *testing.T) {
	got := spreadOf([]float64{1, 2, 3, 4, 5})
	if got != (spread{2, 3, 4}) {
		t.Errorf("spread %v", got)
	}
}

func TestRound3(t *testing.T) {
	if got := round3(1.23456); math.Abs(got-1.235) > 1e-12 {
		t.Errorf("%v", got)
	}
}
