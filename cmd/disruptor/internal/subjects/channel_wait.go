package subjects

import (
	"sync"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

func echoChannel(c harness.Case, n int64) (harness.Sample, error) {
	there, back := make(chan int64, c.Capacity), make(chan int64, c.Capacity)
	var other sync.WaitGroup
	other.Go(func() {
		for v := range there {
			back <- v
		}
	})
	sample, err := harness.MeasureEcho(c, n, func(v int64) int64 {
		there <- v
		return <-back
	})
	close(there)
	other.Wait()
	return sample, err
}

func wakeChannel(c harness.Case, n int64) (harness.Sample, error) {
	q := make(chan int64, c.Capacity)
	return harness.MeasureWake(c, n, func(v int64) { q <- v }, func() int64 { return <-q })
}

// idleChannel is a chain of channels, or, if c is stuck, one whose first stage has stopped: its channel is full, and the
// others are empty.
func idleChannel(c harness.Case) (harness.Sample, error) {
	queues := make([]chan int64, len(c.After)+1)
	for i := range queues {
		queues[i] = make(chan int64, c.Capacity)
	}
	release, ending := make(chan struct{}), make(chan struct{})
	var producers, stages sync.WaitGroup
	for range c.Producers {
		producers.Go(func() {
			if !c.Stuck {
				<-release
				return
			}
			for {
				select {
				case queues[0] <- 0:
				case <-ending:
					return
				}
			}
		})
	}
	for i := range c.After {
		last := i == len(c.After)-1
		stages.Go(func() {
			defer close(queues[i+1])
			for v := range queues[i] {
				if c.Stuck && i == 0 {
					<-release
				}
				if !last {
					queues[i+1] <- v
				}
			}
		})
	}
	sample, err := harness.MeasureIdle(c)
	close(ending)
	close(release)
	producers.Wait()
	close(queues[0])
	stages.Wait()
	return sample, err
}

func pacedChannel(c harness.Case, n int64) (harness.Sample, error) {
	queues := make([]chan int64, len(c.After))
	table := harness.NewTimetable(c)
	var receivers sync.WaitGroup
	for i := range queues {
		queues[i] = make(chan int64, c.Capacity)
		receiver := table.Receiver(i)
		receivers.Go(func() {
			for v := range queues[i] {
				receiver.Receive(v)
			}
		})
	}
	table.Send(n, func(v int64) {
		for _, q := range queues {
			q <- v
		}
	})
	for _, q := range queues {
		close(q)
	}
	receivers.Wait()
	return table.End(n)
}
