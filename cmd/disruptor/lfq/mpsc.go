package main

import (
	"sync/atomic"

	"code.hybscloud.com/lfq"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// MPSC offers lfq's queue for several producers and one consumer. What holds of SPSC holds of it.
func MPSC(c harness.Case) []harness.Subject {
	if c.Kind != harness.Stream || c.Between || c.Producers == 1 || raceDetector {
		return nil
	}
	return mpscs.Subjects("lfq MPSC", group, setting, c)
}

var mpscs = wiring.Streams{1: streamMPSC[[1]int64], 16: streamMPSC[[16]int64]}

// mpsc is a queue that can be closed.
type mpsc[T any] struct {
	*lfq.MPSC[T]
	closed atomic.Bool
}

func (q *mpsc[T]) take() (T, bool) {
	v, err := q.Dequeue()
	return v, err == nil
}

func streamMPSC[T harness.Cell](c harness.Case, n int64) (harness.Sample, error) {
	return wiring.Wiring[*mpsc[T]]{
		Open:    func(capacity int) *mpsc[T] { return &mpsc[T]{MPSC: lfq.NewMPSC[T](max(capacity, 2))} }, // 2 is its least
		Produce: produceMPSC[T],
		Tally:   tallyMPSC[T],
		Closed:  func(q *mpsc[T]) { q.closed.Store(true) },
	}.Stream(c, n)
}

func produceMPSC[T harness.Cell](outs []*mpsc[T], v, cells int64) {
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

func tallyMPSC[T harness.Cell](in *mpsc[T], tally *harness.Tally) {
	for {
		cell, err := in.Dequeue()
		if err != nil {
			var ok bool
			if cell, ok = wiring.Retry(in.take, &in.closed); !ok {
				return
			}
		}
		if harness.See(tally, &cell) {
			harness.Note(tally, &cell)
		}
	}
}
