package subjects

import (
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
	smarty "github.com/smarty/go-disruptor"
)

// A cellHandler checks what it is handed.
type cellHandler[T harness.Cell] struct {
	slots     []T
	bad, want int64
	tally     *harness.Tally // of several producers
	seen      *harness.Times // of one
	last      int64          // sequence
	done      chan struct{}
	_         [128]byte // handlers of one group lie side by side
}

func (h *cellHandler[T]) Handle(lower, upper int64) {
	if h.tally != nil {
		for s := lower; s <= upper; s++ {
			if cell := &h.slots[s&int64(len(h.slots)-1)]; harness.See(h.tally, cell) {
				harness.Note(h.tally, cell)
			}
		}
	} else {
		for words := harness.Words[T](); h.seen.Due() < h.want+words*(upper+1-lower); {
			due := lower + (h.seen.Due()-h.want)/words
			h.check(lower, due-1)
			h.seen.Note()
			lower = due
		}
		h.check(lower, upper)
	}
	if upper == h.last {
		close(h.done)
	}
}

func (h *cellHandler[T]) check(lower, upper int64) {
	words := harness.Words[T]()
	bad, want := h.bad, h.want
	for s := lower; s <= upper; s++ {
		bad |= harness.Differs(&h.slots[s&int64(len(h.slots)-1)], want)
		want += words
	}
	h.bad, h.want = bad, want
}

// streamSmarty closes the disruptor when all is handled, and not before: a Close between a listener's last look for
// events and its look whether it is closed takes away what was published in between.
func streamSmarty[T harness.Cell](w smartyWait, c harness.Case, n int64) (harness.Sample, error) {
	slots := make([]T, c.Capacity)
	for i := range slots { // the first lap would pay for the page faults, as it does not in New of this library's ring
		harness.Stamp(&slots[i], 0)
	}
	handlers := make([]cellHandler[T], len(c.After))
	ages := harness.NewAges(c, n)
	steps := make([][]smarty.Handler, 1)
	for i := range handlers {
		handlers[i].slots, handlers[i].last, handlers[i].done = slots, n*int64(c.Producers)-1, make(chan struct{})
		handlers[i].tally, handlers[i].seen = ages.Tally(i), ages.Stage(i)
		d := depth(c.After, i)
		for len(steps) <= d {
			steps = append(steps, nil)
		}
		steps[d] = append(steps[d], &handlers[i])
	}
	d := w.open(c, steps...)
	t := wiring.Start()
	t.Stages.Go(d.Listen)
	for i := range c.Producers {
		t.Producers.Go(func() {
			ages.Produce(i, n, func(v, n int64) { produceSmarty(d, slots, v, n, c.Batch) })
		})
	}
	sample := t.End(func() {
		for i := range handlers {
			<-handlers[i].done
		}
		_ = d.Close() // always nil
	})
	sample.Age = ages.Age()
	found := make([]wiring.Seen, len(handlers))
	for i := range handlers {
		found[i] = wiring.Seen{Bad: handlers[i].bad, Words: handlers[i].want, Tally: handlers[i].tally}
	}
	return sample, wiring.Check(c, n, found)
}

func produceSmarty[T harness.Cell](d smarty.Disruptor, slots []T, v, n int64, batch int) {
	words := harness.Words[T]()
	if batch == 1 {
		for range n {
			s := d.Reserve(1)
			harness.Stamp(&slots[s&int64(len(slots)-1)], v)
			v += words
			d.Commit(s, s)
		}
		return
	}
	for i := int64(0); i < n; i += int64(batch) {
		upper := d.Reserve(uint32(batch))
		lower := upper - int64(batch) + 1
		for s := lower; s <= upper; s++ {
			harness.Stamp(&slots[s&int64(len(slots)-1)], v)
			v += words
		}
		d.Commit(lower, upper)
	}
}
