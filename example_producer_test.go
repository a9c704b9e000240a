package disruptor_test

import (
	"context"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// SendAll sends more than the ring holds: it publishes what there is room for, and waits for more.
func ExampleMultiProducer_SendAll() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	sum := 0
	ring.Handle("sum", disruptor.Each(func(_ int64, event *int) error {
		sum += *event
		return nil
	}))
	go func() {
		defer ring.Close()
		n, err := ring.MultiProducer().SendAll(ctx, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
		fmt.Println(n, err)
	}()
	_ = ring.Run(ctx)
	fmt.Println(sum)
	// Output:
	// 10 <nil>
	// 55
}

// SendAll that gives up says how many events it has published, and who was in the way.
func ExampleSingleProducer_SendAll() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2, Producers: disruptor.Single})
	ring.Consumer("lazy")
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for ring.Stats().Parks == 0 { // until SendAll sleeps
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	n, err := ring.SingleProducer().SendAll(ctx, []string{"a", "b", "c"})
	fmt.Println(n)
	fmt.Println(err)
	// Output:
	// 2
	// disruptor: no room: consumer "lazy" is 2 behind: context canceled
}

// A consumer by hand with a limit on its batches, after another one.
func ExampleRing_ConsumerWith() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8})
	first := ring.Consumer("first")
	second := ring.ConsumerWith(disruptor.ConsumerConfig[int]{
		Name:     "second",
		After:    []*disruptor.Consumer[int]{first},
		MaxBatch: 2,
	})
	p := ring.MultiProducer()
	for i := range 5 {
		p.TrySend(i)
	}
	b, _ := first.TryNext()
	fmt.Println(b.Len())
	first.Done(b)
	b, _ = second.TryNext()
	fmt.Println(b.Len())
	// Output:
	// 5
	// 2
}
