package report

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

func measured(name string, q1, median, q3 float64) result.Row {
	return result.Row{Subject: name, NsQ1: q1, NsMedian: median, NsQ3: q3, Verified: true}
}

func TestLeadersAreThoseWhoseSpreadsMeet(t *testing.T) {
	bare := measured("bare memory", 1, 2, 3)
	bare.Group = limit
	for _, c := range []struct {
		why  string
		rows []result.Row
		want []bool
	}{
		{"nobody", nil, []bool{}},
		{"only a failure", []result.Row{{NsMedian: 1}}, []bool{false}},
		{"clear", []result.Row{measured("a", 9, 10, 11), measured("b", 12, 13, 14)}, []bool{true, false}},
		{"meeting", []result.Row{measured("a", 9, 10, 12), measured("b", 12, 13, 14), measured("c", 13, 14, 15)}, []bool{true, true, false}},
		{"no spread", []result.Row{measured("a", 0, 10, 0), measured("b", 0, 10, 0), measured("c", 0, 11, 0)}, []bool{true, true, false}},
		{"a failure does not tie", []result.Row{measured("a", 9, 10, 11), {NsMedian: 10, Error: "hung"}}, []bool{true, false}},
		{"limits don't compete", []result.Row{bare, measured("a", 9, 10, 11)}, []bool{false, true}},
	} {
		require.Equal(t, c.want, leaders(c.rows), c.why)
	}
}

func TestAFamilyIsAsGoodAsItsBestSetting(t *testing.T) {
	rows := []result.Row{{Subject: "a", Group: "g", Setting: "1"}, {Subject: "a", Group: "g", Setting: "2"}, {Subject: "b"}, {Subject: "c", Group: "g"}, {Subject: "c"}}
	var names []string
	for _, r := range best(rows) {
		names = append(names, name(r))
	}
	require.Equal(t, []string{"a · 1", "b", "c"}, names)
}

func TestOrderIsBySpeedWithFailuresLast(t *testing.T) {
	failed, few, behind := measured("failed", 1, 1, 1), measured("few", 0, 0, 0), measured("behind", 1, 1, 1)
	failed.Verified, few.Error, behind.FallsBehind = false, "1 of 9 runs kept", true
	busy, idle := measured("busy", 0, 0, 0), measured("idle", 0, math.NaN(), 0)
	busy.CPU, idle.CPU = 0.9, 0.1
	rows := []result.Row{failed, few, behind, busy, measured("slow", 8, 9, 10), idle, measured("fast", 1, 2, 3)}
	slices.SortStableFunc(rows, bySpeed)
	var names []string
	for _, r := range rows {
		names = append(names, r.Subject)
	}
	require.Equal(t, []string{"fast", "slow", "idle", "busy", "behind", "few", "failed"}, names)
}

func TestConfigurationsAreComparedApart(t *testing.T) {
	rows := []result.Row{
		{Subject: "a", Batch: 16, Capacity: 1 << 14, Producers: 3, Consumers: 1},
		{Subject: "a", Load: 0.9, Producers: 1},
		{Subject: "b", Batch: 16, Capacity: 1 << 14, Producers: 3, Consumers: 1},
		{Subject: "c"}, {Subject: "d"},
	}
	all := configurations(rows)
	require.Len(t, all, 3)
	require.Equal(t, "batch\u00a016 · 16,384\u00a0slots · 3\u00a0producers · 1\u00a0consumer", all[0].caption())
	require.Len(t, all[0].rows, 2)
	require.Equal(t, "90\u00a0%\u00a0of\u00a0saturation · 1\u00a0producer", all[1].caption())
	require.Len(t, all[2].rows, 2)
	require.Empty(t, all[2].caption())
}

func TestFigures(t *testing.T) {
	for v, want := range map[float64]string{
		0.001234: "0.0012", 1.775: "1.77", 9.1: "9.10", 16.32: "16.3", 180.59: "181", 1480: "1,480", 1234567: "1,234,567",
		0: none, -3: none, math.Inf(1): none,
	} {
		require.Equal(t, want, figure(v))
	}
	require.Equal(t, none, figure(math.NaN()))
	require.Equal(t, none, timeOf(math.Inf(1)))
	require.Equal(t, []string{"15.8 ms", "14.3–17.0 ns", none}, []string{timeOf(15_769_599), timeSpread(14.3, 17), timeSpread(0, 17)})
	require.Equal(t, []string{"500 ns", "1 µs", "20 µs", "5 ms", "2 s"},
		[]string{duration(500), duration(1e3), duration(2e4), duration(5e6), duration(2e9)})
	require.Equal(t, "-1,000", count(-1000))
	require.Equal(t, []string{"0 %", "0.0014 %", "5.56 %"}, []string{percent(0), percent(0.000014), percent(0.0556)})
	require.Equal(t, none, percent(math.NaN()))
}

func TestPercentilesAreInOrder(t *testing.T) {
	c := columnsOf([]result.Row{{Percentiles: map[string]float64{"mean": 1, "p99.9": 1, "p50": 1, "max": 1, "p99": 1}}})
	require.Equal(t, []string{"p99", "p99.9", "max", "mean"}, c.Percentiles, "p50 is the median")
	require.True(t, c.Median)
}
