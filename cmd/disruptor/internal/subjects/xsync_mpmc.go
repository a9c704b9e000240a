package subjects

import (
	"sync/atomic"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
	"github.com/puzpuzpuz/xsync/v4"
)

// XsyncMPMC offers xsync's queue for several producers and consumers.
func XsyncMPMC(c harness.Case) []harness.Subject {
	if c.Kind != harness.Stream && c.Kind != harness.Share || c.Between {
		return nil
	}
	return mpmcs.Subjects("xsync MPMC", xsyncGroup, "30 tries, Gosched", c)
}

var mpmcs = wiring.Streams{
	1: streamMPMC[[1]int64], 4: streamMPMC[[4]int64], 8: streamMPMC[[8]int64], 10: streamMPMC[[10]int64],
	16: streamMPMC[[16]int64], 32: streamMPMC[[32]int64], 64: streamMPMC[[64]int64], 256: streamMPMC[[256]int64],
}

// mpmc is a queue that can be closed.
type mpmc[T any] struct {
	*xsync.MPMCQueue[T]
	closed atomic.Bool
}

func newMPMC[T any](capacity int) *mpmc[T] {
	return &mpmc[T]{MPMCQueue: xsync.NewMPMCQueue[T](capacity)}
}

func streamMPMC[T harness.Cell](c harness.Case, n int64) (harness.Sample, error) {
	return wiring.Wiring[*mpmc[T]]{
		Open:    newMPMC[T],
		Produce: produceMPMC[T],
		Relay:   relayMPMC[T],
		Tally:   tallyMPMC[T],
		Take:    takeMPMC[T],
		Closed:  func(q *mpmc[T]) { q.closed.Store(true) },
	}.Run(c, n)
}

func produceMPMC[T harness.Cell](outs []*mpmc[T], v, cells int64) {
	words := harness.Words[T]()
	var cell T
	for range cells {
		harness.Stamp(&cell, v)
		v += words
		for _, out := range outs {
			for n := 0; !out.TryEnqueue(cell); n = wiring.Again(n) {
			}
		}
	}
}

func relayMPMC[T harness.Cell](ins, outs []*mpmc[T], seen *harness.Times) wiring.Seen {
	words := harness.Words[T]()
	var bad, want int64
	for {
		cell, ok := ins[0].TryDequeue()
		if !ok {
			if cell, ok = wiring.Retry(ins[0].TryDequeue, &ins[0].closed); !ok {
				return wiring.Seen{Bad: bad, Words: want}
			}
		}
		bad |= harness.Differs(&cell, want)
		for _, in := range ins[1:] {
			cell, ok := in.TryDequeue()
			if !ok {
				cell, _ = wiring.Retry(in.TryDequeue, &in.closed)
			}
			bad |= harness.Differs(&cell, want)
		}
		seen.Pass(want)
		want += words
		for _, out := range outs {
			for n := 0; !out.TryEnqueue(cell); n = wiring.Again(n) {
			}
		}
	}
}

func tallyMPMC[T harness.Cell](in *mpmc[T], tally *harness.Tally) {
	for {
		cell, ok := in.TryDequeue()
		if !ok {
			if cell, ok = wiring.Retry(in.TryDequeue, &in.closed); !ok {
				return
			}
		}
		if harness.See(tally, &cell) {
			harness.Note(tally, &cell)
		}
	}
}

func takeMPMC[T harness.Cell](in *mpmc[T]) wiring.Seen {
	pile := new(harness.Pile)
	for {
		cell, ok := in.TryDequeue()
		if !ok {
			if cell, ok = wiring.Retry(in.TryDequeue, &in.closed); !ok {
				return wiring.Seen{Pile: *pile}
			}
		}
		harness.Put(pile, &cell)
	}
}
