package result

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func report() Report {
	return Report{
		Environment: Environment{CPU: "cpu", GoVersion: "go1.26", OS: "linux", Arch: "amd64", Commit: "abc", Command: "bench",
			CPUs: 4, GOMAXPROCS: 2, Kernel: "6.1", When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), PingPongMedian: 120, PingPongLimit: 180, Neighbours: 1},
		Workloads: []Workload{{"W1", "title", "ns/event"}},
		Rows: []Row{{Workload: "W1", Subject: "s", Group: "g", Setting: "x", Batch: 1, Capacity: 8, Producers: 1, Consumers: 3,
			Load: 0.5, NsMedian: 2, NsQ1: 1, NsQ3: 3, Percentiles: map[string]float64{"p99.9": 7}, AgeP50: 20, AgeP99: 30, CPU: 0.25, RatioToChan: 4,
			RatioToChanQ1: 3, RatioToChanQ3: 5, Kept: 8, Total: 9, Runs: []float64{1, 2, 3}, Verified: true, FallsBehind: true}},
		Interrupted: "why",
	}
}

func TestReportComesBackFromItsFile(t *testing.T) {
	var file bytes.Buffer
	if err := Write(&file, report()); err != nil {
		t.Fatal(err)
	}
	want := Sound(report())
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nnot %+v, error %v", got, want, err)
	}
}

// Others read the file by these names.
func TestNamesInTheFile(t *testing.T) {
	var file bytes.Buffer
	r := report()
	r.Rows[0].Error = "e"
	if err := Write(&file, r); err != nil {
		t.Fatal(err)
	}
	var raw struct {
		Environment map[string]any
		Rows        []map[string]any
	}
	if err := json.Unmarshal(file.Bytes(), &raw); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields("workload subject group setting batch capacity producers consumers load ns_median ns_q1 " +
		"ns_q3 percentiles age_p50 age_p99 cpu ratio_to_chan ratio_to_chan_q1 ratio_to_chan_q3 kept total runs verified error falls_behind") {
		if _, ok := raw.Rows[0][name]; !ok {
			t.Errorf("a row has no %q", name)
		}
	}
	for _, name := range strings.Fields("cpu go_version os arch kernel commit command cpus gomaxprocs when ping_pong_median ping_pong_limit neighbours") {
		if _, ok := raw.Environment[name]; !ok {
			t.Errorf("the environment has no %q", name)
		}
	}
}

func TestReadSaysWhichFileIsNoReport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(path, []byte("["), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

func TestBestIsPerGroupAndCase(t *testing.T) {
	rows := []Row{
		{Group: "a", Setting: "slow", NsMedian: 3, Capacity: 1},
		{Group: "a", Setting: "fast", NsMedian: 2, Capacity: 1},
		{Group: "b", Setting: "only", NsMedian: 9, Capacity: 1},
		{Group: "a", Setting: "elsewhere", NsMedian: 1, Capacity: 2},
		{Group: "a", Setting: "failed", NsMedian: 0, Capacity: 1},
	}
	for _, row := range rows {
		want := row.Setting == "fast" || row.Setting == "only" || row.Setting == "elsewhere"
		if got := Best(rows, row); got != want {
			t.Errorf("%s of %s is best: %v", row.Setting, row.Group, got)
		}
	}
}

func TestFrontier(t *testing.T) {
	aged := func(name string, ns, p99 float64) Row {
		return Row{Subject: name, NsMedian: ns, AgeP99: p99, Verified: true}
	}
	bare, failed, liar := aged("bare", 1, 1), aged("failed", 1, 1), aged("liar", 1, 1)
	bare.Group, failed.Error, liar.Verified = Limit, "hung", false
	for _, tt := range []struct {
		why  string
		rows []Row
		want []string
	}{
		{"none", nil, nil},
		{"one", []Row{aged("a", 5, 50)}, []string{"a"}},
		{"the fastest first", []Row{aged("fresh", 9, 10), aged("fast", 5, 50)}, []string{"fast", "fresh"}},
		{"worse in both", []Row{aged("a", 5, 50), aged("b", 6, 60)}, []string{"a"}},
		{"as fast and older", []Row{aged("b", 5, 60), aged("a", 5, 50)}, []string{"a"}},
		{"as fresh and slower", []Row{aged("b", 6, 50), aged("a", 5, 50)}, []string{"a"}},
		{"the same", []Row{aged("a", 5, 50), aged("b", 5, 50), aged("c", 7, 40)}, []string{"a", "b", "c"}},
		{"no age, or no time", []Row{aged("b", 1, 0), aged("c", 0, 1), aged("a", 5, 50)}, []string{"a"}},
		{"what does not count", []Row{bare, failed, liar, aged("a", 5, 50)}, []string{"a"}},
	} {
		var got []string
		for _, r := range Frontier(tt.rows) {
			got = append(got, r.Subject)
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, not %v", tt.why, got, tt.want)
		}
	}
}
