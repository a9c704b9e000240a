package command

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// Neighbours are this program, started again.
func TestMain(m *testing.M) {
	child.Main()
	os.Exit(m.Run())
}

// fixed is two families: one that takes so long for everything, and one that fails.
var fixed = []harness.Family{
	func(harness.Case) []harness.Subject {
		return []harness.Subject{{Name: "steady", Group: "steady", Setting: "x", Run: func(n int64) (harness.Sample, error) {
			return harness.Sample{Took: time.Duration(n) * 10}, nil
		}}}
	},
	func(harness.Case) []harness.Subject {
		return []harness.Subject{{Name: "liar", Group: "liar", Setting: "x", Run: func(int64) (harness.Sample, error) {
			return harness.Sample{}, errors.New("1 of 2 words arrived")
		}}}
	},
}

func TestBenchWritesWhatItIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), []string{"bench", "-quick", "-rounds", "4", "-workload", "W6", "-json", file("j"),
		"-html", file("h"), "-raw", file("r")}, &stdout, &stderr, fixed)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stdout.String(), "liar") || !strings.Contains(stdout.String(), "1 of 2 words arrived") {
		t.Errorf("no line of the subject that failed in\n%s", stdout.String())
	}
	r, err := result.Read(file("j"))
	if err != nil || len(r.Rows) != 2 || len(r.Workloads) != 1 {
		t.Fatalf("%+v, error %v", r, err)
	}
	for _, row := range r.Rows {
		if row.Workload != "W6" || row.Verified != (row.Subject == "steady") {
			t.Errorf("row %+v", row)
		}
	}
	if r.Environment.GOMAXPROCS == 0 || r.Environment.PingPongLimit == 0 || !strings.Contains(r.Environment.Command, "-rounds 4") {
		t.Errorf("environment %+v", r.Environment)
	}
	for _, name := range []string{"h", "r"} {
		if data, err := os.ReadFile(file(name)); err != nil || !bytes.Contains(data, []byte("liar")) {
			t.Errorf("%d bytes in file %s, error %v", len(data), name, err)
		}
	}
	stdout.Reset()
	if err := run(context.Background(), []string{"table", file("j")}, &stdout, &stderr, nil); err != nil {
		t.Error(err)
	}
	if !strings.Contains(stdout.String(), "| failed |") {
		t.Errorf("no failed cell in\n%s", stdout.String())
	}
}

func TestBenchKeepsWhatItHasWhenItIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	runs := 0
	stopping := func(harness.Case) []harness.Subject {
		return []harness.Subject{{Name: "x", Group: "x", Run: func(int64) (harness.Sample, error) {
			if runs++; runs == 4 {
				cancel()
			}
			return harness.Sample{Took: 1}, nil
		}}}
	}
	var stdout, stderr bytes.Buffer
	err := run(ctx, []string{"bench", "-workload", "W6,W7"}, &stdout, &stderr, []harness.Family{stopping})
	if !errors.Is(err, context.Canceled) || !strings.Contains(stdout.String(), "W6") || strings.Contains(stdout.String(), "W7") {
		t.Errorf("error %v, and\n%s", err, stdout.String())
	}
}

func TestNeighboursRunBesideEachRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), []string{"bench", "-quick", "-rounds", "3", "-workload", "W6", "-neighbour", "1", "-json", path},
		&stdout, &stderr, fixed[:1])
	if err != nil {
		t.Fatal(err)
	}
	if r, err := result.Read(path); err != nil || r.Environment.Neighbours != 1 || len(r.Rows) != 1 || r.Rows[0].Total < 3 {
		t.Errorf("%+v, error %v", r, err)
	}
	if !strings.Contains(stdout.String(), "1 busy neighbour") {
		t.Errorf("no neighbour in\n%s", stdout.String())
	}
}

func TestList(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := run(context.Background(), []string{"bench", "-list"}, &stdout, &stderr, nil); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(stdout.String(), "\n"); lines < 20 || !strings.Contains(stdout.String(), "W10") {
		t.Errorf("%d lines:\n%s", lines, stdout.String())
	}
}

func TestBadArguments(t *testing.T) {
	for _, args := range []string{"", "benhc", "table", "table no-such-file", "bench W1", "bench -workload W0", "bench -rounds -1", "bench -neighbour -1", "bench -wrokload W1"} {
		var stdout, stderr bytes.Buffer
		if err := run(context.Background(), strings.Fields(args), &stdout, &stderr, nil); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
