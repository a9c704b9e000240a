package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/be395dad/disruptor"
)

// An event says which sender sent it, and its number among the events of that sender.
type event struct{ sender, number int64 }

// A sender numbers its events. One goroutine uses it.
type sender struct {
	disruptor.Producer[event]
	id    int64
	sent  int64
	first *disruptor.Consumer[event] // the ring's
	rnd   *rand.Rand
}

// A reader checks that it is handed every sequence, and each sender's events in order. One goroutine uses it.
type reader struct {
	*disruptor.Consumer[event]
	id   int
	at   int64
	got  []int64 // events of each sender
	rnd  *rand.Rand
	load *load
}

// A graph is a ring with its senders and readers.
type graph struct {
	*load
	ring    *disruptor.Ring[event]
	senders []*sender
	readers []*reader
	wg      sync.WaitGroup
}

// newGraph makes the graph of l; if handled, with readers for Run.
func newGraph(l *load, handled bool) *graph {
	g := &graph{load: l, ring: l.newRing()}
	producers := int64(l.producers)
	if l.config.Producers == disruptor.Single {
		producers = 1
	}
	for id, after := range l.after {
		var before []*disruptor.Consumer[event]
		for _, i := range after {
			before = append(before, g.readers[i].Consumer)
		}
		r := &reader{nil, id, 0, make([]int64, producers), random(), l}
		if handled {
			r.Consumer = g.ring.Handle("", r.handle, before...)
		} else {
			r.Consumer = g.ring.Consumer("", before...)
		}
		g.readers = append(g.readers, r)
	}
	for id := range producers {
		s := &sender{nil, id, 0, g.readers[0].Consumer, random()}
		if l.config.Producers == disruptor.Single {
			s.Producer = g.ring.SingleProducer()
		} else {
			s.Producer = g.ring.MultiProducer()
		}
		g.senders = append(g.senders, s)
	}
	return g
}

func random() *rand.Rand { return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) }

// startReaders and startSenders start the goroutines. The ring is closed when the last sender
// has ended.
func (g *graph) startReaders() {
	for _, r := range g.readers {
		g.wg.Go(func() { g.read(g.load, r) })
	}
}

func (g *graph) startSenders() {
	var senders sync.WaitGroup
	for _, s := range g.senders {
		senders.Go(func() { g.send(g.load, s) })
	}
	g.wg.Go(func() {
		senders.Wait()
		g.ring.Close()
	})
}

// finish waits for all goroutines, and checks that every reader has got all events or, if the
// ring has failed, no others.
func (g *graph) finish(failed bool) {
	g.wg.Wait()
	var events int64
	for _, r := range g.readers {
		for _, s := range g.senders {
			got := r.got[s.id]
			if got > s.sent || got < s.sent && !failed {
				g.fail("reader %d has got %d events of sender %d, who sent %d", r.id, got, s.id, s.sent)
			}
			events += got
		}
	}
	g.retire(events)
}

// fill writes the next events of s.
func (s *sender) fill(b disruptor.Batch[event]) {
	for _, e := range b.All() {
		*e = event{s.id, s.sent}
		s.sent++
	}
}

// claim claims n slots and writes them. It returns false when the ring has been closed.
func (s *sender) claim(l *load, n int) (b disruptor.Batch[event], ok bool) {
	b, err := s.Claim(context.Background(), n)
	if err == nil {
		s.fill(b)
	} else if !errors.Is(err, disruptor.ErrClosed) {
		l.fail("sender %d: %v", s.id, err)
	}
	return b, err == nil
}

// check reads b and leaves it to the caller to hand it back.
func (r *reader) check(b disruptor.Batch[event]) {
	for seq, e := range b.All() {
		if seq != r.at {
			r.load.fail("reader %d is handed sequence %d and not %d", r.id, seq, r.at)
		}
		if e.number != r.got[e.sender] {
			r.load.fail("reader %d: event %d of sender %d at %d, and not %d", r.id, e.number, e.sender, seq, r.got[e.sender])
		}
		r.at++
		r.got[e.sender]++
	}
}

func (r *reader) handle(b disruptor.Batch[event]) error {
	r.check(b)
	return nil
}
