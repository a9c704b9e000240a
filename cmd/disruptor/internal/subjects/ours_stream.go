package subjects

import (
	"runtime"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// streamOurs passes n events per producer through the graph of c.
func streamOurs[T harness.Cell](s setting, c harness.Case, n int64) (harness.Sample, error) {
	ring := open[T](s, c)
	consumers := follow(ring, c.After)
	found := make([]wiring.Seen, len(consumers))
	ages := harness.NewAges(c, n)
	t := wiring.Start()
	for i, consumer := range consumers {
		t.Stages.Go(func() {
			switch {
			case c.Producers > 1:
				found[i].Tally = ages.Tally(i)
				tallyOurs(consumer, found[i].Tally)
			case s.read == all:
				found[i] = readAll(consumer, ages.Stage(i))
			case s.read == poll:
				found[i] = pollOurs(ring, consumer, ages.Stage(i))
			default:
				found[i] = readSlices(consumer, ages.Stage(i))
			}
		})
	}
	for i := range c.Producers {
		produce := producing(s, ring, c.Batch)
		t.Producers.Go(func() { ages.Produce(i, n, produce) })
	}
	sample := t.End(ring.Close)
	sample.Age = ages.Age()
	return sample, wiring.Check(c, n, found)
}

// producing gives s a producer, and returns what publishes n events with it, numbered from v on.
func producing[T harness.Cell](s setting, ring *disruptor.Ring[T], batch int) func(v, n int64) {
	if s.producers == disruptor.Single {
		p := ring.SingleProducer()
		if s.send {
			return func(v, n int64) { sendSingle(p, v, n) }
		}
		return func(v, n int64) { produceSingle(p, v, n, batch) }
	}
	p := ring.MultiProducer()
	if s.send {
		return func(v, n int64) { sendMulti(p, v, n) }
	}
	return func(v, n int64) { produceMulti(p, v, n, batch) }
}

// produceSingle and produceMulti are the same but for the type: a call through the Producer interface would be
// measured too. A producer for which Claim fails stops: the check then misses its events.
func produceSingle[T harness.Cell](p *disruptor.SingleProducer[T], v, n int64, batch int) {
	words := harness.Words[T]()
	for i := int64(0); i < n; i += int64(batch) {
		b, err := p.Claim(background, batch)
		if err != nil {
			return
		}
		if batch == 1 {
			harness.Stamp(b.At(0), v)
			v += words
		} else {
			v = stamp(b, v)
		}
		p.Publish(b)
	}
}

func produceMulti[T harness.Cell](p *disruptor.MultiProducer[T], v, n int64, batch int) {
	words := harness.Words[T]()
	for i := int64(0); i < n; i += int64(batch) {
		b, err := p.Claim(background, batch)
		if err != nil {
			return
		}
		if batch == 1 {
			harness.Stamp(b.At(0), v)
			v += words
		} else {
			v = stamp(b, v)
		}
		p.Publish(b)
	}
}

func sendSingle[T harness.Cell](p *disruptor.SingleProducer[T], v, n int64) {
	words := harness.Words[T]()
	for range n {
		var cell T
		harness.Stamp(&cell, v)
		v += words
		if p.Send(background, cell) != nil {
			return
		}
	}
}

func sendMulti[T harness.Cell](p *disruptor.MultiProducer[T], v, n int64) {
	words := harness.Words[T]()
	for range n {
		var cell T
		harness.Stamp(&cell, v)
		v += words
		if p.Send(background, cell) != nil {
			return
		}
	}
}

// stamp numbers the slots of b from v on and returns the next number.
func stamp[T harness.Cell](b disruptor.Batch[T], v int64) int64 {
	words := harness.Words[T]()
	head, tail := b.Slices()
	harness.StampRun(head, v)
	v += words * int64(len(head))
	harness.StampRun(tail, v)
	return v + words*int64(len(tail))
}

// differs compares the slots of b with the numbers from want on, and times the events that are
// due. It returns 0 if all are equal.
func differs[T harness.Cell](seen *harness.Times, b disruptor.Batch[T], want int64) int64 {
	words := harness.Words[T]()
	head, tail := b.Slices()
	second := want + words*int64(len(head))
	if seen.Due() < want+words*int64(b.Len()) {
		return harness.DiffersTimed(seen, head, want) | harness.DiffersTimed(seen, tail, second)
	}
	return harness.DiffersRun(head, want) | harness.DiffersRun(tail, second)
}

func readSlices[T harness.Cell](consumer *disruptor.Consumer[T], seen *harness.Times) wiring.Seen {
	words := harness.Words[T]()
	var bad, want int64
	for b := range consumer.Batches(background) {
		bad |= differs(seen, b, want)
		want += words * int64(b.Len())
	}
	return wiring.Seen{Bad: bad, Words: want}
}

func readAll[T harness.Cell](consumer *disruptor.Consumer[T], seen *harness.Times) wiring.Seen {
	words := harness.Words[T]()
	var bad, want int64
	for b := range consumer.Batches(background) {
		for seen.Due() < want+words*int64(b.Len()) { // a part, until there is one without an event to be timed
			var part disruptor.Batch[T]
			part, b = b.Split(int((seen.Due() - want) / words))
			for _, cell := range part.All() {
				bad |= harness.Differs(cell, want)
				want += words
			}
			seen.Note()
		}
		for _, cell := range b.All() {
			bad |= harness.Differs(cell, want)
			want += words
		}
	}
	return wiring.Seen{Bad: bad, Words: want}
}

// pollOurs never waits inside the library.
func pollOurs[T harness.Cell](ring *disruptor.Ring[T], consumer *disruptor.Consumer[T], seen *harness.Times) wiring.Seen {
	words := harness.Words[T]()
	var bad, want int64
	for {
		b, ok := consumer.TryNext()
		if !ok {
			if drained(ring, consumer) {
				return wiring.Seen{Bad: bad, Words: want}
			}
			runtime.Gosched()
			continue
		}
		bad |= differs(seen, b, want)
		want += words * int64(b.Len())
		consumer.Done(b)
	}
}

// drained reports whether consumer has handed back everything and nothing more will come.
func drained[T any](ring *disruptor.Ring[T], consumer *disruptor.Consumer[T]) bool {
	return ring.Err() != nil && consumer.Position() == ring.Published()
}

func tallyOurs[T harness.Cell](consumer *disruptor.Consumer[T], tally *harness.Tally) {
	for b := range consumer.Batches(background) {
		head, tail := b.Slices()
		for i := range head {
			if harness.See(tally, &head[i]) {
				harness.Note(tally, &head[i])
			}
		}
		for i := range tail {
			if harness.See(tally, &tail[i]) {
				harness.Note(tally, &tail[i])
			}
		}
	}
}
