package behaviour

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
)

// The cost of waiting for other goroutines, and how exactly a wait ends. Each benchmark is one
// run of some seconds: -benchtime 1x.

var waitCosts = []struct {
	name string
	wait disruptor.WaitStrategy
}{
	{"spin", disruptor.SpinWait{}},
	{"yield", disruptor.YieldWait{}},
	{"sleep", disruptor.SleepWait{}},
	{"block", disruptor.BlockWait{}},
	{"park", disruptor.BlockWait{Spin: -1}},
}

// waitRounds is how often to measure something: a few times with -short, which only shows that
// it works.
func waitRounds(n int) int {
	if testing.Short() {
		return 2
	}
	return n
}

// reportQuantiles reports quantiles of durations as metrics, in microseconds.
func reportQuantiles(b *testing.B, name string, d []time.Duration) {
	slices.Sort(d)
	for _, q := range []struct {
		name string
		at   int
	}{{"p50", len(d) / 2}, {"p99", len(d) * 99 / 100}, {"max", len(d) - 1}} {
		b.ReportMetric(float64(d[q.at].Nanoseconds())/1000, fmt.Sprintf("%s-%s-µs", name, q.name))
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDeadline measures how late a wait ends that only its deadline ends, in turns with how
// late time.Sleep returns at the same instant.
func BenchmarkDeadline(b *testing.B) {
	for _, w := range waitCosts {
		b.Run(w.name, func(b *testing.B) {
			r := newRing[int](b, disruptor.Config{Capacity: 1, Wait: w.wait})
			c := r.Consumer("c")
			var wait, sleep []time.Duration
			for range waitRounds(300) {
				at := time.Now().Add(2 * time.Millisecond)
				ctx, cancel := context.WithDeadline(context.Background(), at)
				_, _ = c.Next(ctx)
				wait = append(wait, time.Since(at))
				cancel()
				at = time.Now().Add(2 * time.Millisecond)
				time.Sleep(time.Until(at))
				sleep = append(sleep, time.Since(at))
			}
			reportQuantiles(b, "wait", wait)
			reportQuantiles(b, "sleep", sleep)
		})
	}
}

// BenchmarkOversubscribed measures by how much a bystander's sleep of a millisecond overruns,
// and how long a garbage collection takes, while goroutines wait: as many as processors or four
// times as many, each for an event that comes about every millisecond, or never. The first row
// is the runtime alone, with no goroutine that waits.
func BenchmarkOversubscribed(b *testing.B) {
	b.Run("none", func(b *testing.B) { oversubscribe(b, nil, 0, false) })
	for _, w := range waitCosts {
		for _, times := range []int{1, 4} {
			for _, events := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%dxGOMAXPROCS/events=%v", w.name, times, events), func(b *testing.B) {
					oversubscribe(b, w.wait, times*runtime.GOMAXPROCS(0), events)
				})
			}
		}
	}
}

func oversubscribe(b *testing.B, wait disruptor.WaitStrategy, waiters int, events bool) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for range waiters {
		r := newRing[int](b, disruptor.Config{Capacity: 4, Wait: wait})
		c, p := r.Consumer("c"), r.MultiProducer()
		wg.Go(func() {
			for range c.Batches(ctx) {
			}
		})
		if events {
			wg.Go(func() {
				for ctx.Err() == nil {
					time.Sleep(time.Millisecond)
					p.TrySend(1)
				}
			})
		}
	}
	var overruns, collections []time.Duration
	for i := range waitRounds(500) {
		begin := time.Now()
		time.Sleep(time.Millisecond)
		overruns = append(overruns, time.Since(begin)-time.Millisecond)
		if i%10 == 0 {
			begin = time.Now()
			runtime.GC()
			collections = append(collections, time.Since(begin))
		}
	}
	reportQuantiles(b, "overrun", overruns)
	reportQuantiles(b, "GC", collections)
}
