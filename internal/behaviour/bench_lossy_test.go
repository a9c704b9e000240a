package behaviour

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
)

// BenchmarkLossyHandlerHangs measures how much a lossy consumer whose handler never returns
// costs producers, with a strict consumer and without one, against the same ring without the
// lossy consumer. Interleaved and filtered as in BenchmarkAgainstChannel. -benchtime 1x.
func BenchmarkLossyHandlerHangs(b *testing.B) {
	subjects := []struct {
		name          string
		strict, lossy bool
	}{
		{"strict", true, false},
		{"strict and lossy", true, true},
		{"nobody", false, false},
		{"lossy", false, true},
	}
	rounds, tries, fastest := RoundsAndTries()
	for _, kind := range []struct {
		producers disruptor.Producers
		n         int
	}{{disruptor.Single, 1}, {disruptor.Multi, 1}, {disruptor.Multi, 3}} {
		b.Run(fmt.Sprintf("%d/producers=%d", kind.producers, kind.n), func(b *testing.B) {
			events := 1 << 21
			if testing.Short() {
				events = 1 << 14
			}
			kept, total := Interleaved(rounds*b.N, tries, fastest, len(subjects), func(i int) float64 {
				took := produceBeside(b, kind.producers, kind.n, subjects[i].strict, subjects[i].lossy, events)
				return float64(took.Nanoseconds()) / float64(events)
			})
			for i, s := range subjects {
				b.Logf("%-18s %6.2f ns/event [%.2f %.2f], %.3f of the one before, kept %d/%d", s.name,
					Quantile(kept[i], 0.5), Quantile(kept[i], 0.25), Quantile(kept[i], 0.75),
					Quantile(kept[i], 0.5)/Quantile(kept[i&^1], 0.5), len(kept[i]), total[i])
			}
		})
	}
}

func produceBeside(tb testing.TB, kind disruptor.Producers, producers int, strict, lossy bool, events int) time.Duration {
	ring := newRing[int64](tb, disruptor.Config{Capacity: BenchCapacity, Producers: kind, Wait: disruptor.YieldWait{}})
	hold, hangs := make(chan struct{}), make(chan struct{}, 1)
	if strict {
		ring.Handle("strict", func(disruptor.Batch[int64]) error { return nil })
	}
	if lossy {
		ring.HandleLossy(disruptor.LossyConfig[int64]{}, func(disruptor.Copy[int64]) error {
			select {
			case hangs <- struct{}{}:
			default:
			}
			<-hold
			return nil
		})
	}
	done := make(chan error)
	go func() { done <- ring.Run(context.Background()) }()
	p := newProducer(ring)
	if lossy {
		p.TrySend(0)
		<-hangs
	}
	var running sync.WaitGroup
	begin := time.Now()
	for range producers {
		running.Go(func() {
			if kind == disruptor.Single {
				ProduceSingle(p.(*disruptor.SingleProducer[int64]), events/producers, 1)
			} else {
				sendAlone(ring.MultiProducer(), events/producers)
			}
		})
	}
	running.Wait()
	took := time.Since(begin)
	close(hold)
	ring.Close()
	if err := <-done; err != nil {
		tb.Fatal(err)
	}
	return took
}

// sendAlone is ProduceSingle for a MultiProducer and one event at a time.
func sendAlone(p *disruptor.MultiProducer[int64], n int) {
	ctx := context.Background()
	for i := range n {
		b, err := p.Claim(ctx, 1)
		if err != nil {
			panic(err)
		}
		*b.At(0) = int64(i)
		p.Publish(b)
	}
}
