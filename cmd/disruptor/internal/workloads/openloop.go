package workloads

import (
	"fmt"
	"math"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// The open loop sends by the clock and not when the receiver is ready, as the world does. Every subject gets the same
// events per second: fractions of what this library saturates at, with the slower of its settings.

var openLoop = Workload{
	Name: "load", Title: "1 producer, 1 consumer, latency by load", Unit: latency,
	Cases: func(Options) []harness.Case {
		c := stream("load")
		c.Kind, c.Lean = harness.Paced, true
		var cases []harness.Case
		for _, c.Load = range []float64{0.1, 0.3, 0.5, 0.7, 0.8, 0.9} {
			cases = append(cases, c)
		}
		return cases
	},
	Pace: func(o Options, cases []harness.Case) error {
		c := cases[0]
		c.Load = 0
		ns, err := saturation(o, c)
		for i := range cases {
			cases[i].Every = time.Duration(math.Round(ns / cases[i].Load))
		}
		return err
	},
}

// Consumers that keep up with a clock wait all the time, and never for long. On two processors one of them can keep
// the others from running. The latency is that of the first.
var (
	clockedOften  = clocked("W13", time.Microsecond)
	clockedSeldom = clocked("W13b", 20*time.Microsecond)
)

func clocked(name string, every time.Duration) Workload {
	c := stream(name)
	c.Kind, c.Lean, c.After, c.Every = harness.Paced, true, threeEach, every
	return Workload{
		Name: name, Title: fmt.Sprintf("1 producer, an event every %v, 3 consumers that each see every event", every), Unit: latency, Cases: fixed(c),
	}
}

// saturation returns the time per event of the slower setting of this library when all events are due at once.
func saturation(o Options, c harness.Case) (ns float64, err error) {
	n := int64(4 << 20)
	if o.Quick {
		n = 1 << 17
	}
	for _, s := range harness.Subjects(o.Families, c) {
		if s.Group != "disruptor" {
			continue
		}
		var runs []float64
		for range 5 {
			sample, err := s.Run(n)
			if err != nil {
				return 0, fmt.Errorf("saturation of %s, %s: %w", s.Name, s.Setting, err)
			}
			runs = append(runs, float64(sample.Took.Nanoseconds())/float64(n))
		}
		ns = max(ns, harness.Quantile(runs, 0.5))
	}
	if ns == 0 {
		return 0, fmt.Errorf("saturation: nothing to measure it with")
	}
	return ns, nil
}
