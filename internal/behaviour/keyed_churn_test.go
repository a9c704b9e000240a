package behaviour

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// A keyedEvent has its key until it is handled.
type keyedEvent struct {
	key     uint64
	id      int   // the key, for the test
	count   int   // of the events of that key
	handled int64 // sequence+1
}

func keyOf(e *keyedEvent) uint64 { return e.key }

const (
	keys    = 7
	keyBase = 1 << 40 // no small numbers
)

// A keyedCrowd is the set of goroutines around one group with a key. The records of a key have
// no lock, so the race detector sees two workers that handle one key at once.
type keyedCrowd struct {
	t     *testing.T
	ring  *disruptor.Ring[keyedEvent]
	group *disruptor.Group[keyedEvent]
	wg    sync.WaitGroup
	sent  [keys]int
	seen  [keys]int

	staged bool // a stage before the group gives events their keys
}

func newKeyedCrowd(t *testing.T, r *disruptor.Ring[keyedEvent], cfg disruptor.GroupConfig[keyedEvent]) *keyedCrowd {
	cfg.Name, cfg.Key = "g", keyOf
	return &keyedCrowd{t: t, ring: r, group: r.Group(cfg)}
}

// produce publishes n events, and aborts some sequences in between.
func (c *keyedCrowd) produce(p disruptor.Producer[keyedEvent], n int, rnd *rand.Rand) {
	ctx := testContext(c.t)
	for i := 0; i < n; {
		b, err := p.Claim(ctx, 1+rnd.IntN(min(4, c.ring.Cap(), n-i)))
		if err != nil {
			c.t.Error(err)
			return
		}
		if rnd.IntN(5) == 0 {
			for _, e := range b.All() {
				*e = keyedEvent{}
			}
			p.Abort(b)
			continue
		}
		for _, e := range b.All() {
			id := rnd.IntN(keys)
			if rnd.IntN(2) == 0 {
				id = 0
			}
			if *e = (keyedEvent{id: id, count: c.sent[id]}); !c.staged {
				e.key = keyBase * uint64(id)
			}
			c.sent[id]++
			i++
		}
		p.Publish(b)
	}
}

// handle handles a batch of a worker, or a first part of it, and finishes that.
func (c *keyedCrowd) handle(w *disruptor.Worker[keyedEvent], b disruptor.Batch[keyedEvent], n int) {
	head, _ := b.Split(n)
	c.each(head)
	w.Done(head)
}

// each handles the events of a batch.
func (c *keyedCrowd) each(b disruptor.Batch[keyedEvent]) {
	for seq, e := range b.All() {
		if e.key != keyBase*uint64(e.id) || e.handled != 0 || e.count != c.seen[e.id] {
			c.t.Errorf("event %d of key %d at %d comes at %d, handled: %d", e.count, e.id, seq, c.seen[e.id], e.handled)
		}
		c.seen[e.id]++
		e.key, e.handled = ^e.key, seq+1
	}
}

// churn joins, handles for a few turns and leaves, until the ring ends. Sometimes it leaves with slots in hand.
func (c *keyedCrowd) churn(rnd *rand.Rand) {
	ctx := testContext(c.t)
	c.wg.Go(func() {
		for {
			w := c.group.Worker()
			for turns := rnd.IntN(20); turns > 0; turns-- {
				b, err := w.Next(ctx)
				if err != nil {
					if !errors.Is(err, disruptor.ErrClosed) {
						c.t.Error(err)
					}
					w.Close()
					return
				}
				if n := rnd.IntN(b.Len() + 1); n > 0 {
					c.handle(w, b, n)
				}
			}
			w.Close()
		}
	})
}

// precede adds a stage before the group, which gives events their keys.
func (c *keyedCrowd) precede(stage *disruptor.Consumer[keyedEvent]) {
	c.staged = true
	ctx := testContext(c.t)
	c.wg.Go(func() {
		for b := range stage.Batches(ctx) {
			for _, e := range b.All() {
				e.key = keyBase * uint64(e.id)
			}
		}
		if err := stage.Err(); err != nil {
			c.t.Error(err)
		}
	})
}

// follow adds a consumer after the group, and requires that it sees each event in the order of
// the ring, once it has been handled.
func (c *keyedCrowd) follow() {
	f := c.ring.Consumer("follower", c.group.Consumer())
	ctx := testContext(c.t)
	c.wg.Go(func() {
		next := f.Position()
		for b := range f.Batches(ctx) {
			if b.From() < next {
				c.t.Errorf("[%d, %d) after %d", b.From(), b.To(), next)
			}
			next = b.To()
			for seq, e := range b.All() {
				if e.handled != seq+1 {
					c.t.Errorf("sequence %d has not been handled: %d", seq, e.handled)
				}
			}
		}
		if err := f.Err(); err != nil {
			c.t.Error(err)
		}
	})
}

// end closes the ring and requires that each event was handled.
func (c *keyedCrowd) end() {
	c.ring.Close()
	c.wg.Wait()
	require.Equal(c.t, c.sent, c.seen)
	require.Equal(c.t, c.ring.Published(), c.group.Consumer().Position())
}

// With every configuration of a ring, and with workers that come and go.
func TestEventsOfOneKeyAreHandledInOrder(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		rnd := s.random()
		r := newRingWithHistory[keyedEvent](t, s.Config, s.start, rnd)
		cfg := disruptor.GroupConfig[keyedEvent]{MaxBatch: rnd.IntN(4)}
		var stage *disruptor.Consumer[keyedEvent]
		if rnd.IntN(2) == 0 {
			stage = r.Consumer("stage")
			cfg.After = append(cfg.After, stage)
		}
		c := newKeyedCrowd(t, r, cfg)
		if stage != nil {
			c.precede(stage)
		}
		c.follow()
		for i := range 3 {
			c.churn(rand.New(rand.NewPCG(uint64(s.start), uint64(i))))
		}
		c.produce(newProducer(r), min(80*race.Scale, 4*s.Capacity+100), rnd)
		c.end()
	})
}

// The last worker leaves, with or without events in hand, and another one comes.
func TestAKeyedGroupWithoutWorkersWaitsForOne(t *testing.T) {
	for _, capacity := range []int{1, 2, 8} {
		t.Run(fmt.Sprint(capacity), func(t *testing.T) {
			r := newRing[keyedEvent](t, disruptor.Config{Capacity: capacity})
			c := newKeyedCrowd(t, r, disruptor.GroupConfig[keyedEvent]{})
			c.follow()
			c.churn(rand.New(rand.NewPCG(1, 2)))
			c.produce(r.MultiProducer(), 500*race.Scale, rand.New(rand.NewPCG(3, 4)))
			c.end()
		})
	}
}
