package workloads

import (
	"errors"
	"slices"
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
	if _, err := Select("W1,W77"); err == nil {
		t.Error("there is no W77, and no error")
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
	cases, err := openLoop.Cases(Options{Quick: true, Families: fixedRate(9, 45, 20)})
	if err != nil {
		t.Fatal(err)
	}
	if c := cases[len(cases)-1]; c.Load != 0.9 || c.Every != 50 {
		t.Errorf("at 90 %% of an event per 45 ns, one every %v", c.Every)
	}
	if _, err := openLoop.Cases(Options{Families: nil}); err == nil {
		t.Error("no error without anything to saturate")
	}
}

func TestCasesAreComplete(t *testing.T) {
	for _, w := range All() {
		cases, err := w.Cases(Options{Families: fixedRate(20)})
		if err != nil || len(cases) == 0 {
			t.Errorf("%s: %d cases, error %v", w.Name, len(cases), err)
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
