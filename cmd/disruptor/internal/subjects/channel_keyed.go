package subjects

import (
	"sync"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// keyedChannels offers a channel for each worker, into which events are put by their keys: by a goroutine between, which
// is how a producer doesn't have to know the workers, or by the producer.
func keyedChannels(c harness.Case) []harness.Subject {
	one := func(setting string, between bool) harness.Subject {
		return harness.Subject{Name: "channel", Group: harness.Channel, Setting: setting,
			Run: func(n int64) (harness.Sample, error) { return runKeyedChannels(c, n, between) }}
	}
	return []harness.Subject{one("one a worker, a dispatcher", true), one("one a worker, filled by the producer", false)}
}

func runKeyedChannels(c harness.Case, n int64, between bool) (harness.Sample, error) {
	workers := len(c.After)
	queues := make([]chan [1]int64, workers)
	orders := make([]*harness.Order, workers)
	t := wiring.Start()
	for i := range queues {
		queues[i], orders[i] = make(chan [1]int64, c.Capacity), harness.NewOrder(c)
		t.Stages.Go(func() {
			c := c
			for cell := range queues[i] {
				orders[i].Handle(&c, cell[0])
			}
		})
	}
	put := func(cell [1]int64) { queues[c.KeyOf(cell[0])%uint64(workers)] <- cell }
	var dispatcher sync.WaitGroup
	first := make(chan [1]int64, c.Capacity)
	if between {
		dispatcher.Go(func() {
			for cell := range first {
				put(cell)
			}
		})
	}
	t.Producers.Go(func() {
		for v := range n {
			if between {
				first <- [1]int64{v}
			} else {
				put([1]int64{v})
			}
		}
	})
	sample := t.End(func() {
		close(first)
		dispatcher.Wait()
		for _, q := range queues {
			close(q)
		}
	})
	return sample, harness.CheckOrders(orders, n)
}
