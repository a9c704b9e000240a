package behaviour

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
)

// BenchmarkWatched measures how much it costs a stream to be observed: by Stats a thousand times
// a second, by Explain as often, and by a watchdog. One producer, one handler, interleaved and
// filtered as in BenchmarkAgainstChannel. -benchtime 1x.
func BenchmarkWatched(b *testing.B) {
	ways := []struct {
		name string
		look func(r *disruptor.Ring[int64]) // every millisecond
		cfg  disruptor.RunConfig
	}{
		{name: "by nobody"},
		{name: "by a ticker", look: func(*disruptor.Ring[int64]) {}},
		{name: "by Stats", look: func(r *disruptor.Ring[int64]) { r.Stats() }},
		{name: "by Explain", look: func(r *disruptor.Ring[int64]) { r.Explain() }},
		{name: "by a watchdog", cfg: disruptor.RunConfig{Watchdog: time.Second}},
	}
	rounds, tries, fastest := RoundsAndTries()
	for _, batch := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			events := batch << 23
			if testing.Short() {
				events = 1 << 12
			}
			kept, total := Interleaved(rounds*b.N, tries, fastest, len(ways), func(i int) float64 {
				took := lookedAt(b, ways[i].cfg, ways[i].look, events, batch)
				return float64(took.Nanoseconds()) / float64(events)
			})
			for i, w := range ways {
				b.Logf("batch %-2d %-14s %6.2f ns/event [%.2f %.2f] kept %d/%d", batch, w.name, Quantile(kept[i], 0.5),
					Quantile(kept[i], 0.25), Quantile(kept[i], 0.75), len(kept[i]), total[i])
			}
		})
	}
}

func lookedAt(tb testing.TB, cfg disruptor.RunConfig, look func(*disruptor.Ring[int64]), events, batch int) time.Duration {
	r := newRing[int64](tb, disruptor.Config{Capacity: BenchCapacity, Producers: disruptor.Single})
	var sum int64
	r.Handle("h", disruptor.Each(func(_ int64, v *int64) error { sum += *v; return nil }))
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		if look == nil {
			return
		}
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				look(r)
			case <-stop:
				return
			}
		}
	}()
	done := make(chan error)
	begin := time.Now()
	go func() { done <- r.RunWith(context.Background(), cfg) }()
	ProduceSingle(r.SingleProducer(), events, batch)
	r.Close()
	if err := <-done; err != nil {
		tb.Fatal(err)
	}
	took := time.Since(begin)
	close(stop)
	<-stopped
	if want := int64(events) * int64(events-1) / 2; sum != want {
		tb.Fatalf("the sum is %d, not %d", sum, want)
	}
	return took
}

// BenchmarkLook measures the time of one look at a ring with a diamond of consumers at rest.
func BenchmarkLook(b *testing.B) {
	r := newRing[int64](b, disruptor.Config{Capacity: BenchCapacity})
	first := r.Consumer("first")
	r.Consumer("last", r.Consumer("left", first), r.Consumer("right", first))
	publish(b, r.MultiProducer(), 100)
	b.Run("Stats", func(b *testing.B) {
		for b.Loop() {
			r.Stats()
		}
	})
	b.Run("Explain", func(b *testing.B) {
		for b.Loop() {
			_ = r.Explain()
		}
	})
}
