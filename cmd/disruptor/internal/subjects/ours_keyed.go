package subjects

import (
	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// keyed has the workers of a group with a key handle n events, served by Run.
func (s setting) keyed(c harness.Case, n int64) (harness.Sample, error) {
	ring := open[[1]int64](s, c)
	// One handler serves all workers, so what is checked is of a key, which one worker has at a time.
	orders := make([]*harness.Order, c.Keys)
	for k := range orders {
		orders[k] = harness.NewOrder(c)
	}
	ring.HandleGroup(disruptor.GroupConfig[[1]int64]{
		Name: "workers", Workers: len(c.After),
		Key: func(cell *[1]int64) uint64 { return c.KeyOf((*cell)[0]) },
	}, disruptor.Each(func(_ int64, cell *[1]int64) error {
		orders[c.KeyOf((*cell)[0])].Handle(&c, (*cell)[0])
		return nil
	}))
	t := wiring.Start()
	t.Stages.Go(func() { _ = ring.Run(background) })
	produce := producing(s, ring, 1)
	t.Producers.Go(func() { produce(0, n) })
	return t.End(ring.Close), harness.CheckOrders(orders, n)
}
