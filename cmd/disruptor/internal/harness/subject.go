package harness

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A Subject is one way to do what a case asks, with one setting.
type Subject struct {
	Name    string
	Group   string // family: its best setting is compared with others
	Setting string
	// Run passes n events per producer, or makes n round trips, and checks each. It returns an
	// error if the subject lost, repeated, reordered or damaged an event.
	Run func(n int64) (Sample, error)
}

// A Family returns its subjects for a case, none if it can't do what the case asks.
type Family func(Case) []Subject

// Channel is the group that the others are measured against.
const Channel = result.Baseline

// A Sample is what one run gave. Its case says which field.
type Sample struct {
	Took    time.Duration // Between: without the start of processes
	Latency *hdrhistogram.Histogram
	CPU     float64
	Age     Age // Stream, within one process
	// Late is how long after the last event was due the run ended, as a fraction of the time
	// from the first to the last: Paced.
	Late float64
}

// Subjects gathers what all families offer for c.
func Subjects(families []Family, c Case) []Subject {
	var all []Subject
	for _, f := range families {
		all = append(all, f(c)...)
	}
	return all
}
