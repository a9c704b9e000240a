// Package wiring is what the loops of all families have in common: the graph of a case built from queues, the time from
// the first goroutine to the last, and the check of what arrived.
package wiring

import (
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// A Wiring builds the graph of a case from queues that have one reader each, an edge of the graph being a queue. The
// loops belong to the family. What a queue passes is a Cell: with batches, an array of as many events.
type Wiring[Q any] struct {
	Open    func(capacity int) Q
	Produce func(outs []Q, v, cells int64)
	Relay   func(ins, outs []Q, seen *harness.Times) Seen // one producer: checks, and passes on
	Tally   func(in Q, tally *harness.Tally)              // several producers
	Take    func(in Q) Seen                               // one of several that share the events of a queue
	Closed  func(q Q)                                     // nobody writes to q any more
}

// Stream passes n events per producer through the graph of c.
func (w Wiring[Q]) Stream(c harness.Case, n int64) (harness.Sample, error) {
	capacity := max(c.Capacity/c.Batch, 1)
	inputs := make([][]Q, len(c.After))
	outputs := make([][]Q, len(c.After))
	var first []Q
	for i, after := range c.After {
		if len(after) == 0 {
			q := w.Open(capacity)
			first, inputs[i] = append(first, q), []Q{q}
		}
		for _, j := range after {
			q := w.Open(capacity)
			inputs[i], outputs[j] = append(inputs[i], q), append(outputs[j], q)
		}
	}
	found := make([]Seen, len(c.After))
	ages := harness.NewAges(c, n)
	t := Start()
	for i := range c.After {
		t.Stages.Go(func() {
			if c.Producers > 1 {
				found[i].Tally = ages.Tally(i)
				w.Tally(inputs[i][0], found[i].Tally)
			} else {
				found[i] = w.Relay(inputs[i], outputs[i], ages.Stage(i))
			}
			w.close(outputs[i])
		})
	}
	for i := range c.Producers {
		t.Producers.Go(func() {
			ages.Produce(i, n, func(v, n int64) { w.Produce(first, v, n/int64(c.Batch)) })
		})
	}
	sample := t.End(func() { w.close(first) })
	sample.Age = ages.Age()
	return sample, Check(c, n, found)
}

// Share passes n events per producer through one queue, each of them to one of the stages of c.
func (w Wiring[Q]) Share(c harness.Case, n int64) (harness.Sample, error) {
	queue := []Q{w.Open(max(c.Capacity/c.Batch, 1))}
	found := make([]Seen, len(c.After))
	t := Start()
	for i := range found {
		t.Stages.Go(func() { found[i] = w.Take(queue[0]) })
	}
	for i := range c.Producers {
		t.Producers.Go(func() { w.Produce(queue, harness.First(i), n/int64(c.Batch)) })
	}
	return t.End(func() { w.close(queue) }), CheckShares(c, n, found)
}

// Run is Stream or Share, as the case asks.
func (w Wiring[Q]) Run(c harness.Case, n int64) (harness.Sample, error) {
	if c.Kind == harness.Share {
		return w.Share(c, n)
	}
	return w.Stream(c, n)
}

func (w Wiring[Q]) close(queues []Q) {
	for _, q := range queues {
		w.Closed(q)
	}
}

// A Stream is Wiring.Stream, or Run, with the queue's type filled in.
type Stream func(harness.Case, int64) (harness.Sample, error)

// Streams are those of one family, by the words of a cell.
type Streams map[int]Stream

// Subjects offers what a family has for a case: nothing if it has no cells of the size that c asks for.
func (s Streams) Subjects(name, group, setting string, c harness.Case) []harness.Subject {
	run := s[c.Batch*c.Words]
	if run == nil {
		return nil
	}
	return []harness.Subject{{Name: name, Group: group, Setting: setting,
		Run: func(n int64) (harness.Sample, error) { return run(c, n) }}}
}
