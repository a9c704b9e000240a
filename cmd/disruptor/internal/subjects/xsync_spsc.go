package subjects

import (
	"sync/atomic"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
	"github.com/puzpuzpuz/xsync/v4"
)

const xsyncGroup = "xsync"

// XsyncSPSC offers xsync's queue for one producer and one consumer.
func XsyncSPSC(c harness.Case) []harness.Subject {
	switch {
	case raceDetector, c.Producers > 1: // its two sides read each other's plain index in a way the detector reports
		return nil
	case c.Between:
		return nil
	case c.Kind == harness.Echo && c.Every == 0:
		return []harness.Subject{{Name: "xsync SPSC", Group: xsyncGroup, Setting: "30 tries, Gosched",
			Run: func(n int64) (harness.Sample, error) { return echoSPSC(c, n) }}}
	case c.Kind != harness.Stream:
		return nil
	}
	return spscs.Subjects("xsync SPSC", xsyncGroup, "30 tries, Gosched", c)
}

var spscs = wiring.Streams{
	1: streamSPSC[[1]int64], 4: streamSPSC[[4]int64], 8: streamSPSC[[8]int64], 10: streamSPSC[[10]int64],
	16: streamSPSC[[16]int64], 32: streamSPSC[[32]int64], 64: streamSPSC[[64]int64], 256: streamSPSC[[256]int64],
	2048: streamSPSC[[2048]int64],
}

// spsc is a queue that can be closed.
type spsc[T any] struct {
	*xsync.SPSCQueue[T]
	closed atomic.Bool
}

func newSPSC[T any](capacity int) *spsc[T] {
	return &spsc[T]{SPSCQueue: xsync.NewSPSCQueue[T](capacity)}
}

func streamSPSC[T harness.Cell](c harness.Case, n int64) (harness.Sample, error) {
	return wiring.Wiring[*spsc[T]]{
		Open:    newSPSC[T],
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
			for n := 0; !out.TryEnqueue(cell); n = wiring.Again(n) {
			}
		}
	}
}

func relaySPSC[T harness.Cell](ins, outs []*spsc[T], seen *harness.Times) wiring.Seen {
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

func echoSPSC(c harness.Case, n int64) (harness.Sample, error) {
	there, back := newSPSC[int64](c.Capacity), newSPSC[int64](c.Capacity)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			v, ok := wiring.Retry(there.TryDequeue, &there.closed)
			if !ok {
				return
			}
			back.TryEnqueue(v)
		}
	}()
	sample, err := harness.MeasureEcho(c, n, func(v int64) int64 {
		there.TryEnqueue(v)
		v, _ = wiring.Retry(back.TryDequeue, &back.closed)
		return v
	})
	there.closed.Store(true)
	<-done
	return sample, err
}
