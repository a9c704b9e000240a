package subjects

import (
	"sync"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// oursBetween offers what a ring between processes is compared with: the ring of this process that takes several
// producers, and orders its stores and its looks for sleepers by a locked instruction, as one between processes has to.
// Without fences, as by default, it is a separate family, for information.
func oursBetween(c harness.Case) []harness.Subject {
	fences := setting{name: "block, fences", wait: disruptor.BlockWait{Fence: true}}
	yield := setting{name: "yield", wait: disruptor.YieldWait{}}
	byDefault := setting{name: "default"}
	settings := []setting{byDefault, fences, yield}
	switch {
	case c.Kind == harness.Echo && c.Park: // as the default does not
		fences.name, fences.wait = "block, parks at once, fences", disruptor.BlockWait{Spin: -1, Fence: true}
		settings = []setting{fences, {name: "block, parks at once", wait: disruptor.BlockWait{Spin: -1}}}
	case c.Kind == harness.Echo: // all send
		settings = append(sends(byDefault), fences, yield)
	case c.Kind == harness.Stream && c.Batch == 1:
		settings = []setting{byDefault, sends(byDefault)[0], fences, yield, sends(fences)[0]}
	case c.Kind != harness.Stream:
		return nil
	}
	var subjects []harness.Subject
	for _, s := range settings {
		group := "disruptor"
		if block, blocks := s.wait.(disruptor.BlockWait); s.wait == nil || blocks && !block.Fence {
			group = "disruptor, no fences"
		}
		subjects = append(subjects, harness.Subject{Name: "disruptor", Group: group, Setting: s.name, Run: s.runBetween(c)})
	}
	return subjects
}

func (s setting) runBetween(c harness.Case) func(int64) (harness.Sample, error) {
	switch {
	case c.Kind == harness.Stream:
		return s.run(c)
	case c.Words == 7:
		return func(n int64) (harness.Sample, error) { return echoMulti[[7]int64](s, c, n) }
	}
	return func(n int64) (harness.Sample, error) { return echoMulti[[1]int64](s, c, n) }
}

// echoMulti is echo with events of any size, over rings that take several producers.
func echoMulti[T harness.Cell](s setting, c harness.Case, n int64) (harness.Sample, error) {
	there, back := open[T](s, c), open[T](s, c)
	questions, answers := there.Consumer("questions"), back.Consumer("answers")
	var other sync.WaitGroup
	other.Go(func() {
		p := back.MultiProducer()
		for b := range questions.Batches(background) {
			for _, cell := range b.All() {
				if p.Send(background, *cell) != nil {
					return
				}
			}
		}
	})
	p := there.MultiProducer()
	sample, err := harness.MeasureEcho(c, n, func(v int64) int64 {
		var cell T
		harness.Stamp(&cell, v)
		if p.Send(background, cell) != nil {
			return -1
		}
		b, err := answers.Next(background)
		if err != nil {
			return -1
		}
		bad := harness.Differs(b.At(0), v) | int64(b.Len()-1)
		answers.Done(b)
		return harness.Answer(v, bad)
	})
	there.Close()
	other.Wait()
	return sample, err
}
