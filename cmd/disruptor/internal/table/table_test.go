package table

import (
	"bytes"
	"strings"
	"testing"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

var report = result.Report{
	Environment: result.Environment{CPU: "a processor", PingPongLimit: 180},
	Workloads:   []result.Workload{{Name: "W1", Title: "one", Unit: "ns/event"}, {Name: "W8", Title: "trip", Unit: "ns"}},
	Rows: []result.Row{
		{Workload: "W1", Subject: "ring", Group: "ring", Setting: "spin", Capacity: 64, NsMedian: 16.25, NsQ1: 15, NsQ3: 17,
			RatioToChan: 4, RatioToChanQ1: 3.5, RatioToChanQ3: 4.5, Kept: 8, Total: 9, Verified: true},
		{Workload: "W1", Subject: "ring", Group: "ring", Setting: "park", Capacity: 64, NsMedian: 30, Kept: 9, Total: 9, Verified: true},
		{Workload: "W1", Subject: "liar", Group: "liar", Setting: "x", Capacity: 64, Total: 1, Error: "1 of 2 words arrived"},
		{Workload: "W1", Subject: "ring", Group: "ring", Setting: "spin", Capacity: 128, Kept: 2, Total: 9, Verified: true, Error: "too few"},
		{Workload: "W8", Subject: "ring", Group: "ring", Setting: "spin", NsMedian: 300,
			Percentiles: map[string]float64{"p50": 300, "p99.9": 12345}, Kept: 9, Total: 9, Verified: true},
	},
}

func written(t *testing.T, all bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, report, all); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// line returns the first line that has all of the words.
func line(out string, words ...string) string {
	for l := range strings.Lines(out) {
		has := true
		for _, w := range words {
			has = has && strings.Contains(l, w)
		}
		if has {
			return l
		}
	}
	return ""
}

func TestBestSettingsAreShownAndMarked(t *testing.T) {
	best, all := written(t, false), written(t, true)
	if line(best, "* ring", "spin", "64", "16.2 ns", "15.0–17.0 ns", "4.00", "3.50–4.50", "8/9") == "" {
		t.Errorf("no line of the best setting in\n%s", best)
	}
	if strings.Contains(best, "park") {
		t.Errorf("a setting that is not the best in\n%s", best)
	}
	if l := line(all, "ring", "park", "30.0 ns"); l == "" || strings.Contains(l, "*") {
		t.Errorf("no line, or a marked one, of the other setting in\n%s", all)
	}
}

func TestWhatHasNoFigureSaysWhy(t *testing.T) {
	out := written(t, false)
	if line(out, "liar", "0/1", "failed: 1 of 2 words arrived") == "" || line(out, "ring", "128", "2/9", "too few") == "" {
		t.Errorf("in\n%s", out)
	}
}

func TestPercentilesReplaceQuartiles(t *testing.T) {
	_, out, _ := strings.Cut(written(t, false), "W8")
	if line(out, "p50", "p99.9") == "" || line(out, "300 ns", "12.3 µs") == "" || strings.Contains(out, "quartiles") {
		t.Errorf("in\n%s", out)
	}
}

func TestWhatFallsBehindIsNotRanked(t *testing.T) {
	slow := result.Row{Workload: "load", Subject: "queue", Group: "queue", Load: 0.9, NsMedian: 1.7e8, Kept: 9, Total: 9, Verified: true,
		RatioToChan: 299445, Percentiles: map[string]float64{"p50": 1.7e8, "p99": 3.3e8}}
	quick := slow
	quick.Subject, quick.Group, quick.NsMedian, quick.RatioToChan = "ring", "ring", 700, 0
	quick.Percentiles = map[string]float64{"p50": 700, "p99": 15.8e6}
	var out bytes.Buffer
	err := Write(&out, result.Report{Workloads: []result.Workload{{Name: "load", Unit: "ns"}}, Rows: []result.Row{slow, quick}}, true)
	if err != nil {
		t.Fatal(err)
	}
	if line(out.String(), "queue", "falls behind") == "" || line(out.String(), "* ring", "700 ns", "15.8 ms") == "" ||
		strings.Contains(out.String(), "170 ms") || strings.Contains(out.String(), "299,445.00") {
		t.Errorf("in\n%s", out.String())
	}
}

func TestAnInterruptedReportSaysSoFirst(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, result.Report{Interrupted: "stopped in W1: why"}, false); err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(out.String(), "\n"); !strings.HasPrefix(first, "Incomplete") || !strings.Contains(first, "why") {
		t.Errorf("%q", out.String())
	}
}

func TestTheUndominatedAreNamedInOrder(t *testing.T) {
	row := func(setting string, capacity int, ns, p99 float64) result.Row {
		return result.Row{Workload: "W1", Subject: "ring", Setting: setting, Batch: 1, Capacity: capacity, Producers: 1,
			NsMedian: ns, AgeP99: p99, Verified: true}
	}
	r := result.Report{
		Workloads: []result.Workload{{Name: "W1"}},
		Rows: []result.Row{row("fresh", 64, 20, 300), row("fast", 64, 10, 400), row("neither", 64, 30, 500),
			row("alone", 128, 10, 1234), row("without an age", 256, 10, 0)},
	}
	var out bytes.Buffer
	if err := Write(&out, r, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"undominated in time and p99 age, batch 1 of 64, 1 P: ring, fast (10.0 ns, 400 ns); ring, fresh (20.0 ns, 300 ns)\n",
		"undominated in time and p99 age, batch 1 of 128, 1 P: ring, alone (10.0 ns, 1.23 µs)\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if n := strings.Count(out.String(), "undominated"); n != 2 {
		t.Errorf("%d lines of undominated settings, not 2", n)
	}
	if line(out.String(), "p99 age") == "" || line(out.String(), "neither", "500") == "" {
		t.Errorf("no column of ages in\n%s", out.String())
	}
}
