package behaviour

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/be395dad/disruptor"
)

// raceEvent is a plain struct, written and read field by field, so that the race detector sees
// each edge that the ring promises: every consumer writes its stamp, the consumers after it read
// it, and the next lap overwrites it.
type raceEvent struct {
	producer, count, sum uint64
	stamps               [raceStamps]int64 // sequence+1, by consumers with a number below raceStamps
}

const raceStamps = 4

// record is an event as a consumer has seen it.
type record struct {
	sequence        int64
	producer, count uint64
}

// A crowd is the set of goroutines around one ring. Its random numbers come from seed, not from the
// schedule.
type crowd struct {
	t      *testing.T
	ctx    context.Context
	ring   *disruptor.Ring[raceEvent]
	aborts int // of 100 claims, how many are aborted in whole or in part
	wg     sync.WaitGroup
	seed   uint64
}

func newCrowd(t *testing.T, cfg disruptor.Config) *crowd {
	c := &crowd{t: t, ctx: testContext(t), ring: newRing[raceEvent](t, cfg)}
	c.seed = uint64(cfg.Capacity)
	for _, b := range []byte(t.Name()) {
		c.seed = c.seed*31 + uint64(b)
	}
	return c
}

func (c *crowd) random() *rand.Rand {
	c.seed++
	return rand.New(rand.NewPCG(c.seed, 0))
}

// A producing goroutine publishes events with counts 1, 2, 3, ... An event has its count when it is accepted.
type producing struct {
	*crowd
	disruptor.Producer[raceEvent]
	id       uint64
	rnd      *rand.Rand
	accepted uint64 // counts up to this one were published, for others to read when wg is done
}

// produce starts a goroutine that publishes n events, or as many as it can before the ring ends.
func (c *crowd) produce(p disruptor.Producer[raceEvent], id uint64, n int) *producing {
	g := &producing{crowd: c, Producer: p, id: id, rnd: c.random()}
	c.wg.Go(func() {
		for g.accepted < uint64(n) {
			if err := g.step(n - int(g.accepted)); err != nil {
				if !errors.Is(err, disruptor.ErrClosed) {
					c.t.Errorf("producer %d: %v", id, err)
				}
				return
			}
		}
	})
	return g
}

// step publishes a few events, no more than left.
func (g *producing) step(left int) error {
	n := 1 + g.rnd.IntN(min(g.ring.Cap(), left, 6))
	switch g.rnd.IntN(4) {
	case 0:
		err := g.Send(g.ctx, g.event(1))
		if err == nil {
			g.accepted++
		}
		return err
	case 1:
		for !g.TrySend(g.event(1)) {
			if err := g.ring.Err(); err != nil {
				return err
			}
			runtime.Gosched()
		}
		g.accepted++
		return nil
	case 2:
		return g.do(n)
	default:
		return g.parts(n)
	}
}

// event returns the event that will be the i-th after the accepted ones.
func (g *producing) event(i int) raceEvent {
	count := g.accepted + uint64(i)
	return raceEvent{producer: g.id, count: count, sum: checksum(g.id, count)}
}

func (g *producing) write(e *raceEvent, i int) {
	v := g.event(i)
	e.producer = v.producer
	e.count = v.count
	e.sum = v.sum
}

func (g *producing) do(n int) error {
	abort := g.rnd.IntN(100) < g.aborts
	err := g.Do(g.ctx, n, func(b disruptor.Batch[raceEvent]) error {
		for i := range n {
			g.write(b.At(i), i+1)
		}
		if abort {
			return errBoom
		}
		return nil
	})
	switch {
	case err == nil:
		g.accepted += uint64(n)
	case errors.Is(err, errBoom):
		return nil
	}
	return err
}

// parts claims n slots and publishes or aborts them part by part, in any order. Counts go by sequence.
func (g *producing) parts(n int) error {
	b, err := g.Claim(g.ctx, n)
	if err != nil {
		return err
	}
	type part struct {
		disruptor.Batch[raceEvent]
		abort bool
	}
	var parts []part
	written := 0
	for b.Len() > 0 {
		var p part
		p.Batch, b = b.Split(1 + g.rnd.IntN(b.Len()))
		p.abort = g.rnd.IntN(100) < g.aborts
		for _, e := range p.All() {
			if p.abort {
				e.producer, e.sum = ^g.id, 0 // nobody must see it
			} else {
				written++
				g.write(e, written)
			}
		}
		parts = append(parts, p)
	}
	g.rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	for _, p := range parts {
		if p.abort {
			g.Abort(p.Batch)
		} else {
			g.Publish(p.Batch)
		}
	}
	g.accepted += uint64(written)
	return nil
}

// A consuming goroutine records the events that it is handed.
type consuming struct {
	*crowd
	*disruptor.Consumer[raceEvent]
	number int   // its stamp; none from raceStamps on
	after  []int // the stamps that it must find
	rnd    *rand.Rand
	joined int64
	log    []record
	err    error // why it has ended
	first  bool  // joined before the first event
	left   bool  // before the ring ended, or came when it had
}

func (c *crowd) consumer(number int, after []int, consumers ...*disruptor.Consumer[raceEvent]) *consuming {
	g := &consuming{crowd: c, number: number, after: after, rnd: c.random(), first: true}
	g.Consumer = c.ring.Consumer("consumer", consumers...)
	g.joined = g.Position()
	return g
}

// consume starts a goroutine that reads until the consumer finds its end.
func (g *consuming) consume() {
	g.wg.Go(func() {
		for g.err == nil {
			g.step()
		}
	})
}

// step reads what comes next, in one of the ways in which it can be read.
func (g *consuming) step() {
	if g.rnd.IntN(4) == 0 {
		g.peek()
	}
	b, ok := disruptor.Batch[raceEvent]{}, false
	if g.rnd.IntN(4) == 0 {
		b, ok = g.TryNext()
	}
	if !ok {
		if b, g.err = g.Next(g.ctx); g.err != nil {
			return
		}
	}
	if g.rnd.IntN(4) == 0 { // early
		again, ok := g.TryNext()
		if !ok || again.From() != b.From() || again.To() < b.To() {
			g.t.Errorf("[%d, %d) was in hand, then [%d, %d)", b.From(), b.To(), again.From(), again.To())
		}
	}
	if g.rnd.IntN(2) == 0 {
		b, _ = b.Split(1 + g.rnd.IntN(b.Len()))
	}
	for seq, e := range b.All() {
		g.read(seq, e)
	}
	g.Done(b)
}

// peek looks at single slots.
func (g *consuming) peek() {
	from := g.Position()
	to, err := g.WaitFor(g.ctx, from)
	if err != nil {
		return // Next will say the same
	}
	for seq := from; seq < to; seq++ {
		e, err := g.At(seq)
		switch {
		case errors.Is(err, disruptor.ErrAborted):
		case err != nil:
			g.t.Errorf("At(%d) in [%d, %d): %v", seq, from, to, err)
		case e.sum != checksum(e.producer, e.count):
			g.t.Errorf("At(%d) is torn", seq)
		}
	}
}

func (g *consuming) read(seq int64, e *raceEvent) {
	r := record{seq, e.producer, e.count}
	if e.sum != checksum(r.producer, r.count) {
		g.t.Errorf("consumer %d: the event at %d is torn or stale", g.number, seq)
	}
	for _, a := range g.after {
		if e.stamps[a] != seq+1 {
			g.t.Errorf("consumer %d was handed %d before consumer %d was done with it", g.number, seq, a)
		}
	}
	if g.number < raceStamps {
		e.stamps[g.number] = seq + 1
	}
	g.log = append(g.log, r)
}
