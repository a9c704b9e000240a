package wiring

import (
	"sync"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// A Run runs goroutines and takes the time from before the first to after the last.
type Run struct {
	begin     time.Time
	Producers sync.WaitGroup
	Stages    sync.WaitGroup
}

// Start starts the clock.
func Start() *Run { return &Run{begin: time.Now()} }

// End waits for the producers, calls closed, and waits for the stages.
func (r *Run) End(closed func()) harness.Sample {
	r.Producers.Wait()
	closed()
	r.Stages.Wait()
	return harness.Sample{Took: time.Since(r.begin)}
}

// Seen is what one stage found. It is padded: stages write theirs at the end, next to others
// that still run.
type Seen struct {
	Bad   int64
	Words int64
	Tally *harness.Tally // of several producers
	Pile  harness.Pile   // of a stage that shares events with others
	_     [128]byte
}

// CheckShares says what is wrong if the stages together have not seen each of n events of each producer once.
func CheckShares(c harness.Case, n int64, stages []Seen) error {
	piles := make([]*harness.Pile, len(stages))
	for i := range stages {
		piles[i] = &stages[i].Pile
	}
	return harness.CheckPiles(piles, c.Producers, n*int64(c.Words))
}

// Check says what is wrong if a stage has not seen all n events of each producer.
func Check(c harness.Case, n int64, stages []Seen) error {
	words := n * int64(c.Words)
	for _, s := range stages {
		var err error
		if s.Tally != nil {
			err = s.Tally.Check(c.Producers, words)
		} else {
			err = harness.Check(s.Bad, s.Words, words)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
