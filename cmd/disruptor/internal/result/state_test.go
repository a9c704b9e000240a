package result

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheStateOfARow(t *testing.T) {
	for _, c := range []struct {
		row   Row
		state State
		note  string
	}{
		{Row{Verified: true, NsMedian: 1}, Ranked, ""},
		{Row{NsMedian: 1}, Failed, "failed: not verified: events were lost, repeated or out of order"},
		{Row{Error: "hung"}, Failed, "failed: hung"},
		{Row{Verified: true, Error: "2 of 9 runs kept: too few for a figure"}, TooFew, "2 of 9 runs kept: too few for a figure"},
		{Row{Verified: true, NsMedian: 1e5, FallsBehind: true}, Saturated, "falls behind"},
		{Row{Verified: true, NsMedian: 1.7e8, Load: 0.9}, Saturated, "falls behind"}, // of an older version
		{Row{Verified: true, NsMedian: 1e5, Load: 0.9}, Ranked, ""},
		{Row{Verified: true, NsMedian: 1.7e8}, Ranked, ""}, // a slow round trip
	} {
		require.Equal(t, c.state, c.row.State(), "%+v", c.row)
		require.Equal(t, c.note, c.row.Note(), "%+v", c.row)
	}
}

func TestARatioNeedsABaseline(t *testing.T) {
	row := func(group string, capacity int, ratio float64) Row {
		return Row{Subject: group, Group: group, Capacity: capacity, NsMedian: 10, Verified: true, RatioToChan: ratio, RatioToChanQ1: 1, RatioToChanQ3: 9}
	}
	few := row(Baseline, 2, 1)
	few.NsMedian, few.Error = 0, "1 of 8 runs kept: too few for a figure"
	behind := row(Baseline, 3, 1)
	behind.FallsBehind = true
	lying := row(Baseline, 4, 1)
	lying.Verified = false
	late := row("late", 1, 0.001)
	late.FallsBehind = true
	got := Sound(Report{Rows: []Row{row("ring", 1, 5), row(Baseline, 1, 1), late, row("ring", 2, 7), few, row("ring", 3, 299445), behind, row("ring", 4, 8), lying, row("ring", 5, 9)}})
	for i, want := range []float64{5, 1, 0, 0, 0, 0, 0, 0, 0, 0} {
		r := got.Rows[i]
		require.Equal(t, want, r.RatioToChan, "row %d", i)
		require.Equal(t, want == 0, r.RatioToChanQ1 == 0 && r.RatioToChanQ3 == 0, "row %d", i)
	}
}
