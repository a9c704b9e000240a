package subjects

import (
	"fmt"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// Channel offers a buffered channel, for batches also one of arrays.
func Channel(c harness.Case) []harness.Subject {
	one := func(run func(int64) (harness.Sample, error)) []harness.Subject {
		return []harness.Subject{{Name: "channel", Group: harness.Channel, Setting: "buffered", Run: run}}
	}
	if c.Between {
		return nil
	}
	switch c.Kind {
	case harness.Echo:
		return one(func(n int64) (harness.Sample, error) { return echoChannel(c, n) })
	case harness.Wake:
		return one(func(n int64) (harness.Sample, error) { return wakeChannel(c, n) })
	case harness.Idle:
		return one(func(int64) (harness.Sample, error) { return idleChannel(c) })
	case harness.Paced:
		return one(func(n int64) (harness.Sample, error) { return pacedChannel(c, n) })
	case harness.Keyed:
		return keyedChannels(c)
	case harness.Gather:
		return one(func(n int64) (harness.Sample, error) { return gatherChannels(c, n) })
	case harness.Bare:
		return nil
	}
	subjects := channels.Subjects("channel", harness.Channel, "buffered", c)
	if c.Batch == 1 {
		return subjects
	}
	for i := range subjects {
		subjects[i].Setting = fmt.Sprintf("arrays of %d", c.Batch)
	}
	single := c
	single.Batch = 1
	return append(subjects, channels.Subjects("channel", harness.Channel, "one at a time", single)...)
}

var channels = wiring.Streams{
	1: streamChannel[[1]int64], 4: streamChannel[[4]int64], 8: streamChannel[[8]int64], 10: streamChannel[[10]int64],
	16: streamChannel[[16]int64], 32: streamChannel[[32]int64], 64: streamChannel[[64]int64],
	256: streamChannel[[256]int64], 2048: streamChannel[[2048]int64],
}

func streamChannel[T harness.Cell](c harness.Case, n int64) (harness.Sample, error) {
	return wiring.Wiring[chan T]{
		Open:    func(capacity int) chan T { return make(chan T, capacity) },
		Produce: produceChannel[T],
		Relay:   relayChannel[T],
		Tally:   tallyChannel[T],
		Take:    takeChannel[T],
		Closed:  func(q chan T) { close(q) },
	}.Run(c, n)
}

func produceChannel[T harness.Cell](outs []chan T, v, cells int64) {
	words := harness.Words[T]()
	var cell T
	for range cells {
		harness.Stamp(&cell, v)
		v += words
		for _, out := range outs {
			out <- cell
		}
	}
}

func relayChannel[T harness.Cell](ins, outs []chan T, seen *harness.Times) wiring.Seen {
	words := harness.Words[T]()
	var bad, want int64
	for cell := range ins[0] {
		bad |= harness.Differs(&cell, want)
		for _, in := range ins[1:] {
			cell := <-in
			bad |= harness.Differs(&cell, want)
		}
		seen.Pass(want)
		want += words
		for _, out := range outs {
			out <- cell
		}
	}
	return wiring.Seen{Bad: bad, Words: want}
}

func tallyChannel[T harness.Cell](in chan T, tally *harness.Tally) {
	for cell := range in {
		if harness.See(tally, &cell) {
			harness.Note(tally, &cell)
		}
	}
}

func takeChannel[T harness.Cell](in chan T) wiring.Seen {
	pile := new(harness.Pile)
	for cell := range in {
		harness.Put(pile, &cell)
	}
	return wiring.Seen{Pile: *pile}
}

func gatherChannels(c harness.Case, n int64) (harness.Sample, error) {
	if c.Producers != 3 {
		return harness.Sample{}, fmt.Errorf("%d producers: select is written out for 3", c.Producers)
	}
	var queues [3]chan [3]int64
	found := make([]wiring.Seen, 1)
	t := wiring.Start()
	for i := range queues {
		queues[i] = make(chan [3]int64, c.Capacity)
		t.Producers.Go(func() {
			produceChannel(queues[i:i+1], harness.First(i), n)
			close(queues[i])
		})
	}
	t.Stages.Go(func() {
		tally := harness.NewTally()
		a, b, c := queues[0], queues[1], queues[2]
		for a != nil || b != nil || c != nil {
			var cell [3]int64
			var ok bool
			select {
			case cell, ok = <-a:
				if !ok {
					a = nil
				}
			case cell, ok = <-b:
				if !ok {
					b = nil
				}
			case cell, ok = <-c:
				if !ok {
					c = nil
				}
			}
			if ok {
				harness.See(tally, &cell)
			}
		}
		found[0] = wiring.Seen{Tally: tally}
	})
	return t.End(func() {}), wiring.Check(c, n, found)
}
