package guides

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/from-xsync.md. Those that they replace are in cmd/disruptor/internal/before.

func Example_afterMPMC() {
	ctx := context.Background()
	var sum atomic.Int64
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 1024})

	group := ring.Group(disruptor.GroupConfig[int]{Name: "workers"})
	var workers, producers sync.WaitGroup
	for range 3 {
		w := group.Worker() // before the ring is closed, so that each has its share
		workers.Go(func() {
			defer w.Close()
			for b := range w.Batches(ctx) { // parks when there is nothing
				for _, v := range b.All() {
					sum.Add(int64(*v))
				}
			}
		})
	}
	for range 2 {
		producers.Go(func() {
			p := ring.MultiProducer()
			for i := range 100 {
				_ = p.Send(ctx, i) // waits for room
			}
		})
	}
	producers.Wait()
	ring.Close() // no flag of your own
	workers.Wait()

	fmt.Println(sum.Load())
	// Output: 9900
}

func Example_afterSPSC() {
	ctx := context.Background()
	sum := 0
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 1024, Producers: disruptor.Single})
	c := ring.Consumer("sum")
	go func() {
		defer ring.Close()
		p := ring.SingleProducer()
		for i := range 100 {
			_ = p.Send(ctx, i)
		}
	}()

	for b := range c.Batches(ctx) {
		for _, v := range b.All() {
			sum += *v
		}
	}

	fmt.Println(sum)
	// Output: 4950
}

// What TryDequeue is in a loop that has other work, too.
func Example_afterTryDequeue() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4, Clear: true})
	c := ring.ConsumerWith(disruptor.ConsumerConfig[string]{Name: "c", MaxBatch: 1})
	p := ring.MultiProducer()
	fmt.Println(p.TrySend("a"))

	b, ok := c.TryNext()
	if ok {
		v := *b.At(0) // a copy: the slot is the producers' again after Done
		c.Done(b)
		fmt.Println(v)
	}
	// Output:
	// true
	// a
}
