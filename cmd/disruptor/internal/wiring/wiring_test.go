package wiring

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// A liar is a channel that does something to one of the events that are sent through it.
type liar struct {
	queue chan [1]int64
	sent  atomic.Int64
	held  atomic.Int64
	lie   func(q *liar, n int64, cell [1]int64)
}

func (q *liar) send(cell [1]int64) { q.lie(q, q.sent.Add(1), cell) }

var lies = map[string]func(q *liar, n int64, cell [1]int64){
	"none": func(q *liar, _ int64, cell [1]int64) { q.queue <- cell },
	"drop": func(q *liar, n int64, cell [1]int64) {
		if n != 50 {
			q.queue <- cell
		}
	},
	"double": func(q *liar, n int64, cell [1]int64) {
		if q.queue <- cell; n == 50 {
			q.queue <- cell
		}
	},
	"reorder": func(q *liar, n int64, cell [1]int64) { // hold one back until one more of the same producer has passed
		switch {
		case n == 50:
			q.held.Store(cell[0])
		case q.held.Load() != 0 && q.held.Load()+1 == cell[0]:
			q.queue <- cell
			q.queue <- [1]int64{q.held.Swap(0)}
		default:
			q.queue <- cell
		}
	},
	"damage": func(q *liar, n int64, cell [1]int64) {
		if n == 50 {
			cell[0] ^= 1 << 20
		}
		q.queue <- cell
	},
}

func through(lie func(*liar, int64, [1]int64)) Wiring[*liar] {
	return Wiring[*liar]{
		Open: func(capacity int) *liar { return &liar{queue: make(chan [1]int64, capacity), lie: lie} },
		Produce: func(outs []*liar, v, cells int64) {
			for i := range cells {
				for _, out := range outs {
					out.send([1]int64{v + i})
				}
			}
		},
		Relay: func(ins, outs []*liar, seen *harness.Times) Seen {
			var bad, want int64
			for cell := range ins[0].queue {
				seen.Pass(want)
				for _, in := range ins[1:] {
					other := <-in.queue
					bad |= harness.Differs(&other, want)
				}
				bad |= harness.Differs(&cell, want)
				want++
				for _, out := range outs {
					out.send(cell)
				}
			}
			return Seen{Bad: bad, Words: want}
		},
		Tally: func(in *liar, tally *harness.Tally) {
			for cell := range in.queue {
				if harness.See(tally, &cell) {
					harness.Note(tally, &cell)
				}
			}
		},
		Closed: func(q *liar) { close(q.queue) },
	}
}

func TestALieIsFoundInEachGraph(t *testing.T) {
	graphs := map[string]harness.Case{
		"one":       {Producers: 1, After: [][]int{nil}},
		"broadcast": {Producers: 1, After: [][]int{nil, nil, nil}},
		"pipeline":  {Producers: 1, After: [][]int{nil, {0}, {1}}},
		"diamond":   {Producers: 1, After: [][]int{nil, nil, {0, 1}}},
		"three":     {Producers: 3, After: [][]int{nil}},
	}
	for name, c := range graphs {
		c.Batch, c.Capacity, c.Words = 1, 256, 1
		for lie, do := range lies {
			_, err := through(do).Stream(c, 100)
			if (err == nil) != (lie == "none") {
				t.Errorf("%s, lie %q: error %v", name, lie, err)
			}
		}
	}
}

func TestCheckLooksAtEachStageAndProducer(t *testing.T) {
	c := harness.Case{Producers: 1, Words: 2}
	if err := Check(c, 5, []Seen{{Words: 10}, {Words: 10}}); err != nil {
		t.Error(err)
	}
	if err := Check(c, 5, []Seen{{Words: 10}, {Words: 8}}); err == nil || !strings.Contains(err.Error(), "8 of 10") {
		t.Errorf("error %v", err)
	}
	if err := Check(c, 5, []Seen{{Words: 10}, {Words: 10, Bad: 4}}); err == nil {
		t.Error("a difference is not seen")
	}
	if err := Check(harness.Case{Producers: 2, Words: 1}, 1, []Seen{{Tally: harness.NewTally()}}); err == nil {
		t.Error("two producers of which nothing came are not missed")
	}
}

func TestRetryTakesWhatCameBeforeTheEnd(t *testing.T) {
	var closed atomic.Bool
	looks := 0
	v, ok := Retry(func() (int, bool) {
		looks++
		if looks == Tries { // the last look before the queue is known to be closed
			closed.Store(true)
			return 0, false
		}
		return 7, looks > Tries
	}, &closed)
	if v != 7 || !ok {
		t.Errorf("%d, %v", v, ok)
	}
	if _, ok := Retry(func() (int, bool) { return 0, false }, &closed); ok {
		t.Error("something from a queue that is closed and empty")
	}
}
