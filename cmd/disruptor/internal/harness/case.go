// Package harness measures: it runs subjects in turn on a machine that may be disturbed, drops
// the runs that were, and makes rows of the rest. It knows no subject and no workload.
package harness

import (
	"fmt"
	"runtime"
	"time"
)

// Kind says what a case asks of a subject, and what of the Sample the subject fills in.
type Kind int

const (
	Stream Kind = iota // pass events as fast as they go: Took, and Age
	Echo               // send an event, get it back: Latency of the round trip
	Wake               // send an event to a goroutine that waits: Latency until it runs
	Paced              // send events on a timetable: Latency from the time in the table
	Idle               // let everybody wait: CPU
	Bare               // claim, publish, read and hand back without an event: Took
	Keyed              // pass each event to the stage that has its key, which does some work: Took
	Share              // pass each event to one of the stages, as fast as they go: Took
	Gather             // several queues with a producer each, one consumer that takes turns: Took
	Attach             // open a ring that lies in a file, and leave it: Latency
	Orphan             // die between a claim and its publication: Latency until the others have stepped over it
)

// A Case is one thing to be measured for several subjects: a workload in one of its sizes.
type Case struct {
	Workload string // name of the table
	Kind     Kind

	Producers int
	// After[i] lists the stages that stage i follows; none: the producers.
	After    [][]int
	Batch    int // events per claim
	Capacity int // events
	Words    int // of 8 bytes, per event

	Between bool // compared with rings between processes
	Park    bool // Between, Echo: both sides sleep in each wait, without a look before

	Keys   int  // Keyed: how many there are
	Skewed bool // Keyed: half of the events have the same key
	Work   int  // Keyed: steps of arithmetic for each event

	Lean  bool          // one of many cases of a sweep: the main settings only
	Poll  bool          // Stream: consumers poll, and yield when there is nothing
	Pause time.Duration // Echo, Wake: between the end of one and the start of the next
	Times int           // as long as other runs; 0: as long as they
	// Every is the time from an event to the next: of the timetable (Paced; 0: all are due at once), or that at which
	// they were meant to be sent (Echo; a round trip that takes longer counts for those it delayed).
	Every time.Duration
	Load  float64       // Paced: fraction of saturation, for the row
	Stuck bool          // Idle: the first stage is stuck in its handler
	For   time.Duration // Idle: how long to look
	Count int64         // so many events in each run; 0: as many as fill its time
}

// Name tells the cases of a workload apart.
func (c Case) Name() string {
	return fmt.Sprintf("%s %dP batch %d of %d load %.2f", c.Workload, c.Producers, c.Batch, c.Capacity, c.Load)
}

// Goroutines is how many a case needs: with a busy one on each processor more of them wait for a time slice.
func (c Case) Goroutines() int { return c.Producers + len(c.After) }

// HasProcessors reports whether every goroutine of the case can have a processor, so that
// subjects may spin without yielding.
func (c Case) HasProcessors() bool { return c.Goroutines() <= runtime.GOMAXPROCS(0) }
