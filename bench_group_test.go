package disruptor_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/behaviour"
)

// BenchmarkGroup passes events of 8 bytes through a group of workers, which sum them up.
// MaxBatch of the group is the size of a claim.
func BenchmarkGroup(b *testing.B) {
	for _, workers := range []int{1, 2, 4} {
		for _, batch := range []int{1, 16, 64} {
			for _, w := range benchWaits {
				b.Run(fmt.Sprintf("workers=%d/batch=%d/%s", workers, batch, w.name), func(b *testing.B) {
					n := (b.N + batch) / batch * batch
					r, err := disruptor.New[int64](disruptor.Config{Capacity: behaviour.BenchCapacity, Wait: w.wait})
					if err != nil {
						b.Fatal(err)
					}
					done := work(r, workers, batch)
					b.ResetTimer()
					produceMulti(r.MultiProducer(), n, batch)
					r.Close()
					if sum := done(); sum != int64(n)*int64(n-1)/2 {
						b.Fatal("the sum is", sum)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
				})
			}
		}
	}
}

// BenchmarkIdleWorkers sends each event when the previous one is finished, so that there is work
// for one worker at a time.
func BenchmarkIdleWorkers(b *testing.B) {
	for _, workers := range []int{1, 2, 8, 32} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			r, err := disruptor.New[int64](disruptor.Config{Capacity: 64, Wait: disruptor.BlockWait{Spin: -1}})
			if err != nil {
				b.Fatal(err)
			}
			ctx := context.Background()
			g := r.Group(disruptor.GroupConfig[int64]{MaxBatch: 1})
			var wg sync.WaitGroup
			for range workers {
				w := g.Worker()
				wg.Go(func() {
					for range w.Batches(ctx) {
					}
				})
			}
			follower := r.Consumer("follower", g.Consumer())
			p := r.MultiProducer()
			b.ResetTimer()
			for range b.N {
				if err := p.Send(ctx, 1); err != nil {
					b.Fatal(err)
				}
				f, err := follower.Next(ctx)
				if err != nil {
					b.Fatal(err)
				}
				follower.Done(f)
			}
			s := r.Stats()
			b.ReportMetric(float64(s.Wakes)/float64(b.N), "wakes/event")
			r.Close()
			wg.Wait()
		})
	}
}

// work starts workers of a group, and returns a function that waits for them and returns the sum of the events.
func work(r *disruptor.Ring[int64], workers, maxBatch int) (done func() int64) {
	g := r.Group(disruptor.GroupConfig[int64]{MaxBatch: maxBatch})
	sums := make([]int64, workers)
	var wg sync.WaitGroup
	for i := range sums {
		w := g.Worker()
		wg.Go(func() {
			sum := int64(0)
			for b := range w.Batches(context.Background()) {
				head, tail := b.Slices()
				for _, v := range head {
					sum += v
				}
				for _, v := range tail {
					sum += v
				}
			}
			sums[i] = sum
		})
	}
	return func() (sum int64) {
		wg.Wait()
		for _, s := range sums {
			sum += s
		}
		return sum
	}
}
