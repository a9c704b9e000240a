package workloads

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

func names(all []Workload) []string {
	var n []string
	for _, w := range all {
		n = append(n, w.Name)
	}
	return n
}

func TestSelect(t *testing.T) {
	for _, tt := range []struct {
		list string
		want []string
	}{
		{"W1", []string{"W1"}}, // and not W10
		{"w6,W1", []string{"W6", "W1"}},
		{"W8", []string{"W8", "W8-idle"}}, // and not W8b
		{"W8b-idle", []string{"W8b-idle"}},
		{"S8", []string{"S8", "S8-56", "S8-block"}},
		{"s9", []string{"S9-attach", "S9-orphan"}},
	} {
		got, err := Select(tt.list)
		if err != nil || !slices.Equal(names(got), tt.want) {
			t.Errorf("%s: %v, error %v", tt.list, names(got), err)
		}
	}
	if _, err := Select("W1,W77"); err == nil || !strings.Contains(err.Error(), "W77") || !strings.Contains(err.Error(), "-list") {
		t.Errorf("there is no W77, error %v", err)
	}
	if got, err := Select(""); err != nil || len(got) != len(All()) {
		t.Errorf("%d of all workloads, error %v", len(got), err)
	}
}

// fixedRate is a family of this library's group that takes so long per event.
func fixedRate(ns ...time.Duration) []harness.Family {
	return []harness.Family{func(harness.Case) []harness.Subject {
		var subjects []harness.Subject
		for _, d := range ns {
			subjects = append(subjects, harness.Subject{Group: "disruptor", Run: func(n int64) (harness.Sample, error) {
				return harness.Sample{Took: time.Duration(n) * d}, nil
			}})
		}
		return append(subjects, harness.Subject{Group: "other", Run: func(int64) (harness.Sample, error) {
			return harness.Sample{}, errors.New("what others do does not matter")
		}})
	}}
}

func TestOpenLoopIsPacedByTheSlowerSetting(t *testing.T) {
	o := Options{Quick: true, Families: fixedRate(9, 45, 20)}
	cases := openLoop.Plan(o)
	if err := openLoop.Pace(o, cases); err != nil {
		t.Fatal(err)
	}
	if c := cases[len(cases)-1]; c.Load != 0.9 || c.Every != 50 {
		t.Errorf("at 90 %% of an event per 45 ns, one every %v", c.Every)
	}
	if err := openLoop.Pace(Options{}, cases); err == nil {
		t.Error("no error without anything to saturate")
	}
}

func TestAQuickPlanHasTheFirstAndTheLastCase(t *testing.T) {
	whole, quick := capacities.Plan(Options{}), capacities.Plan(Options{Quick: true})
	if len(whole) != 6 || len(quick) != 2 || quick[0].Capacity != 64 || quick[1].Capacity != 1<<20 {
		t.Errorf("%d cases, and of them quickly %+v", len(whole), quick)
	}
}

func TestACaseIsNotShared(t *testing.T) {
	oneToThree := fixed(stream("x"))
	oneToThree(Options{})[0].Batch = 77
	if b := oneToThree(Options{})[0].Batch; b != 1 {
		t.Errorf("a batch of %d", b)
	}
}

func TestCasesAreComplete(t *testing.T) {
	for _, w := range All() {
		cases := w.Plan(Options{})
		if len(cases) == 0 {
			t.Errorf("%s: no cases", w.Name)
		}
		for i, c := range cases {
			if c.Workload != w.Name || c.Producers < 1 || len(c.After) < 1 || c.Batch < 1 || c.Words < 1 || c.Capacity < c.Batch {
				t.Errorf("%s: case %+v", w.Name, c)
			}
			for _, other := range cases[:i] {
				if other.Name() == c.Name() {
					t.Errorf("%s: two cases are called %q", w.Name, c.Name())
				}
			}
		}
	}
}
