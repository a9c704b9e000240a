package subjects

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/workloads"
)

// Some subjects start this program again.
func TestMain(m *testing.M) {
	child.Main()
	os.Exit(m.Run())
}

// few returns a number of events that does not take long and goes over the end of a small ring, and a case so changed
// that this is so.
func few(c harness.Case) (harness.Case, int64) {
	c.Capacity = min(c.Capacity, 256)
	switch {
	case c.Kind == harness.Idle:
		c.For = 5 * time.Millisecond
		return c, 0
	case c.Pause >= 50*time.Microsecond:
		return c, 20
	case c.Kind == harness.Orphan:
		return c, 3
	case c.Kind == harness.Echo || c.Kind == harness.Wake:
		return c, 200
	case c.Words > 100:
		c.Capacity = 16
		return c, 64
	}
	return c, 768 // whole batches of 16, 64 and 256; 10 is made whole below
}

// Every subject does every workload. What it passes is checked as it is when it is measured.
func TestEachSubjectPassesEachWorkload(t *testing.T) {
	for _, w := range workloads.All() {
		cases := casesOf(t, w)
		for _, c := range cases {
			c, n := few(c)
			n = n / int64(c.Batch) * int64(c.Batch)
			subjects := harness.Subjects(All(), c)
			if len(subjects) == 0 && (!c.Between || runtime.GOOS == "linux") {
				t.Errorf("%s: nobody does it", c.Name())
			}
			for _, s := range subjects {
				t.Run(fmt.Sprintf("%s/%s, %s", c.Name(), s.Name, s.Setting), func(t *testing.T) {
					sample, err := s.Run(n)
					if err != nil {
						t.Fatal(err)
					}
					checkSample(t, c, n, sample)
				})
			}
		}
	}
}

// checkSample checks that a sample has what its kind measures.
func checkSample(t *testing.T, c harness.Case, n int64, sample harness.Sample) {
	switch c.Kind {
	case harness.Idle:
		if sample.CPU < 0 {
			t.Errorf("CPU %v", sample.CPU)
		}
	case harness.Echo, harness.Wake, harness.Attach, harness.Orphan:
		if got := sample.Latency.TotalCount(); got < n {
			t.Errorf("%d latencies of %d events", got, n)
		}
	case harness.Stream:
		if (sample.Age.P99 > 0) == c.Between {
			t.Errorf("ages %+v", sample.Age)
		}
		fallthrough
	case harness.Share, harness.Keyed, harness.Bare, harness.Gather:
		if sample.Took <= 0 {
			t.Errorf("it took %v", sample.Took)
		}
	}
}

// casesOf returns the cases of a workload, ready to be measured.
func casesOf(t *testing.T, w workloads.Workload) []harness.Case {
	o := workloads.Options{Quick: true, Families: []harness.Family{Channel, brief(Ours)}}
	cases := w.Cases(o)
	if w.Pace != nil {
		if err := w.Pace(o, cases); err != nil {
			t.Fatalf("%s: %v", w.Name, err)
		}
	}
	return cases
}

// brief makes runs of a family short, for the saturation that a workload measures.
func brief(f harness.Family) harness.Family {
	return func(c harness.Case) []harness.Subject {
		subjects := f(c)
		for i := range subjects {
			run := subjects[i].Run
			subjects[i].Run = func(int64) (harness.Sample, error) { return run(1024) }
		}
		return subjects
	}
}

// What each workload is about is in it: without these rows its table would have no point.
func TestWorkloadsHaveTheirSubjects(t *testing.T) {
	offered := map[string]map[string]bool{}
	for _, w := range workloads.All() {
		cases := casesOf(t, w)
		offered[w.Name] = map[string]bool{}
		for _, s := range harness.Subjects(All(), cases[0]) {
			offered[w.Name][s.Name+", "+s.Setting] = true
		}
	}
	for workload, want := range map[string][]string{
		"W1": {"disruptor, default", "disruptor, default, Send", "disruptor, block, single", "channel, buffered", smartyName + ", default waits",
			smartyName + ", Gosched", "stamped slots, bare memory"},
		"W2":  {"disruptor, default", "disruptor, yield, single, All", "channel, arrays of 16", "channel, one at a time", "index stored per 16, bare memory"},
		"W7":  {"disruptor, default", "channel, arrays of 16", "xsync UMPSC, unbounded"},
		"W8":  {"disruptor, block, parks at once, fences, single", "mutex and cond, sync.Cond", "cache line ping-pong, bare memory"},
		"W8b": {"disruptor, block, single", "channel, buffered", "mutex and cond, sync.Cond"},
		"W9":  {"disruptor, default", "channel, buffered", smartyName + ", default waits"},
		"S1":  {"disruptor, block, fences", "disruptor, block, fences, Send"},
		"L6":  {"disruptor, yield, single, TryNext"},
	} {
		for _, name := range want {
			if !offered[workload][name] {
				t.Errorf("%s has no %q, only %v", workload, name, offered[workload])
			}
		}
	}
}

// A reader looks for the defaults first, and each configuration has one name.
func TestTheDefaultsComeFirst(t *testing.T) {
	for _, w := range workloads.All() {
		cases := casesOf(t, w)
		for _, c := range cases {
			names := map[string]bool{}
			settings := Ours(c)
			for _, s := range settings {
				if names[s.Setting] {
					t.Errorf("%s: two settings are called %q", c.Name(), s.Setting)
				}
				names[s.Setting] = true
			}
			if len(settings) == 0 || c.Park { // shm's own, and where both sides must park at once
				continue
			}
			if first := settings[0].Setting; first != "default" && (c.Kind != harness.Echo || first != "default, Send") {
				t.Errorf("%s: the first setting is %q", c.Name(), first)
			}
			if c.Kind == harness.Stream && c.Batch == 1 && settings[1].Setting != "default, Send" {
				t.Errorf("%s: the second setting is %q", c.Name(), settings[1].Setting)
			}
			if names["block"] {
				t.Errorf("%s: the default is also called block", c.Name())
			}
		}
	}
	for _, c := range []harness.Case{
		{Kind: harness.Stream, Producers: 1, Batch: 1, Words: 1}, {Kind: harness.Stream, Producers: 3, Batch: 16, Words: 1},
		{Kind: harness.Stream, Producers: 1, Batch: 1, Words: 1, Lean: true}, {Kind: harness.Echo, Batch: 1}, {Kind: harness.Wake, Batch: 1},
		{Kind: harness.Paced, Batch: 1}, {Kind: harness.Keyed, Batch: 1}, {Kind: harness.Idle, Batch: 1}, {Kind: harness.Bare, Batch: 10},
	} {
		for _, s := range ourSettings(c) {
			isDefault := s.wait == nil && s.backoff == 0 && s.producers == disruptor.Multi
			if _, blocks := s.wait.(disruptor.BlockWait); isDefault != strings.HasPrefix(s.name, "default") ||
				blocks && s.wait == (disruptor.BlockWait{}) && s.backoff == 0 && s.producers == disruptor.Multi {
				t.Errorf("kind %d: setting %+v", c.Kind, s)
			}
		}
	}
}
