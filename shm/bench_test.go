//go:build linux && (amd64 || arm64)

package shm

import (
	"context"
	"fmt"
	"testing"

	"github.com/be395dad/disruptor"
)

// BenchmarkAlone measures what one goroutine pays for an event that it publishes and reads
// itself, next to a Multi ring in memory of this process: without waiting, and without cache
// lines that travel.
func BenchmarkAlone(b *testing.B) {
	for _, fence := range []bool{false, true} {
		b.Run(fmt.Sprintf("disruptor, fence %t", fence), func(b *testing.B) {
			ring, err := disruptor.New[int64](disruptor.Config{Capacity: 1 << 10, Wait: disruptor.BlockWait{Fence: fence}})
			if err != nil {
				b.Fatal(err)
			}
			c, p := ring.Consumer("c"), ring.MultiProducer()
			for b.Loop() {
				_ = p.Send(context.Background(), 1)
				batch, _ := c.TryNext()
				c.Done(batch)
			}
		})
	}
	for _, m := range []struct {
		name  string
		marks Marks
	}{{"shm", EmbeddedMarks}, {"shm, separate", SeparateMarks}} {
		b.Run(m.name, func(b *testing.B) {
			ring, err := CreateAnonymous[int64]("bench", Config{Capacity: 1 << 10, Marks: m.marks})
			if err != nil {
				b.Fatal(err)
			}
			c, err := ring.Consumer(ConsumerConfig{})
			if err != nil {
				b.Fatal(err)
			}
			p, err := ring.Producer("")
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				_ = p.Send(context.Background(), 1)
				batch, _ := c.TryNext()
				c.Done(batch)
			}
			p.Close()
			c.Close()
			if err := ring.Detach(context.Background()); err != nil {
				b.Fatal(err)
			}
		})
	}
}
