package subjects

import (
	"github.com/Workiva/go-datastructures/queue"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// Workiva offers the ring of go-datastructures, for events one at a time. Its items are of type any, so each of them is
// allocated.
func Workiva(c harness.Case) []harness.Subject {
	if c.Kind != harness.Stream && c.Kind != harness.Share || c.Between || c.Lean || c.Batch*c.Words != 1 {
		return nil
	}
	return []harness.Subject{{Name: "Workiva RingBuffer", Group: "Workiva", Setting: "Gosched",
		Run: func(n int64) (harness.Sample, error) {
			return wiring.Wiring[*queue.RingBuffer]{
				Open:    func(capacity int) *queue.RingBuffer { return queue.NewRingBuffer(uint64(capacity)) },
				Produce: produceWorkiva,
				Relay:   relayWorkiva,
				Tally:   tallyWorkiva,
				Take:    takeWorkiva,
				Closed:  func(q *queue.RingBuffer) { _ = q.Put(int64(last)) }, // it is not disposed, so there is no error
			}.Run(c, n)
		}}}
}

func produceWorkiva(outs []*queue.RingBuffer, v, events int64) {
	for range events {
		for _, out := range outs {
			if out.Put(v) != nil {
				return
			}
		}
		v++
	}
}

func relayWorkiva(ins, outs []*queue.RingBuffer, seen *harness.Times) wiring.Seen {
	var bad, want int64
	for {
		item, err := ins[0].Get()
		if err != nil || item.(int64) == last {
			return wiring.Seen{Bad: bad, Words: want}
		}
		bad |= item.(int64) ^ want
		for _, in := range ins[1:] {
			item, err := in.Get()
			if err != nil {
				return wiring.Seen{Bad: bad, Words: want}
			}
			bad |= item.(int64) ^ want
		}
		seen.Pass(want)
		want++
		for _, out := range outs {
			if out.Put(item) != nil {
				return wiring.Seen{Bad: bad, Words: want}
			}
		}
	}
}

func tallyWorkiva(in *queue.RingBuffer, tally *harness.Tally) {
	for {
		item, err := in.Get()
		if err != nil || item.(int64) == last {
			return
		}
		cell := [1]int64{item.(int64)}
		if harness.See(tally, &cell) {
			harness.Note(tally, &cell)
		}
	}
}

func takeWorkiva(in *queue.RingBuffer) wiring.Seen {
	pile := new(harness.Pile)
	for {
		item, err := in.Get()
		if err != nil || item.(int64) == last {
			_ = in.Put(int64(last)) // for the next of those that share it
			return wiring.Seen{Pile: *pile}
		}
		cell := [1]int64{item.(int64)}
		harness.Put(pile, &cell)
	}
}
