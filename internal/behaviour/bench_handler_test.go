package behaviour

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
)

// BenchmarkHandler measures the cost of Run, and of a function called per event instead of a
// loop over slices: one producer, one consumer, interleaved and filtered as in
// BenchmarkAgainstChannel. -benchtime 1x.
func BenchmarkHandler(b *testing.B) {
	var sum int64
	perEvent := func(v *int64) { sum += *v }
	overSlices := func(batch disruptor.Batch[int64]) error {
		head, tail := batch.Slices()
		for _, v := range head {
			sum += v
		}
		for _, v := range tail {
			sum += v
		}
		return nil
	}
	ways := []struct {
		name    string
		byHand  bool
		handler disruptor.Handler[int64]
	}{
		{"by hand, slices", true, overSlices},
		{"Handle, slices", false, overSlices},
		{"Handle, All", false, func(batch disruptor.Batch[int64]) error {
			for _, v := range batch.All() {
				sum += *v
			}
			return nil
		}},
		{"Handle, a call per event", false, func(batch disruptor.Batch[int64]) error {
			for seq := batch.From(); seq < batch.To(); seq++ {
				perEvent(batch.At(int(seq - batch.From())))
			}
			return nil
		}},
	}
	rounds, tries, fastest := RoundsAndTries()
	for _, batch := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			events := 1 << 20
			if testing.Short() {
				events = 1 << 12
			}
			kept, total := Interleaved(rounds*b.N, tries, fastest, len(ways), func(i int) float64 {
				sum = 0
				took := handle(b, ways[i].byHand, ways[i].handler, events, batch)
				if want := int64(events) * int64(events-1) / 2; sum != want {
					b.Fatalf("%s: the sum is %d, not %d", ways[i].name, sum, want)
				}
				return float64(took.Nanoseconds()) / float64(events)
			})
			for i, w := range ways {
				b.Logf("batch %-2d %-24s %6.2f ns/event [%.2f %.2f] kept %d/%d", batch, w.name, Quantile(kept[i], 0.5),
					Quantile(kept[i], 0.25), Quantile(kept[i], 0.75), len(kept[i]), total[i])
			}
		})
	}
}

func handle(tb testing.TB, byHand bool, h disruptor.Handler[int64], events, batch int) time.Duration {
	cfg := disruptor.Config{Capacity: BenchCapacity, Producers: disruptor.Single, Wait: disruptor.YieldWait{}}
	ring := newRing[int64](tb, cfg)
	run := ring.Run
	if byHand {
		c := ring.Consumer("c")
		run = func(ctx context.Context) error {
			for b := range c.Batches(ctx) {
				_ = h(b)
			}
			return nil
		}
	} else {
		ring.Handle("h", h)
	}
	done := make(chan error)
	begin := time.Now()
	go func() { done <- run(context.Background()) }()
	ProduceSingle(ring.SingleProducer(), events, batch)
	ring.Close()
	if err := <-done; err != nil && ring.Err() == nil {
		tb.Fatal(err)
	}
	return time.Since(begin)
}
