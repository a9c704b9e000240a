package subjects

import (
	"runtime"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// bare moves sequences only: a slot of no size is neither written nor read.
func (s setting) bare(c harness.Case, n int64) (harness.Sample, error) {
	ring := open[struct{}](s, c)
	consumer := ring.Consumer("reader")
	found := make([]wiring.Seen, 1)
	t := wiring.Start()
	t.Stages.Go(func() {
		var bad, want int64
		for b := range consumer.Batches(background) {
			bad |= b.From() ^ want
			want = b.To()
		}
		found[0] = wiring.Seen{Bad: bad, Words: want}
	})
	if s.producers == disruptor.Single {
		p := ring.SingleProducer()
		t.Producers.Go(func() { bareSingle(p, n, c.Batch) })
	} else {
		p := ring.MultiProducer()
		t.Producers.Go(func() { bareMulti(p, n, c.Batch) })
	}
	return t.End(ring.Close), wiring.Check(c, n, found)
}

func bareSingle(p *disruptor.SingleProducer[struct{}], n int64, batch int) {
	for i := int64(0); i < n; i += int64(batch) {
		b, err := p.Claim(background, batch)
		if err != nil {
			return
		}
		p.Publish(b)
	}
}

func bareMulti(p *disruptor.MultiProducer[struct{}], n int64, batch int) {
	for i := int64(0); i < n; i += int64(batch) {
		b, err := p.Claim(background, batch)
		if err != nil {
			return
		}
		p.Publish(b)
	}
}

// gather reads in turn what is ready in the ring of each producer.
func (s setting) gather(c harness.Case, n int64) (harness.Sample, error) {
	rings := make([]*disruptor.Ring[[3]int64], c.Producers)
	consumers := make([]*disruptor.Consumer[[3]int64], c.Producers)
	for i := range rings {
		rings[i] = open[[3]int64](s, c)
		consumers[i] = rings[i].Consumer("gatherer")
	}
	found := make([]wiring.Seen, 1)
	t := wiring.Start()
	for i, ring := range rings {
		produce := producing(s, ring, c.Batch)
		t.Producers.Go(func() {
			produce(harness.First(i), n)
			ring.Close()
		})
	}
	t.Stages.Go(func() { found[0] = gatherOurs(rings, consumers) })
	return t.End(func() {}), wiring.Check(c, n, found)
}

func gatherOurs(rings []*disruptor.Ring[[3]int64], consumers []*disruptor.Consumer[[3]int64]) wiring.Seen {
	tally := harness.NewTally()
	for left := len(rings); left > 0; {
		left = 0
		moved := false
		for i, consumer := range consumers {
			b, ok := consumer.TryNext()
			if ok {
				for _, cell := range b.All() {
					harness.See(tally, cell)
				}
				consumer.Done(b)
				moved = true
			}
			if ok || !drained(rings[i], consumer) {
				left++
			}
		}
		if !moved {
			runtime.Gosched()
		}
	}
	return wiring.Seen{Tally: tally}
}
