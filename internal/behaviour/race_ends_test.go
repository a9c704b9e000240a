package behaviour

import (
	"context"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// after lets some goroutines run: a moment that the schedule chooses.
func after(rnd *rand.Rand, atMost int) {
	for range rnd.IntN(atMost) {
		runtime.Gosched()
	}
}

const unbounded = 1 << 30 // as many events as producers can publish before the ring ends

func TestWhatWasAcceptedBeforeCloseIsDelivered(t *testing.T) {
	forEachTinyRing(t, func(t *testing.T, cfg disruptor.Config) {
		for i := range 5 * race.Scale {
			c := newCrowd(t, cfg)
			c.aborts = 20
			c.seed += uint64(i)
			logs := c.start(Shape{producers: 2 - int(cfg.Producers), after: [][]int{{}, {}, {0, 1}}}, unbounded)
			after(c.random(), 200)
			c.ring.Close()
			c.wg.Wait()
			logs.verify(t, true)
			for _, g := range logs.consumers {
				require.ErrorIs(t, g.err, disruptor.ErrClosed)
				require.Equal(t, logs.consumers[0].Position(), g.Position(), "one end for all")
			}
		}
	})
}

// handlers makes consumers of Run out of a shape's: fail is asked for each batch of the last one.
func (c *crowd) handlers(top Shape, fail func() error) *crowdLogs {
	logs := &crowdLogs{}
	for i, after := range top.after {
		var consumers []*disruptor.Consumer[raceEvent]
		for _, a := range after {
			consumers = append(consumers, logs.consumers[a].Consumer)
		}
		g := &consuming{crowd: c, number: i, after: after, rnd: c.random(), first: true}
		last := i == len(top.after)-1
		g.Consumer = c.ring.Handle("handler", func(b disruptor.Batch[raceEvent]) error {
			for seq, e := range b.All() {
				g.read(seq, e)
			}
			if last {
				return fail()
			}
			return nil
		}, consumers...)
		logs.consumers = append(logs.consumers, g)
	}
	for i := range top.producers {
		logs.producers = append(logs.producers, c.produce(newProducer(c.ring), uint64(i), unbounded))
	}
	return logs
}

func TestCancellingRunEndsEveryone(t *testing.T) {
	forEachTinyRing(t, func(t *testing.T, cfg disruptor.Config) {
		for i := range 5 * race.Scale {
			c := newCrowd(t, cfg)
			c.seed += uint64(i)
			logs := c.handlers(Shape{producers: 2 - int(cfg.Producers), after: [][]int{{}, {0}, {1}}},
				func() error { return nil })
			ctx, cancel := context.WithCancelCause(c.ctx)
			rnd := c.random()
			c.wg.Go(func() {
				after(rnd, 200)
				cancel(errBoom)
			})
			require.Equal(t, errBoom, c.ring.Run(ctx))
			c.wg.Wait()
			logs.verify(t, false)
			require.ErrorIs(t, c.ring.Err(), disruptor.ErrClosed)
			require.ErrorIs(t, c.ring.Err(), errBoom)
		}
	})
}

// C65.
func TestAFailedHandlerEndsEveryone(t *testing.T) {
	forEachTinyRing(t, func(t *testing.T, cfg disruptor.Config) {
		for i := range 5 * race.Scale {
			c := newCrowd(t, cfg)
			c.aborts = 20
			c.seed += uint64(i)
			batches := c.random().IntN(50)
			logs := c.handlers(Shape{producers: 2 - int(cfg.Producers), after: [][]int{{}, {}, {0, 1}}}, func() error {
				if batches--; batches >= 0 {
					return nil
				}
				if i%2 == 0 {
					panic(errBoom)
				}
				return errBoom
			})
			err := c.ring.Run(c.ctx)
			require.ErrorIs(t, err, errBoom)
			require.ErrorContains(t, err, `consumer "handler"`)
			c.wg.Wait()
			logs.verify(t, false)
			require.ErrorIs(t, c.ring.Err(), errBoom)
		}
	})
}

// Goroutines in every kind of wait, all released by one end of any kind.
func TestNobodyOutlivesTheEndOfTheRing(t *testing.T) {
	ends := map[string]func(*disruptor.Ring[raceEvent]){
		"Close": (*disruptor.Ring[raceEvent]).Close,
		"Run's context": func(r *disruptor.Ring[raceEvent]) {
			ctx, cancel := context.WithCancelCause(context.Background())
			cancel(errBoom)
			_ = r.Run(ctx)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			forEachTinyRing(t, func(t *testing.T, cfg disruptor.Config) {
				c := newCrowd(t, cfg)
				first := c.ring.Consumer("first")
				second := c.ring.Consumer("second", first)
				p := newProducer(c.ring)
				b, ok := p.TryClaim(c.ring.Cap()) // and never published
				require.True(t, ok)
				waits := []func() error{
					func() error { _, err := first.Next(c.ctx); return err },
					func() error { _, err := second.WaitFor(c.ctx, 1<<40); return err },
				}
				if cfg.Producers == disruptor.Multi {
					waits = append(waits,
						func() error { return p.Send(c.ctx, raceEvent{}) },
						func() error { _, err := p.Claim(c.ctx, c.ring.Cap()); return err })
				}
				errs := make(chan error, len(waits))
				for _, w := range waits {
					c.wg.Go(func() { errs <- w() })
				}
				after(c.random(), 100)
				end(c.ring)
				p.Abort(b) // after Close, consumers that wait for the rest wait for this
				c.wg.Wait()
				for range waits {
					require.ErrorIs(t, <-errs, disruptor.ErrClosed)
				}
			})
		})
	}
}
