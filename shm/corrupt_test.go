//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A crew is the producers and consumers of two processes at work.
type crew struct {
	rings  []*Ring[tick]
	core   *core
	events atomic.Int64 // that consumers have had
	errs   chan error   // of the goroutines that have ended
	stop   context.CancelFunc
	ended  sync.WaitGroup
}

// startCrew starts two producers and four consumers, some of which follow others.
func startCrew(t *testing.T) *crew {
	r, path := newRing[tick](t, Config{Capacity: 16, MaxProducers: 8, MaxConsumers: 8})
	o := openRing[tick](t, path, Options{})
	ctx, cancel := context.WithCancel(long(t))
	w := &crew{rings: []*Ring[tick]{r, o}, core: r.core, errs: make(chan error, 6), stop: cancel}
	run := func(f func() error) {
		w.ended.Add(1)
		go func() {
			defer w.ended.Done()
			w.errs <- f()
		}()
	}
	for i, cfg := range []ConsumerConfig{
		{Name: "a"}, {Name: "b", After: []string{"a"}, OnDeath: Hold}, {Name: "c", After: []string{"a", "b"}}, {Name: "d", Evictable: 16},
	} {
		c := newConsumer(t, w.rings[i%2], cfg)
		run(func() error {
			defer c.Close()
			for b := range c.Batches(ctx) {
				w.events.Add(int64(b.Len()))
			}
			return c.Err()
		})
	}
	for _, ring := range w.rings {
		p := newProducer(t, ring)
		run(func() error {
			defer p.Close()
			for i := 0; ; i++ {
				b, err := p.Claim(ctx, 1+i%5)
				if err != nil {
					return err
				}
				if head, rest := b.Split(b.Len() / 2); i%7 == 0 {
					p.Abort(b)
				} else {
					p.Publish(rest)
					if head.Len() > 0 {
						p.Publish(head)
					}
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
			}
		})
	}
	eventually(t, func() bool { return w.events.Load() > 100 })
	return w
}

// finish ends the whole crew and checks how its calls ended.
func (w *crew) finish(t *testing.T) {
	w.stop()
	w.ended.Wait()
	for range cap(w.errs) {
		err := <-w.errs
		if err == nil || errors.Is(err, ErrClosed) {
			continue
		}
		require.ErrorIs(t, err, context.Canceled)
	}
	for _, r := range w.rings {
		_ = r.Stats().String()
		require.NoError(t, r.Detach(long(t)))
	}
}

// corruptions store what another process may store in the words of a ring.
var corruptions = map[string]func(c *core, random *rand.Rand){
	"cursor back":         func(c *core, _ *rand.Rand) { c.control.cursor.Add(-5) },
	"cursor far":          func(c *core, _ *rand.Rand) { c.control.cursor.Add(1 << 40) },
	"cursor too far":      func(c *core, _ *rand.Rand) { c.control.cursor.Store(math.MaxInt64) },
	"cursor closed":       func(c *core, _ *rand.Rand) { c.control.cursor.Store(-1) },
	"cursor random":       func(c *core, random *rand.Rand) { c.control.cursor.Store(int64(random.Uint64())) },
	"cursor reopened":     func(c *core, _ *rand.Rand) { c.control.cursor.Store(0) },
	"position beyond":     func(c *core, _ *rand.Rand) { c.place(0).position.Add(1000) },
	"position far behind": func(c *core, _ *rand.Rand) { c.place(0).position.Add(-1000) },
	"position negative":   func(c *core, _ *rand.Rand) { c.place(1).position.Store(math.MinInt64) },
	"position largest":    func(c *core, _ *rand.Rand) { c.place(2).position.Store(math.MaxInt64) },
	"record of everything": func(c *core, _ *rand.Rand) {
		for i := range 8 {
			c.record(i).from.Store(0)
			c.record(i).to.Store(math.MaxInt64)
			c.record(i).state.CompareAndSwap(0, uint64(stateOf(1, 0, live)))
		}
	},
	"marks of ones": func(c *core, _ *rand.Rand) {
		for s := range c.Capacity {
			c.mark(s).Store(-1)
		}
	},
	"marks random": func(c *core, random *rand.Rand) {
		for s := range c.Capacity {
			c.mark(s).Store(int64(random.Uint64() >> (random.Uint32() % 64)))
		}
	},
	"marks of later laps": func(c *core, _ *rand.Rand) {
		for s := range c.Capacity {
			c.mark(s).Add(c.Capacity * 2)
		}
	},
	"members of ones": func(c *core, _ *rand.Rand) { c.control.members.Store(math.MaxUint64) },
	"members of none": func(c *core, _ *rand.Rand) { c.control.members.Store(0) },
	"members beyond":  func(c *core, _ *rand.Rand) { c.control.members.Store(0xff << 56) },
	"bits of sleepers": func(c *core, _ *rand.Rand) {
		for i := range c.geometry.Consumers {
			c.place(i).event.consumers.Store(math.MaxUint64)
			c.place(i).event.producers.Store(math.MaxUint64)
		}
		c.control.event.consumers.Store(math.MaxUint64)
		c.control.event.producers.Store(math.MaxUint64)
	},
	"counts": func(c *core, random *rand.Rand) {
		c.control.event.count.Store(random.Uint32())
		for i := range c.geometry.Consumers {
			c.place(i).event.count.Add(1)
		}
	},
	"futexes": func(c *core, _ *rand.Rand) { // a sleeper that takes wake-ups, and wakes that nobody needs
		e := &c.control.event
		_ = futexWait(&e.count, e.count.Load(), 1)
		futexWake(&e.count)
		e.count.Add(1)
		for i := range c.geometry.Consumers {
			futexWake(&c.place(i).event.count)
		}
	},
	"states of places": func(c *core, random *rand.Rand) {
		c.place(random.IntN(8)).state.Store(uint64(stateOf(random.Uint64()%8, random.IntN(66)-1, phase(random.IntN(10)))))
	},
	"states of records": func(c *core, random *rand.Rand) {
		c.record(random.IntN(8)).state.Store(uint64(stateOf(random.Uint64()%8, random.IntN(66)-1, phase(random.IntN(10)))))
	},
	"attachments": func(c *core, random *rand.Rand) {
		c.attachment(random.IntN(c.Processes)).state.Store(random.Uint64() % 2)
		c.attachment(random.IntN(c.Processes)).pid.Store(random.Uint64())
	},
	"after": func(c *core, random *rand.Rand) {
		p := c.place(random.IntN(8))
		for k := range p.after {
			p.after[k].Store(random.Uint64()%8<<8 | random.Uint64()%10)
		}
	},
	"version odd":    func(c *core, _ *rand.Rand) { c.place(0).version.Store(1); c.place(1).version.Store(3) },
	"last gap":       func(c *core, random *rand.Rand) { c.control.lastGap.Store(int64(random.Uint64())) },
	"no last gap":    func(c *core, _ *rand.Rand) { c.control.lastGap.Store(math.MinInt64) },
	"failure":        func(c *core, random *rand.Rand) { c.control.failure.Store(random.Uint64()) },
	"epoch evicted":  func(c *core, _ *rand.Rand) { c.place(0).evicted.Store(math.MaxUint64) },
	"policy and lag": func(c *core, _ *rand.Rand) { c.place(0).policy.Store(math.MaxUint64); c.place(1).maxLag.Store(1) },
	"names": func(c *core, random *rand.Rand) {
		for i := range c.place(0).name {
			c.place(0).name[i].Store(random.Uint64())
			c.record(0).name[i].Store(math.MaxUint64)
			c.attachment(0).name[i].Store(random.Uint64())
		}
	},
}

// A process stores what it likes, once or again and again, while others work. Their calls end
// with an error, or are delayed until their contexts end.
func TestCorruptWords(t *testing.T) {
	for name, corrupt := range corruptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, uint64(len(name))))
			for _, times := range []int{1, 300} {
				w := startCrew(t)
				for range times {
					corrupt(w.core, random)
					runtime.Gosched()
				}
				if c, err := w.rings[1].Consumer(ConsumerConfig{Name: "e", After: []string{"c", "b"}}); err == nil {
					c.TryNext()
					c.Close()
				}
				w.core.recover()
				w.finish(t)
			}
		})
	}
}

// All corruptions at once, by several goroutines, for a while.
func TestCorruptEverything(t *testing.T) {
	w := startCrew(t)
	var hostile sync.WaitGroup
	for seed := range uint64(2) {
		hostile.Add(1)
		go func() {
			defer hostile.Done()
			random := rand.New(rand.NewPCG(2, seed))
			for range 30 {
				for _, corrupt := range corruptions { // in random order
					corrupt(w.core, random)
				}
			}
		}()
	}
	hostile.Wait()
	w.finish(t)
}
