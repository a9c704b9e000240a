package subjects

import (
	"sync"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// Mutex offers the ring under a lock.
func Mutex(c harness.Case) []harness.Subject {
	const name = "mutex and cond"
	one := func(run func(int64) (harness.Sample, error)) []harness.Subject {
		return []harness.Subject{{Name: name, Group: name, Setting: "sync.Cond", Run: run}}
	}
	switch {
	case c.Between:
		return nil
	case c.Kind == harness.Echo:
		return one(func(n int64) (harness.Sample, error) { return echoMutex(c, n) })
	case c.Kind == harness.Wake:
		return one(func(n int64) (harness.Sample, error) { return wakeMutex(c, n) })
	case c.Kind != harness.Stream && c.Kind != harness.Share || c.Lean:
		return nil
	}
	return mutexes.Subjects(name, name, "sync.Cond", c)
}

var mutexes = wiring.Streams{
	1: streamMutex[[1]int64], 8: streamMutex[[8]int64], 10: streamMutex[[10]int64], 16: streamMutex[[16]int64],
	32: streamMutex[[32]int64], 64: streamMutex[[64]int64],
}

func streamMutex[T harness.Cell](c harness.Case, n int64) (harness.Sample, error) {
	return wiring.Wiring[*mutexRing[T]]{
		Open:    newMutexRing[T],
		Produce: produceMutex[T],
		Relay:   relayMutex[T],
		Tally:   tallyMutex[T],
		Take:    takeMutex[T],
		Closed:  func(q *mutexRing[T]) { q.close() },
	}.Run(c, n)
}

func produceMutex[T harness.Cell](outs []*mutexRing[T], v, cells int64) {
	words := harness.Words[T]()
	var cell T
	for range cells {
		harness.Stamp(&cell, v)
		v += words
		for _, out := range outs {
			out.put(&cell)
		}
	}
}

func relayMutex[T harness.Cell](ins, outs []*mutexRing[T], seen *harness.Times) wiring.Seen {
	words := harness.Words[T]()
	var bad, want int64
	for {
		cell, ok := ins[0].take()
		if !ok {
			return wiring.Seen{Bad: bad, Words: want}
		}
		bad |= harness.Differs(&cell, want)
		for _, in := range ins[1:] {
			cell, _ := in.take()
			bad |= harness.Differs(&cell, want)
		}
		seen.Pass(want)
		want += words
		for _, out := range outs {
			out.put(&cell)
		}
	}
}

func tallyMutex[T harness.Cell](in *mutexRing[T], tally *harness.Tally) {
	for cell, ok := in.take(); ok; cell, ok = in.take() {
		if harness.See(tally, &cell) {
			harness.Note(tally, &cell)
		}
	}
}

func takeMutex[T harness.Cell](in *mutexRing[T]) wiring.Seen {
	pile := new(harness.Pile)
	for cell, ok := in.take(); ok; cell, ok = in.take() {
		harness.Put(pile, &cell)
	}
	return wiring.Seen{Pile: *pile}
}

func echoMutex(c harness.Case, n int64) (harness.Sample, error) {
	there, back := newMutexRing[int64](c.Capacity), newMutexRing[int64](c.Capacity)
	var other sync.WaitGroup
	other.Go(func() {
		for v, ok := there.take(); ok; v, ok = there.take() {
			back.put(&v)
		}
	})
	sample, err := harness.MeasureEcho(c, n, func(v int64) int64 {
		there.put(&v)
		v, _ = back.take()
		return v
	})
	there.close()
	other.Wait()
	return sample, err
}

func wakeMutex(c harness.Case, n int64) (harness.Sample, error) {
	q := newMutexRing[int64](c.Capacity)
	return harness.MeasureWake(c, n, func(v int64) { q.put(&v) }, func() int64 {
		v, _ := q.take()
		return v
	})
}
