package behaviour

import (
	"fmt"
	"io"
	"runtime/trace"
	"testing"

	"github.com/be395dad/disruptor"
)

// BenchmarkTrace measures how much the execution tracer costs a handler per event, with a region
// around each batch: one producer, one handler, interleaved and filtered as in
// BenchmarkAgainstChannel.
// -benchtime 1x.
func BenchmarkTrace(b *testing.B) {
	if trace.IsEnabled() {
		b.Skip("a trace is on")
	}
	var sum int64
	handler := func(batch disruptor.Batch[int64]) error {
		head, tail := batch.Slices()
		for _, v := range head {
			sum += v
		}
		for _, v := range tail {
			sum += v
		}
		return nil
	}
	ways := []string{"off", "on"}
	rounds, tries, fastest := RoundsAndTries()
	for _, batch := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			events := 1 << 20
			if testing.Short() {
				events = 1 << 12
			}
			kept, total := Interleaved(rounds*b.N, tries, fastest, len(ways), func(i int) float64 {
				if ways[i] == "on" {
					if err := trace.Start(io.Discard); err != nil {
						b.Fatal(err)
					}
					defer trace.Stop()
				}
				sum = 0
				took := handle(b, false, handler, events, batch)
				if want := int64(events) * int64(events-1) / 2; sum != want {
					b.Fatalf("%s: the sum is %d, not %d", ways[i], sum, want)
				}
				return float64(took.Nanoseconds()) / float64(events)
			})
			for i, way := range ways {
				b.Logf("batch %-2d trace %-3s %6.2f ns/event [%.2f %.2f] kept %d/%d", batch, way,
					Quantile(kept[i], 0.5), Quantile(kept[i], 0.25), Quantile(kept[i], 0.75),
					len(kept[i]), total[i])
			}
		})
	}
}
