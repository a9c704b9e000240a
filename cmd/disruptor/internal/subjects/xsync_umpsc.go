package subjects

import (
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
	"github.com/puzpuzpuz/xsync/v4"
)

// XsyncUMPSC offers xsync's queue for several producers and one consumer. It has no bound, so its producers never wait,
// and its consumer sleeps.
func XsyncUMPSC(c harness.Case) []harness.Subject {
	if c.Kind != harness.Stream || c.Between {
		return nil
	}
	return umpscs.Subjects("xsync UMPSC", xsyncGroup, "unbounded", c)
}

var umpscs = wiring.Streams{
	1: streamUMPSC[[1]int64], 4: streamUMPSC[[4]int64], 8: streamUMPSC[[8]int64], 10: streamUMPSC[[10]int64],
	16: streamUMPSC[[16]int64], 32: streamUMPSC[[32]int64], 64: streamUMPSC[[64]int64], 256: streamUMPSC[[256]int64],
}

// last is the first word of a cell after which nothing comes, in queues that cannot be closed.
const last = -1

func streamUMPSC[T harness.Cell](c harness.Case, n int64) (harness.Sample, error) {
	return wiring.Wiring[*xsync.UMPSCQueue[T]]{
		Open:    func(int) *xsync.UMPSCQueue[T] { return xsync.NewUMPSCQueue[T]() },
		Produce: produceUMPSC[T],
		Relay:   relayUMPSC[T],
		Tally:   tallyUMPSC[T],
		Closed: func(q *xsync.UMPSCQueue[T]) {
			var cell T
			harness.Stamp(&cell, last)
			q.Enqueue(cell)
		},
	}.Stream(c, n)
}

func produceUMPSC[T harness.Cell](outs []*xsync.UMPSCQueue[T], v, cells int64) {
	words := harness.Words[T]()
	var cell T
	for range cells {
		harness.Stamp(&cell, v)
		v += words
		for _, out := range outs {
			out.Enqueue(cell)
		}
	}
}

func relayUMPSC[T harness.Cell](ins, outs []*xsync.UMPSCQueue[T], seen *harness.Times) wiring.Seen {
	words := harness.Words[T]()
	var bad, want int64
	for {
		cell := ins[0].Dequeue()
		if cell[0] == last {
			return wiring.Seen{Bad: bad, Words: want}
		}
		bad |= harness.Differs(&cell, want)
		for _, in := range ins[1:] {
			cell := in.Dequeue()
			bad |= harness.Differs(&cell, want)
		}
		seen.Pass(want)
		want += words
		for _, out := range outs {
			out.Enqueue(cell)
		}
	}
}

func tallyUMPSC[T harness.Cell](in *xsync.UMPSCQueue[T], tally *harness.Tally) {
	for cell := in.Dequeue(); cell[0] != last; cell = in.Dequeue() {
		if harness.See(tally, &cell) {
			harness.Note(tally, &cell)
		}
	}
}
