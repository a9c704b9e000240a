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
	if line(best, "* ring", "spin", "64", "16.2", "15.0–17.0", "4.00", "3.50–4.50", "8/9") == "" {
		t.Errorf("no line of the best setting in\n%s", best)
	}
	if strings.Contains(best, "park") {
		t.Errorf("a setting that is not the best in\n%s", best)
	}
	if l := line(all, "ring", "park", "30.0"); l == "" || strings.Contains(l, "*") {
		t.Errorf("no line, or a marked one, of the other setting in\n%s", all)
	}
}

func TestWhatHasNoFigureSaysWhy(t *testing.T) {
	out := written(t, false)
	if line(out, "liar", "0/1", "1 of 2 words arrived") == "" || line(out, "ring", "128", "2/9", "too few") == "" {
		t.Errorf("in\n%s", out)
	}
}

func TestPercentilesReplaceQuartiles(t *testing.T) {
	_, out, _ := strings.Cut(written(t, false), "W8")
	if line(out, "p50", "p99.9") == "" || line(out, "300", "12345") == "" || strings.Contains(out, "quartiles") {
		t.Errorf("in\n%s", out)
	}
}

func TestDigits(t *testing.T) {
	for v, want := range map[float64]string{0: "", 0.034: "0.03", 0.25: "0.25", 1: "1.00", 9.876: "9.88", 16.26: "16.3", 123.4: "123", 12345.6: "12346"} {
		if got := Digits(v); got != want {
			t.Errorf("%v is written %q, not %q", v, got, want)
		}
	}
}
