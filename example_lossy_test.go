package disruptor_test

import (
	"context"
	"fmt"

	"github.com/be395dad/disruptor"
)

// A monitor shows the events it receives, and holds nobody up. Here it hangs in its first event, while the
// journal receives all of them.
func ExampleRing_HandleLossy() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	written := 0
	ring.Handle("journal", func(b disruptor.Batch[int]) error {
		written += b.Len()
		return nil
	})
	proceed := make(chan struct{})
	shown := 0
	monitor := ring.HandleLossy(disruptor.LossyConfig[int]{Name: "monitor", MaxBatch: 1}, func(c disruptor.Copy[int]) error {
		<-proceed
		shown += len(c.Events)
		return nil
	})
	done := make(chan error)
	go func() { done <- ring.Run(ctx) }()
	p := ring.MultiProducer()
	for i := range 1000 {
		_ = p.Send(ctx, i)
	}
	close(proceed)
	ring.Close()
	fmt.Println(<-done, written, int64(shown)+monitor.Missed())
	// Output: <nil> 1000 1000
}

// A Copy tells which sequences were missed before its events.
func ExampleLossyConsumer() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	c := ring.LossyConsumer(disruptor.LossyConfig[string]{Name: "screen", MaxBatch: 2})
	p := ring.MultiProducer()
	for _, s := range []string{"a", "b", "c", "d", "e", "f"} {
		p.TrySend(s)
	}
	ring.Close()
	for got := range c.Copies(context.Background()) {
		if got.Missed > 0 {
			fmt.Printf("missed [%d, %d)\n", got.From-got.Missed, got.From)
		}
		fmt.Printf("[%d, %d) %v\n", got.From, got.To, got.Events)
	}
	fmt.Println(c.Err(), c.Missed(), "missed in all")
	// Output:
	// missed [0, 2)
	// [2, 4) [c d]
	// [4, 6) [e f]
	// <nil> 2 missed in all
}

// Newest is for a reader that wants the latest state, and not how it came about.
func ExampleLossyConfig() {
	ring, _ := disruptor.New[float64](disruptor.Config{Capacity: 1024})
	price := ring.LossyConsumer(disruptor.LossyConfig[float64]{Name: "price", MaxBatch: 1, Newest: true})
	p := ring.MultiProducer()
	for _, v := range []float64{1.25, 1.5, 1.75} {
		p.TrySend(v)
	}
	c, _ := price.TryNext()
	fmt.Println(c.Events[0], "after", c.Missed, "older ones")
	// Output: 1.75 after 2 older ones
}

// The events of a Copy are good until the next one.
func ExampleCopy() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	c := ring.LossyConsumer(disruptor.LossyConfig[string]{})
	ring.MultiProducer().TrySend("kept")
	got, err := c.Next(ctx)
	if err != nil {
		panic(err)
	}
	kept := append([]string(nil), got.Events...)
	ring.MultiProducer().TrySend("other")
	_, _ = c.Next(ctx)
	fmt.Println(kept)
	// Output: [kept]
}

// Producers push a lossy consumer ahead when they need its slots.
func ExampleRing_LossyConsumer() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	c := ring.LossyConsumer(disruptor.LossyConfig[int]{Name: "samples", MaxBatch: 2})
	p := ring.MultiProducer()
	for i := range 6 {
		p.TrySend(i) // finds room each time
	}
	fmt.Println(c.Name(), "is at", c.Position(), "and", c.Lag(), "behind;", c.Missed(), "missed")
	got, _ := c.TryNext()
	fmt.Println(got.Events, "at", got.From)
	c.Close()
	_, err := c.Next(context.Background())
	fmt.Println(err)
	// Output:
	// samples is at 2 and 4 behind; 2 missed
	// [2 3] at 2
	// disruptor: closed
}
