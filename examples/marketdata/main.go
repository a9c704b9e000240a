// Marketdata is one feed of prices with three users. A recorder keeps every tick, in order.
// Workers compute risk: the ticks of a symbol go to one of them, in order. A display shows the
// latest ticks. It is slow, misses most of them, and holds nobody up.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/be395dad/disruptor"
)

const symbols = 64

type tick struct {
	symbol int
	count  int // number of this tick among those of its symbol, from 1
	price  int // in hundredths
}

// market is what the users of the feed have found out.
type market struct {
	recorded  int
	risk      [symbols]exposure // each is used by the worker that owns its symbol
	shown     int
	missed    int64
	displayed time.Duration // how long it takes to draw
}

// An exposure is how far a price has fallen since it was highest.
type exposure struct{ ticks, high, worst int }

// record is handed every tick, in the order of the feed.
func (m *market) record(seq int64, t *tick) error {
	if int64(m.recorded) != seq {
		return fmt.Errorf("tick %d after %d", seq, m.recorded-1)
	}
	m.recorded++
	return nil
}

// assess is handed the ticks of each symbol in order, one at a time.
func (m *market) assess(_ int64, t *tick) error {
	e := &m.risk[t.symbol]
	if e.ticks++; e.ticks != t.count {
		return fmt.Errorf("symbol %d: tick %d instead of %d", t.symbol, t.count, e.ticks)
	}
	e.high = max(e.high, t.price)
	e.worst = max(e.worst, e.high-t.price)
	return nil
}

// show draws the latest ticks.
func (m *market) show(c disruptor.Copy[tick]) error {
	m.shown += len(c.Events)
	m.missed += c.Missed
	time.Sleep(m.displayed)
	return nil
}

// run passes that many ticks to all three users.
func run(ticks int, display time.Duration) (*market, error) {
	ring, err := disruptor.New[tick](disruptor.Config{Capacity: 1 << 12, Producers: disruptor.Single})
	if err != nil {
		return nil, err
	}
	m := &market{displayed: display}
	ring.Handle("recorder", disruptor.Each(m.record))
	ring.HandleGroup(disruptor.GroupConfig[tick]{
		Name: "risk", Workers: 3,
		Key: func(t *tick) uint64 { return uint64(t.symbol) },
	}, disruptor.Each(m.assess))
	ring.HandleLossy(disruptor.LossyConfig[tick]{Name: "display", MaxBatch: 16, Newest: true}, m.show)

	go func() {
		defer ring.Close()
		feed(ring.SingleProducer(), ticks)
	}()
	return m, ring.Run(context.Background())
}

// feed sends that many ticks, whose prices move up and down.
func feed(p *disruptor.SingleProducer[tick], ticks int) {
	var last [symbols]tick
	for n := range ticks {
		t := &last[(n*n+n)/2%symbols]
		t.symbol, t.count = (n*n+n)/2%symbols, t.count+1
		t.price += (n*7919)%21 - 10
		if p.Send(context.Background(), *t) != nil {
			return // a handler has failed, and Run says why
		}
	}
}

// check reports an error unless each user has had its due.
func (m *market) check(ticks int) error {
	assessed := 0
	for _, e := range m.risk {
		assessed += e.ticks
	}
	switch {
	case m.recorded != ticks:
		return fmt.Errorf("%d of %d ticks recorded", m.recorded, ticks)
	case assessed != ticks:
		return fmt.Errorf("%d of %d ticks assessed", assessed, ticks)
	case m.shown+int(m.missed) != ticks:
		return fmt.Errorf("of %d ticks %d shown and %d missed", ticks, m.shown, m.missed)
	}
	return nil
}

func main() {
	const ticks = 1_000_000
	m, err := run(ticks, 10*time.Millisecond)
	if err == nil {
		err = m.check(ticks)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "marketdata:", err)
		os.Exit(1)
	}
	fmt.Printf("marketdata: %d ticks recorded and assessed in order, %d shown, %d missed by the display\n", ticks, m.shown, m.missed)
}
