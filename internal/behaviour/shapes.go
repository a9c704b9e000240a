package behaviour

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A Shape is the number of producers and consumers, and which consumers each consumer follows.
type Shape struct {
	Name      string
	producers int
	after     [][]int
}

// Shapes are the shapes that all race tests use.
var Shapes = []Shape{
	{"1P1C", 1, [][]int{{}}},
	{"3P1C", 3, [][]int{{}}},
	{"1P3C", 1, [][]int{{}, {}, {}}},
	{"3P3C", 3, [][]int{{}, {}, {}}},
	{"pipeline", 1, [][]int{{}, {0}, {1}}},
	{"diamond", 1, [][]int{{}, {}, {0, 1}}},
	{"3P diamond", 3, [][]int{{}, {}, {0, 1}}},
}

// RaceWaits are cheap with more goroutines than cores.
var RaceWaits = []struct {
	Name string
	Wait disruptor.WaitStrategy
}{
	{"yield", disruptor.YieldWait{}},
	{"block", disruptor.BlockWait{}},
	{"park", disruptor.BlockWait{Spin: -1}},
}

// RunShape publishes about that many events through rings of the kinds that the shape allows: with and without
// aborted claims, Config.Clear and a bound on batches.
func RunShape(t *testing.T, top Shape, cfg disruptor.Config, events int) {
	run := func(cfg disruptor.Config, aborts int) {
		c := newCrowd(t, cfg)
		c.aborts = aborts
		logs := c.start(top, events/top.producers)
		c.wg.Wait()
		for _, g := range logs.consumers {
			require.ErrorIs(t, g.err, disruptor.ErrClosed)
		}
		logs.verify(t, true)
	}
	run(cfg, 0)
	cfg.MaxBatch = 3
	cfg.Clear = true
	run(cfg, 30)
	if top.producers == 1 {
		cfg.Producers = disruptor.Single
		run(cfg, 30)
		cfg.MaxBatch, cfg.Clear = 0, false
		run(cfg, 30)
	}
}

// crowdLogs holds the logs of the goroutines of a crowd.
type crowdLogs struct {
	producers []*producing
	consumers []*consuming
}

// verify checks that the logs agree on what is at each sequence, that none has lost, doubled or reordered anything
// from where its consumer joined to the last event that it saw and, if the ring was drained, to the
// last accepted event.
func (l *crowdLogs) verify(t *testing.T, drained bool) {
	t.Helper()
	all := l.union(t)
	complete := len(l.consumers) > 0 && l.consumers[0].first
	last := make([]uint64, len(l.producers))
	for _, r := range all {
		require.Less(t, last[r.producer], r.count, "the events of producer %d come in its order", r.producer)
		if complete {
			require.Equal(t, last[r.producer]+1, r.count, "no event of producer %d is missed", r.producer)
		}
		last[r.producer] = r.count
	}
	for i, p := range l.producers {
		require.LessOrEqual(t, last[i], p.accepted, "nothing is seen that was not accepted")
		if complete && drained {
			require.Equal(t, p.accepted, last[i], "all that producer %d published is seen", i)
		}
	}
	for _, c := range l.consumers {
		from, to := c.joined, int64(0)
		if n := len(c.log); n > 0 {
			to = c.log[n-1].sequence + 1
		}
		if drained && !c.left {
			to = never
		}
		var want []record
		for _, r := range all {
			if from <= r.sequence && r.sequence < to {
				want = append(want, r)
			}
		}
		require.True(t, slices.Equal(want, c.log), "who joined at %d saw %v\n\nof %v", from, c.log, want)
	}
}

// union returns all that any consumer has seen, in the order of the sequences.
func (l *crowdLogs) union(t *testing.T) (all []record) {
	t.Helper()
	seen := make(map[int64]record)
	for _, c := range l.consumers {
		for _, r := range c.log {
			if other, ok := seen[r.sequence]; ok {
				require.Equal(t, other, r, "all see the same")
				continue
			}
			require.Less(t, r.producer, uint64(len(l.producers)))
			seen[r.sequence] = r
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b record) int { return cmp.Compare(a.sequence, b.sequence) })
	return all
}

// start joins the consumers of a shape and starts all its goroutines, and one that closes the ring when each
// producer has published n events.
func (c *crowd) start(top Shape, n int) *crowdLogs {
	logs := &crowdLogs{}
	for i, after := range top.after {
		var consumers []*disruptor.Consumer[raceEvent]
		for _, a := range after {
			consumers = append(consumers, logs.consumers[a].Consumer)
		}
		logs.consumers = append(logs.consumers, c.consumer(i, after, consumers...))
	}
	producers := &crowd{t: c.t, ctx: c.ctx, ring: c.ring, aborts: c.aborts, seed: c.seed + 1000}
	for i := range top.producers {
		logs.producers = append(logs.producers, producers.produce(newProducer(c.ring), uint64(i), n))
	}
	for _, g := range logs.consumers {
		g.consume()
	}
	c.wg.Go(func() {
		producers.wg.Wait()
		c.ring.Close()
	})
	return logs
}
