package behaviour

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// A crew joins and leaves while producers run. A joiner may follow any present or past consumer.
type crew struct {
	*crowd
	mu   sync.Mutex
	all  []*consuming
	came int
}

// some returns up to two of the last joiners.
func (c *crew) some(rnd *rand.Rand) (after []*disruptor.Consumer[raceEvent]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range rnd.IntN(3) {
		if n := len(c.all); n > 0 {
			after = append(after, c.all[n-1-rnd.IntN(min(n, 6))].Consumer)
		}
	}
	return after
}

func (c *crew) join(rnd *rand.Rand) *consuming {
	after := c.some(rnd)
	c.mu.Lock()
	defer c.mu.Unlock()
	g := &consuming{crowd: c.crowd, number: raceStamps, rnd: rnd}
	g.Consumer = c.ring.Consumer(fmt.Sprint(c.came), after...)
	g.joined = g.Position()
	g.left = c.ring.Err() != nil
	c.came++
	c.all = append(c.all, g)
	return g
}

// churn joins, reads for a few turns and leaves, until the ring ends. Sometimes it leaves with slots in hand.
func (c *crew) churn() {
	rnd := c.random()
	c.wg.Go(func() {
		for c.ring.Err() == nil {
			g := c.join(rnd)
			for turns := rnd.IntN(8); g.err == nil && turns > 0; turns-- {
				g.step()
			}
			if rnd.IntN(2) == 0 {
				g.TryNext()
			}
			g.left = g.left || g.err == nil
			g.Close()
		}
	})
}

func TestConsumersThatComeAndGoMissNothingInBetween(t *testing.T) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, w := range RaceWaits {
			for _, capacity := range []int{1, 2, 8} {
				for _, stays := range []bool{true, false} {
					name := fmt.Sprintf("%d/%s/%d/%v", producers, w.Name, capacity, stays)
					t.Run(name, func(t *testing.T) {
						cfg := disruptor.Config{Capacity: capacity, Producers: producers, Wait: w.Wait, Clear: capacity == 2}
						comeAndGo(t, cfg, stays)
					})
				}
			}
		}
	}
}

func comeAndGo(t *testing.T, cfg disruptor.Config, stays bool) {
	c := &crew{crowd: newCrowd(t, cfg)}
	c.aborts = 25
	top := Shape{producers: 2 - int(cfg.Producers)} // Single == 1
	if stays {
		top.after = [][]int{{}}
	}
	logs := c.start(top, 150*race.Scale/top.producers)
	for range 3 {
		c.churn()
	}
	c.wg.Wait()
	logs.consumers = append(logs.consumers, c.all...)
	logs.verify(t, true)
}

// A joiner sees everything whose Publish had not begun when Consumer returned: here what its own goroutine publishes.
func TestAJoinerSeesWhatIsPublishedAfterIt(t *testing.T) {
	forEachTinyRing(t, func(t *testing.T, cfg disruptor.Config) {
		c := newCrowd(t, cfg)
		p := newProducer(c.ring)
		stop := make(chan struct{})
		rnds := []*rand.Rand{c.random(), c.random()}
		for _, rnd := range rnds { // they make the gate move, with and without consumers
			c.wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					other := c.ring.Consumer("other")
					for range rnd.IntN(20) {
						if b, ok := other.TryNext(); ok {
							other.Done(b)
						}
						runtime.Gosched()
					}
					other.Close()
				}
			})
		}
		for i := range 100 * race.Scale {
			own := c.ring.Consumer("own")
			require.NoError(t, p.Send(c.ctx, raceEvent{count: uint64(i)}))
			b, err := own.Next(c.ctx)
			require.NoError(t, err)
			require.Equal(t, uint64(i), b.At(0).count)
			own.Close()
		}
		close(stop)
		c.wg.Wait()
	})
}

// A caller of Stats holds nothing back, so the ring may move a whole lap between two of the
// words it reads.
func TestPublishedNeverGoesBackAndIsNeverBehindAPosition(t *testing.T) {
	forEachTinyRing(t, func(t *testing.T, cfg disruptor.Config) {
		for _, after := range [][][]int{nil, {{}, {0}}} {
			c := newCrowd(t, cfg)
			logs := c.start(Shape{producers: 1, after: after}, 200*race.Scale)
			c.wg.Go(func() {
				last := int64(0)
				for n := 0; c.ring.Err() == nil; n++ {
					if n%32 == 0 {
						runtime.Gosched()
					}
					position := last
					for _, g := range logs.consumers {
						position = max(position, g.Position())
					}
					if last = c.ring.Published(); last < position {
						t.Errorf("%d are published after %d were", last, position)
						return
					}
				}
			})
			c.wg.Wait()
		}
	})
}

// forEachTinyRing runs test with tiny rings of both kinds and each way to wait that suits more goroutines than cores.
func forEachTinyRing(t *testing.T, test func(t *testing.T, cfg disruptor.Config)) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, w := range RaceWaits {
			for _, capacity := range []int{1, 4} {
				t.Run(fmt.Sprintf("%d/%s/%d", producers, w.Name, capacity), func(t *testing.T) {
					test(t, disruptor.Config{Capacity: capacity, Producers: producers, Wait: w.Wait})
				})
			}
		}
	}
}

// Consumers join, alone and as chains, and leave again, wherever they stand, while producers run. Each sees the
// sequences without a gap from where it joined, every slot as it was written, and, from each producer, everything
// whose Publish had not begun when Consumer returned.
func TestConsumersComeAndGoWhileProducersRun(t *testing.T) {
	type event struct {
		seq      int64
		producer int
		count    int64 // of this producer
	}
	forEachVariant(t, func(t *testing.T, v variant) {
		for _, capacity := range []int{1, 2, 8} {
			r := newRingWithHistory[event](t, v.config(capacity), 1<<40+3, scene{start: 3}.random())
			ctx, stop := context.WithCancel(testContext(t))
			var running sync.WaitGroup
			begun := make([]atomic.Int64, 1+int(v.producers^disruptor.Single)) // one of a Single ring, two of a Multi
			for i := range begun {
				p := newProducer(r)
				running.Go(func() {
					for count := int64(1); ctx.Err() == nil; count++ { // a claim that fits does not look
						err := p.Do(ctx, 1, func(b disruptor.Batch[event]) error {
							*b.At(0) = event{b.From(), i, count}
							begun[i].Store(count)
							return nil
						})
						if err != nil {
							return
						}
					}
				})
			}

			// serve takes n events and checks them, then leaves.
			serve := func(c *disruptor.Consumer[event], last []int64, n int) (err error) {
				defer c.Close()
				for next := c.Position(); n > 0; {
					b, err := c.Next(ctx)
					if err != nil {
						return err
					}
					head, _ := b.Split(min(n, b.Len()))
					for seq, e := range head.All() {
						if seq != next || e.seq != seq || e.count > last[e.producer]+1 {
							return fmt.Errorf("%s: %+v at %d, after %d and %d", c.Name(), *e, seq, next, last)
						}
						last[e.producer] = max(last[e.producer], e.count)
						next++
					}
					n -= head.Len()
					c.Done(head)
				}
				return nil
			}
			join := func(name string, after ...*disruptor.Consumer[event]) (*disruptor.Consumer[event], []int64) {
				c := r.Consumer(name, after...)
				last := make([]int64, len(begun))
				for i := range begun {
					last[i] = begun[i].Load()
				}
				return c, last
			}
			failed := make(chan error, 8)
			for range 15 {
				a, lastA := join("a")
				b, lastB := join("b", a)
				c, lastC := join("c", a, b)
				var served sync.WaitGroup
				served.Go(func() { failed <- serve(a, lastA, 2) })
				served.Go(func() { failed <- serve(b, lastB, 5) })
				failed <- serve(c, lastC, 7)
				served.Wait()
				for range 3 {
					require.NoError(t, <-failed)
				}
			}
			stop()
			running.Wait()
			require.Equal(t, r.Stats().Claimed, r.Published())
		}
	})
}
