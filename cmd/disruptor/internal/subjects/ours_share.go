package subjects

import (
	"fmt"
	"sync"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// sharing makes the settings in which events go to one of several workers: with a worker group, and as one had to do
// without. What all defaults together make is called by their name alone.
func sharing(settings ...setting) []setting {
	var all []setting
	for _, s := range settings {
		for _, how := range []struct {
			name  string
			takes func(*disruptor.Ring[[1]int64], int) []func() wiring.Seen
		}{
			{", group", group(0)},
			{", group, MaxBatch 1", group(1)},
			{", a consumer and a mutex", locked},
			{", consumers by turns", turns},
		} {
			s := s
			if s.name != "default" || how.name != ", group" {
				s.name += how.name
			}
			s.sharing = how.takes
			all = append(all, s)
		}
	}
	return all
}

// share passes n events per producer to the workers of c, each to one.
func (s setting) share(c harness.Case, n int64) (harness.Sample, error) {
	ring := open[[1]int64](s, c)
	takes := s.sharing(ring, len(c.After))
	found := make([]wiring.Seen, len(takes))
	t := wiring.Start()
	for i, take := range takes {
		t.Stages.Go(func() { found[i] = take() })
	}
	for i := range c.Producers {
		produce := producing(s, ring, c.Batch)
		t.Producers.Go(func() { produce(harness.First(i), n) })
	}
	return t.End(ring.Close), wiring.CheckShares(c, n, found)
}

// group has a worker group share events, in runs of at most so many.
func group(maxBatch int) func(ring *disruptor.Ring[[1]int64], n int) []func() wiring.Seen {
	return func(ring *disruptor.Ring[[1]int64], n int) []func() wiring.Seen {
		g := ring.Group(disruptor.GroupConfig[[1]int64]{Name: "workers", MaxBatch: maxBatch})
		takes := make([]func() wiring.Seen, n)
		for i := range takes {
			w := g.Worker()
			takes[i] = func() wiring.Seen {
				pile := new(harness.Pile)
				for b := range w.Batches(background) {
					head, tail := b.Slices()
					harness.PutRun(pile, head)
					harness.PutRun(pile, tail)
				}
				return wiring.Seen{Pile: *pile}
			}
		}
		return takes
	}
}

// locked has workers take turns with one consumer: each takes an event under the lock.
func locked(ring *disruptor.Ring[[1]int64], n int) []func() wiring.Seen {
	consumer := ring.Consumer("workers")
	var mu sync.Mutex
	take := func() (cell [1]int64, err error) {
		mu.Lock()
		defer mu.Unlock()
		b, err := consumer.Next(background)
		if err != nil {
			return cell, err
		}
		first, _ := b.Split(1)
		cell = *first.At(0)
		consumer.Done(first)
		return cell, nil
	}
	takes := make([]func() wiring.Seen, n)
	for i := range takes {
		takes[i] = func() wiring.Seen {
			pile := new(harness.Pile)
			for cell, err := take(); err == nil; cell, err = take() {
				harness.Put(pile, &cell)
			}
			return wiring.Seen{Pile: *pile}
		}
	}
	return takes
}

// turns has consumers that all see every event, and each handles the events whose turn is its.
func turns(ring *disruptor.Ring[[1]int64], n int) []func() wiring.Seen {
	takes := make([]func() wiring.Seen, n)
	for i := range takes {
		consumer := ring.Consumer(fmt.Sprint("worker ", i))
		takes[i] = func() wiring.Seen {
			pile := new(harness.Pile)
			for b := range consumer.Batches(background) {
				for seq, cell := range b.All() {
					if seq%int64(n) == int64(i) {
						harness.Put(pile, cell)
					}
				}
			}
			return wiring.Seen{Pile: *pile}
		}
	}
	return takes
}
