package disruptor

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A crew joins and leaves while producers run. Whoever joins may follow any that are there, or were.
type crew struct {
	*crowd
	mu   sync.Mutex
	all  []*consuming
	came int
}

// some returns up to two of those who joined last.
func (c *crew) some(rnd *rand.Rand) (after []*Consumer[raceEvent]) {
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
	for _, producers := range []Producers{Single, Multi} {
		for _, w := range raceWaits {
			for _, capacity := range []int{1, 2, 8} {
				for _, stays := range []bool{true, false} {
					name := fmt.Sprintf("%d/%s/%d/%v", producers, w.name, capacity, stays)
					t.Run(name, func(t *testing.T) {
						cfg := Config{Capacity: capacity, Producers: producers, Wait: w.wait, Clear: capacity == 2}
						comeAndGo(t, cfg, stays)
					})
				}
			}
		}
	}
}

func comeAndGo(t *testing.T, cfg Config, stays bool) {
	c := &crew{crowd: newCrowd(t, cfg)}
	c.aborts = 25
	top := shape{producers: 2 - int(cfg.Producers)} // Single == 1
	if stays {
		top.after = [][]int{{}}
	}
	logs := c.start(top, 150*raceScale/top.producers)
	for range 3 {
		c.churn()
	}
	c.wg.Wait()
	logs.consumers = append(logs.consumers, c.all...)
	logs.verify(t, true)
}

// A joiner sees everything whose Publish had not begun when Consumer returned: here what its own goroutine publishes.
func TestAJoinerSeesWhatIsPublishedAfterIt(t *testing.T) {
	forEachTinyRing(t, func(t *testing.T, cfg Config) {
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
		for i := range 100 * raceScale {
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

// Whoever asks holds nothing back, so the ring may pass by a whole lap between two of the words that it reads.
func TestPublishedNeverGoesBackAndIsNeverBehindAPosition(t *testing.T) {
	forEachTinyRing(t, func(t *testing.T, cfg Config) {
		for _, after := range [][][]int{nil, {{}, {0}}} {
			c := newCrowd(t, cfg)
			logs := c.start(shape{producers: 1, after: after}, 200*raceScale)
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
func forEachTinyRing(t *testing.T, test func(t *testing.T, cfg Config)) {
	for _, producers := range []Producers{Single, Multi} {
		for _, w := range raceWaits {
			for _, capacity := range []int{1, 4} {
				t.Run(fmt.Sprintf("%d/%s/%d", producers, w.name, capacity), func(t *testing.T) {
					test(t, Config{Capacity: capacity, Producers: producers, Wait: w.wait})
				})
			}
		}
	}
}
