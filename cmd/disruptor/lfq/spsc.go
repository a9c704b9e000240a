package main

import (
	"sync/atomic"

	"code.hybscloud.com/lfq"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

const (
	group   = "lfq"
	setting = "30 tries, Gosched"
)

// SPSC offers lfq's queue for one producer and one consumer. It stores its indexes by plain stores, which the race
// detector reports.
func SPSC(c harness.Case) []harness.Subject {
	if c.Kind != harness.Stream || c.Between || c.Producers > 1 || raceDetector {
		return nil
	}
	return spscs.Subjects("lfq SPSC", group, setting, c)
}

var spscs = wiring.Streams{
	1: streamSPSC[[1]int64], 4: streamSPSC[[4]int64], 8: streamSPSC[[8]int64], 16: streamSPSC[[16]int64],
	32: streamSPSC[[32]int64], 64: streamSPSC[[64]int64], 256: streamSPSC[[256]int64], 2048: streamSPSC[[2048]int64],
}

// spsc is a queue that can be closed.
type spsc[T any] struct {
	*lfq.SPSC[T]
	closed atomic.Bool
}

func (q *spsc[T]) take() (T, bool) {
	v, err := q.Dequeue()
	return v, err == nil
}

func streamSPSC[T harness.Cell](c harness.Case, n int64) (harness.Sample, error) {
	return wiring.Wiring[*spsc[T]]{
		Open:    func(capacity int) *spsc[T] { return &spsc[T]{SPSC: lfq.NewSPSC[T](max(capacity, 2))} }, // 2 is its least
		Produce: produceSPSC[T],
		Relay:   relaySPSC[T],
		Closed:  func(q *spsc[T]) { q.closed.Store(true) },
	}.Stream(c, n)
}

func produceSPSC[T harness.Cell](outs []*spsc[T], v, cells int64) {
	words := harness.Words[T]()
	var cell T
	for range cells {
		harness.Stamp(&cell, v)
		v += words
		for _, out := range outs {
			for n := 0; out.Enqueue(&cell) != nil; n = wiring.Again(n) {
			}
		}
	}
}

func relaySPSC[T harness.Cell](ins, outs []*spsc[T], seen *harness.Times) wiring.Seen {
	words := harness.Words[T]()
	var bad, want int64
	for {
		cell, err := ins[0].Dequeue()
		if err != nil {
			var ok bool
			if cell, ok = wiring.Retry(ins[0].take, &ins[0].closed); !ok {
				return wiring.Seen{Bad: bad, Words: want}
			}
		}
		bad |= harness.Differs(&cell, want)
		for _, in := range ins[1:] {
			cell, err := in.Dequeue()
			if err != nil {
				cell, _ = wiring.Retry(in.take, &in.closed)
			}
			bad |= harness.Differs(&cell, want)
		}
		seen.Pass(want)
		want += words
		for _, out := range outs {
			for n := 0; out.Enqueue(&cell) != nil; n = wiring.Again(n) {
			}
		}
	}
}
