// Package workloads holds what subjects are measured by, one file for each idea. It knows no
// subject.
package workloads

import (
	"fmt"
	"slices"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// A Workload is a table of the report.
type Workload struct {
	Name, Title, Unit string
	// Cases returns what to measure.
	Cases func(Options) []harness.Case
	// Pace, if it is not nil, completes the cases by what it measures. It is called just before
	// they are measured.
	Pace func(Options, []harness.Case) error
}

// Plan returns the cases to measure: if quick, only the first and the last of them.
func (w Workload) Plan(o Options) []harness.Case {
	cases := w.Cases(o)
	if o.Quick && len(cases) > 2 {
		cases = []harness.Case{cases[0], cases[len(cases)-1]}
	}
	return cases
}

// Options are what a workload may depend on.
type Options struct {
	Quick    bool
	Families []harness.Family // to pace a workload by
}

const (
	perEvent = "ns/event"
	perTrip  = "ns/round trip"
	nanos    = "ns"
	latency  = "ns after the intended time"
	perCore  = "of one core"
)

// All returns every workload, in the order of the report.
func All() []Workload {
	return []Workload{
		oneToOne, batches, broadcast, pipeline, diamond, threeToOne, threeToOneBatches,
		roundTrip, roundTripIdle, wakeUp, wakeUpIdle, idle, idleStuck, wide, shared, sharedBatches, jobs, keyedTwo, keyedFour, keyedSkewed, keyedWork,
		clockedOften, clockedSeldom,
		capacities, batchSizes, producerCounts, openLoop,
		longArrays, threeToThree, pingPong, blocks, sequencer, poller,
		between1to1, between3to1, between1to3, betweenChain, betweenTrip, betweenTrip56, betweenTripParked, attach, orphan,
	}
}

// Select returns the workloads that a list of names asks for, all for an empty one. W8 is also W8-idle.
func Select(names string) ([]Workload, error) {
	if names == "" {
		return All(), nil
	}
	var selected []Workload
	for name := range strings.SplitSeq(names, ",") {
		found := false
		for _, w := range All() {
			if strings.EqualFold(w.Name, name) || strings.HasPrefix(strings.ToLower(w.Name), strings.ToLower(name)+"-") {
				selected, found = append(selected, w), true
			}
		}
		if !found {
			return nil, fmt.Errorf("unknown workload %q; disruptor bench -list shows the names", name)
		}
	}
	return selected, nil
}

// fixed makes Cases of cases that depend on nothing.
func fixed(cases ...harness.Case) func(Options) []harness.Case {
	return func(Options) []harness.Case { return slices.Clone(cases) }
}

const (
	large = 1 << 16 // slots
	small = 1 << 10
)

// stream is one producer, one consumer, events of a word one at a time, in a ring of 64Ki slots; cases vary it.
func stream(workload string) harness.Case {
	return harness.Case{Workload: workload, Kind: harness.Stream, Producers: 1, After: one, Batch: 1, Capacity: large, Words: 1}
}

// The graphs: which stages each stage follows.
var (
	one       = [][]int{nil}
	threeEach = [][]int{nil, nil, nil}
	chain     = [][]int{nil, {0}, {1}}
	longChain = [][]int{nil, {0}, {1}, {2}}
	rhombus   = [][]int{nil, nil, {0, 1}}
)
