package disruptor_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/be395dad/disruptor"
)

// A ring is made once, and then shared by its producers and consumers.
func ExampleRing() {
	ring, err := disruptor.New[string](disruptor.Config{Name: "greetings", Capacity: 4})
	if err != nil {
		panic(err)
	}
	c := ring.Consumer("c") // sees what is published from now on
	p := ring.MultiProducer()
	p.TrySend("hello")
	p.TrySend("world")
	fmt.Println(ring.Name(), "has", ring.Cap(), "slots;", ring.Published(), "events are published")

	ring.Close()
	for b := range c.Batches(context.Background()) {
		for seq, s := range b.All() {
			fmt.Println(seq, *s)
		}
	}
	fmt.Println(ring.Err())
	// Output:
	// greetings has 4 slots; 2 events are published
	// 0 hello
	// 1 world
	// disruptor: closed
}

func ExampleNew() {
	_, err := disruptor.New[trade](disruptor.Config{Capacity: 1000})
	fmt.Println(err)
	fmt.Println(errors.Is(err, disruptor.ErrCapacity))
	// Output:
	// disruptor: capacity is not usable: 1000 slots: not a power of two from 1 to 1<<30
	// true
}

func ExampleConfig() {
	ring, _ := disruptor.New[trade](disruptor.Config{
		Name:      "trades", // for Explain, logs and profiles
		Capacity:  1 << 16,
		Producers: disruptor.Single,      // one goroutine publishes
		Wait:      disruptor.YieldWait{}, // answer fast, at the price of a core
		MaxBatch:  256,                   // give room back at least that often
	})
	fmt.Println(ring.Name(), ring.Cap())
	// Output: trades 65536
}

// Fill gives each slot a buffer that every event in it uses again.
func ExampleRing_Fill() {
	ring, _ := disruptor.New[[]byte](disruptor.Config{Capacity: 4})
	ring.Fill(func(_ int, slot *[]byte) { *slot = make([]byte, 0, 512) })

	p := ring.MultiProducer()
	b, _ := p.TryClaim(1)
	*b.At(0) = append((*b.At(0))[:0], "no allocation"...)
	fmt.Println(len(*b.At(0)), cap(*b.At(0)))
	p.Publish(b)
	// Output: 13 512
}

func ExampleRing_Close() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	p, c := ring.MultiProducer(), ring.Consumer("c")
	_ = p.Send(ctx, "sent before")
	ring.Close()
	fmt.Println(p.Send(ctx, "sent after"))
	for b := range c.Batches(ctx) { // what is left, and then the end
		fmt.Println(*b.At(0))
	}
	_, err := c.Next(ctx)
	fmt.Println(errors.Is(err, disruptor.ErrClosed), ring.Err())
	// Output:
	// disruptor: closed
	// sent before
	// true disruptor: closed
}

// Run ends the ring when its context ends, and returns the cause.
func ExampleRing_Run() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	ctx, cancel := context.WithCancelCause(context.Background())
	ring.Handle("stop at 2", func(b disruptor.Batch[int]) error {
		if b.To() > 2 {
			cancel(errors.New("two is enough"))
		}
		return nil
	})
	go func() {
		p := ring.MultiProducer()
		for i := 0; p.Send(context.Background(), i) == nil; i++ {
		}
	}()
	fmt.Println(ring.Run(ctx))
	fmt.Println(errors.Is(ring.Err(), disruptor.ErrClosed), ring.Err())
	// Output:
	// two is enough
	// true disruptor: closed: two is enough
}

// After a claim that found no room, Err tells a ring that is full from one that has ended.
func ExampleRing_Err() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 2})
	ring.Consumer("lazy")
	p := ring.MultiProducer()
	for i := range 3 {
		if !p.TrySend(i) {
			fmt.Println(i, "finds no room:", ring.Err())
		}
	}
	ring.Close()
	fmt.Println(p.TrySend(3), ring.Err(), errors.Is(ring.Err(), disruptor.ErrClosed))
	// Output:
	// 2 finds no room: <nil>
	// false disruptor: closed true
}

// An open claim holds back what is published behind it.
func ExampleRing_Published() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	p := ring.MultiProducer()
	first, _ := p.TryClaim(1)
	second, _ := p.TryClaim(1)
	p.Publish(second)
	fmt.Println(ring.Published())
	p.Publish(first)
	fmt.Println(ring.Published())
	// Output:
	// 0
	// 2
}
