package harness

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// newHistogram counts latencies of up to a minute, to three digits.
func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(time.Minute), 3) }

func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(int64(d), 1), int64(time.Minute))) // the bounds are those of the histogram
}

// Trips are round trips, one after the other. Where the goroutine that asks can wait for the answer, MeasureEcho is
// simpler.
type Trips struct {
	c     Case
	n     int64
	v     int64
	begin time.Time
	hist  *hdrhistogram.Histogram
	err   error
}

// NewTrips returns n trips that have not begun.
func NewTrips(c Case, n int64) *Trips { return &Trips{c: c, n: n, hist: newHistogram()} }

// Begin pauses and returns the number to be sent now.
func (t *Trips) Begin() int64 {
	rest(t.c.Pause)
	t.begin = time.Now()
	return t.v
}

// End takes the answer, which must be the number that was sent, and reports whether there is another trip.
func (t *Trips) End(answer int64) bool {
	took := time.Since(t.begin)
	if answer != t.v {
		t.err = fmt.Errorf("the answer to %d is %d", t.v, answer)
		return false
	}
	record(t.hist, took)
	for late := took - t.c.Every; t.c.Every > 0 && late >= t.c.Every; late -= t.c.Every {
		record(t.hist, late)
	}
	t.v++
	return t.v < t.n
}

// Sample returns what all trips together gave.
func (t *Trips) Sample() (Sample, error) { return Sample{Latency: t.hist}, t.err }

// MeasureEcho makes n round trips. ask sends a number and returns the answer.
func MeasureEcho(c Case, n int64, ask func(v int64) int64) (Sample, error) {
	t := NewTrips(c, n)
	begin := time.Now()
	for t.End(ask(t.Begin())) {
	}
	sample, err := t.Sample()
	sample.Took = time.Since(begin)
	return sample, err
}

// Answer is what ask returns for v if the cell that came back differs from the one that was sent by so much.
func Answer(v, differs int64) int64 {
	if differs != 0 {
		return -1
	}
	return v
}

// MeasureCalls calls do n times, one after the other. do returns how long it took, of which it may leave out what it had to
// prepare.
func MeasureCalls(n int64, do func(i int64) (time.Duration, error)) (Sample, error) {
	h := newHistogram()
	for i := range n {
		took, err := do(i)
		if err != nil {
			return Sample{}, fmt.Errorf("call %d: %w", i, err)
		}
		record(h, took)
	}
	return Sample{Latency: h}, nil
}

// rest lets d pass. A long pause is slept, so that this processor is idle too, as it is before an event from outside; a
// short one could not be, and is spent on the clock.
func rest(d time.Duration) {
	const sleepable = 50 * time.Microsecond
	if d >= sleepable {
		time.Sleep(d)
		return
	}
	if d > 0 {
		for begin := time.Now(); time.Since(begin) < d; {
		}
	}
}

// busyAfterPost is how long a goroutine that has woken another goes on with its own work. Were it to yield at once, the
// other would run on the processor that it leaves, and what is measured would not be a wake-up. It does yield in the
// end: there may be no other processor. A figure of so much says that no other has taken the goroutine until then.
const busyAfterPost = time.Millisecond

// MeasureWake posts n events, each to a goroutine that waits for it, and measures from before the post until that
// goroutine runs. wait returns the next event.
func MeasureWake(c Case, n int64, post func(v int64), wait func() int64) (Sample, error) {
	h := newHistogram()
	var posted time.Time // written before the post, read after the wait
	var seen atomic.Int64
	var err error
	var waiter sync.WaitGroup
	waiter.Go(func() {
		for v := range n {
			got := wait()
			record(h, time.Since(posted))
			if got != v && err == nil {
				err = fmt.Errorf("event %d is %d", v, got)
			}
			seen.Store(v + 1)
		}
	})
	for v := range n {
		rest(c.Pause)
		posted = time.Now()
		post(v)
		for n := 1; seen.Load() <= v; n++ {
			if n%64 == 0 && time.Since(posted) > busyAfterPost {
				runtime.Gosched()
			}
		}
	}
	waiter.Wait()
	return Sample{Latency: h}, err
}

// sampled: one in so many events of a timetable is timed, since reading the clock takes longer
// than an event.
const sampled = 16

// A Timetable says when events are meant to be sent. Latency counts from then, however late they are sent: an event
// that waits because those before it were slow is as late as its user finds it.
type Timetable struct {
	begin time.Time
	every time.Duration
	hist  *hdrhistogram.Histogram

	receivers []Receiver
}

// NewTimetable starts now.
func NewTimetable(c Case) *Timetable {
	t := &Timetable{begin: time.Now(), every: c.Every, hist: newHistogram(), receivers: make([]Receiver, len(c.After))}
	for i := range t.receivers {
		t.receivers[i].t, t.receivers[i].timed = t, i == 0
	}
	return t
}

// Send calls send for n events, each when it is due, or at once if that has passed.
func (t *Timetable) Send(n int64, send func(v int64)) {
	if t.every == 0 {
		for v := range n {
			send(v)
		}
		return
	}
	for v, looks := int64(0), 0; v < n; looks++ {
		due := min(int64(time.Since(t.begin)/t.every)+1, n)
		if v >= due && looks%1000 == 999 {
			runtime.Gosched()
		}
		for ; v < due; v++ {
			send(v)
		}
	}
}

// Receiver returns the i-th stage of the case. Only the first is timed.
func (t *Timetable) Receiver(i int) *Receiver { return &t.receivers[i] }

// A Receiver takes the events of a Timetable in order. One goroutine uses it.
type Receiver struct {
	t         *Timetable
	timed     bool
	bad, want int64
	_         [128]byte // receivers lie side by side
}

// Receive takes the next event.
func (r *Receiver) Receive(v int64) {
	if r.timed && v%sampled == 0 {
		record(r.t.hist, time.Since(r.t.begin)-time.Duration(v)*r.t.every)
	}
	r.bad |= v ^ r.want
	r.want++
}

// Received returns how many events there have been.
func (r *Receiver) Received() int64 { return r.want }

// End returns the sample, given how many events were sent.
func (t *Timetable) End(n int64) (Sample, error) {
	took := time.Since(t.begin)
	sample := Sample{Took: took, Latency: t.hist}
	if due := time.Duration(n) * t.every; due > 0 {
		sample.Late = float64(took-due) / float64(due)
	}
	for i := range t.receivers {
		if err := Check(t.receivers[i].bad, t.receivers[i].want, n); err != nil {
			return sample, err
		}
	}
	return sample, nil
}
