package behaviour

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
)

// The common parts of the benchmarks of this module.

// BenchCapacity is the capacity of the rings and the channels.
const BenchCapacity = 1 << 14

// ProduceSingle and produceMulti differ only in the type: a call through an interface would be
// measured too.
func ProduceSingle(p *disruptor.SingleProducer[int64], n, batch int) {
	ctx := context.Background()
	for i := 0; i < n; i += batch {
		b, err := p.Claim(ctx, batch)
		if err != nil {
			panic(err)
		}
		if batch == 1 {
			*b.At(0) = int64(i)
		} else {
			Fill(b, int64(i))
		}
		p.Publish(b)
	}
}

func Fill(b disruptor.Batch[int64], v int64) {
	head, tail := b.Slices()
	for i := range head {
		head[i] = v
		v++
	}
	for i := range tail {
		tail[i] = v
		v++
	}
}

// RoundsAndTries returns the number of rounds, the number of tries, and the fastest of many
// ping-pongs; with -short, of two.
func RoundsAndTries() (rounds, tries int, fastest float64) {
	rounds, tries, pings := 15, 4, 50
	if testing.Short() {
		rounds, tries, pings = 1, 1, 1
	}
	fastest = pingPong()
	for range pings {
		fastest = min(fastest, pingPong())
	}
	return rounds, tries, fastest
}

// Interleaved measures each of n subjects in each round and returns the figures that count and how many were tried.
func Interleaved(rounds, tries int, fastest float64, n int, measure func(i int) float64) (
	kept [][]float64, total []int) {
	kept, total = make([][]float64, n), make([]int, n)
	for range rounds {
		for _, i := range rand.Perm(n) {
			for range tries {
				before := pingPong()
				ns := measure(i)
				total[i]++
				if max(before, pingPong()) <= 1.5*fastest {
					kept[i] = append(kept[i], ns)
					break
				}
			}
		}
	}
	return kept, total
}

func Quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	return s[int(q*float64(len(s)-1)+0.5)]
}

// pingPong returns the nanoseconds that a cache line takes to another core and back.
func pingPong() float64 {
	var ping, pong struct {
		_ [256]byte
		v atomic.Int64
		_ [256]byte
	}
	const turns = 2000
	var other sync.WaitGroup
	other.Go(func() {
		for i := int64(1); i <= turns; i++ {
			for n := 1; ping.v.Load() != i; n++ {
				if n%1000 == 0 {
					runtime.Gosched()
				}
			}
			pong.v.Store(i)
		}
	})
	var begin time.Time
	for i := int64(1); i <= turns; i++ {
		if i == turns/4 {
			begin = time.Now()
		}
		ping.v.Store(i)
		for n := 1; pong.v.Load() != i; n++ {
			if n%1000 == 0 {
				runtime.Gosched()
			}
		}
	}
	took := time.Since(begin)
	other.Wait()
	return float64(took.Nanoseconds()) / float64(turns*3/4)
}
