package subjects

import (
	"sync"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
	smarty "github.com/smarty/go-disruptor"
)

// handle makes a Handler of a function.
type handle func(lower, upper int64)

func (h handle) Handle(lower, upper int64) { h(lower, upper) }

// echo answers in the handler of one disruptor by an event of another, whose handler then asks the next: nobody but a
// handler can wait for an event.
func (w smartyWait) echo(c harness.Case, n int64) (harness.Sample, error) {
	mask := int64(c.Capacity - 1)
	questions, answers := make([]int64, c.Capacity), make([]int64, c.Capacity)
	trips := harness.NewTrips(c, n)
	done := make(chan struct{})
	var there, back smarty.Disruptor
	ask := func() {
		v := trips.Begin()
		s := there.Reserve(1)
		questions[s&mask] = v
		there.Commit(s, s)
	}
	back = w.open(c, []smarty.Handler{handle(func(lower, upper int64) {
		for s := lower; s <= upper; s++ {
			if trips.End(answers[s&mask]) {
				ask()
			} else {
				close(done)
			}
		}
	})})
	there = w.open(c, []smarty.Handler{handle(func(lower, upper int64) {
		for q := lower; q <= upper; q++ {
			s := back.Reserve(1)
			answers[s&mask] = questions[q&mask]
			back.Commit(s, s)
		}
	})})
	var listeners sync.WaitGroup
	listeners.Go(there.Listen)
	listeners.Go(back.Listen)
	ask()
	<-done
	_, _ = there.Close(), back.Close() // always nil
	listeners.Wait()
	return trips.Sample()
}

// idle lets a chain of listeners and the writers of c wait, as setting.idle does.
func (w smartyWait) idle(c harness.Case) (harness.Sample, error) {
	release, drained := make(chan struct{}), make(chan struct{})
	steps := make([][]smarty.Handler, len(c.After))
	for i := range steps {
		steps[i] = []smarty.Handler{handle(func(_, upper int64) {
			if c.Stuck && i == 0 {
				<-release
			}
			if i == len(steps)-1 && upper == int64(c.Producers*c.Capacity)-1 {
				close(drained)
			}
		})}
	}
	d := w.open(c, steps...)
	var listeners, writers sync.WaitGroup
	listeners.Go(d.Listen)
	for range c.Producers {
		writers.Go(func() {
			if !c.Stuck {
				<-release
				return
			}
			for range c.Capacity { // together more than there is room for
				s := d.Reserve(1)
				d.Commit(s, s)
			}
		})
	}
	sample, err := harness.MeasureIdle(c)
	close(release)
	writers.Wait()
	if c.Stuck {
		<-drained // a listener that is closed may leave what it has not seen, and then the one behind it waits for ever
	}
	_ = d.Close() // always nil
	listeners.Wait()
	return sample, err
}

func (w smartyWait) paced(c harness.Case, n int64) (harness.Sample, error) {
	slots := make([]int64, c.Capacity)
	table := harness.NewTimetable(c)
	var receivers sync.WaitGroup
	var handlers []smarty.Handler
	for i := range c.After {
		receiver := table.Receiver(i)
		receivers.Add(1)
		handlers = append(handlers, handle(func(lower, upper int64) {
			for s := lower; s <= upper; s++ {
				receiver.Receive(slots[s&int64(len(slots)-1)])
			}
			if receiver.Received() == n {
				receivers.Done()
			}
		}))
	}
	d := w.open(c, handlers)
	var listener sync.WaitGroup
	listener.Go(d.Listen)
	table.Send(n, func(v int64) {
		s := d.Reserve(1)
		slots[s&int64(len(slots)-1)] = v
		d.Commit(s, s)
	})
	receivers.Wait() // see streamSmarty
	_ = d.Close()    // always nil
	listener.Wait()
	return table.End(n)
}

// bare moves sequences and no events.
func (w smartyWait) bare(c harness.Case, n int64) (harness.Sample, error) {
	done := make(chan struct{})
	var bad, want int64
	d := w.open(c, []smarty.Handler{handle(func(lower, upper int64) {
		bad |= lower ^ want
		if want = upper + 1; want == n {
			close(done)
		}
	})})
	t := wiring.Start()
	t.Stages.Go(d.Listen)
	t.Producers.Go(func() {
		for i := int64(0); i < n; i += int64(c.Batch) {
			upper := d.Reserve(uint32(c.Batch))
			d.Commit(upper-int64(c.Batch)+1, upper)
		}
	})
	sample := t.End(func() {
		<-done        // see streamSmarty
		_ = d.Close() // always nil
	})
	return sample, wiring.Check(c, n, []wiring.Seen{{Bad: bad, Words: want}})
}
