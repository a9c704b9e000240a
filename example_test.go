package disruptor_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/be395dad/disruptor"
)

// A trade is an event. Slots hold values, not pointers: nothing is allocated per event.
type trade struct {
	symbol string
	price  int
}

// A ring with one producer and two consumers, each of which sees every event.
func Example() {
	ring, err := disruptor.New[trade](disruptor.Config{Capacity: 1024})
	if err != nil {
		panic(err)
	}
	total := 0
	ring.Handle("total", func(b disruptor.Batch[trade]) error {
		for _, t := range b.All() {
			total += t.price
		}
		return nil
	})
	ring.Handle("print", func(b disruptor.Batch[trade]) error {
		for seq, t := range b.All() {
			fmt.Println(seq, t.symbol, t.price)
		}
		return nil
	})

	ctx := context.Background()
	go func() {
		defer ring.Close() // Run returns when everything has been delivered
		p := ring.MultiProducer()
		for i, symbol := range []string{"ABC", "XYZ", "ABC"} {
			if err := p.Send(ctx, trade{symbol, 100 + i}); err != nil {
				return
			}
		}
	}()
	if err := ring.Run(ctx); err != nil {
		panic(err)
	}
	fmt.Println("total", total)
	// Output:
	// 0 ABC 100
	// 1 XYZ 101
	// 2 ABC 102
	// total 303
}

// The error of a handler ends the ring for all.
func ExampleHandler() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	full := errors.New("disk full")
	var journal disruptor.Handler[int] = func(disruptor.Batch[int]) error { return full }
	ring.Handle("journal", journal)
	_ = ring.MultiProducer().Send(context.Background(), 1)

	err := ring.Run(context.Background())
	fmt.Println(err)
	fmt.Println(errors.Is(err, full))
	// Output:
	// consumer "journal", batch [0, 1): disk full
	// true
}

// A pipeline: apply sees an event when journal and replicate are done with it.
func ExampleRing_Handle() {
	type order struct {
		journalled, replicated bool
	}
	ring, _ := disruptor.New[order](disruptor.Config{Capacity: 8})
	journal := ring.Handle("journal", func(b disruptor.Batch[order]) error {
		for _, o := range b.All() {
			o.journalled = true
		}
		return nil
	})
	replicate := ring.Handle("replicate", func(b disruptor.Batch[order]) error {
		for _, o := range b.All() {
			o.replicated = true
		}
		return nil
	})
	ring.Handle("apply", func(b disruptor.Batch[order]) error {
		for seq, o := range b.All() {
			fmt.Println(seq, o.journalled, o.replicated)
		}
		return nil
	}, journal, replicate)

	p := ring.MultiProducer()
	for range 3 {
		p.TrySend(order{})
	}
	ring.Close()
	_ = ring.Run(context.Background())
	// Output:
	// 0 true true
	// 1 true true
	// 2 true true
}

func ExampleRing_Stats() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8})
	p := ring.MultiProducer()
	c := ring.Consumer("slow")
	for i := range 5 {
		p.TrySend(i)
	}
	b, _ := c.TryNext()
	head, _ := b.Split(2)
	c.Done(head)
	s := ring.Stats()
	fmt.Println(s.Published, "published,", s.Free, "of", s.Capacity, "free")
	for _, c := range s.Consumers {
		fmt.Println(c.Name, "is at", c.Position, "and", c.Lag, "behind")
	}
	// Output:
	// 5 published, 5 of 8 free
	// slow is at 2 and 3 behind
}

// The single producer of a ring claims without atomic read-modify-writes.
func ExampleSingleProducer() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8, Producers: disruptor.Single})
	c := ring.Consumer("c")
	p := ring.SingleProducer()
	for i := range 3 {
		b, ok := p.TryClaim(1)
		if !ok {
			break // no room now
		}
		*b.At(0) = i * i
		p.Publish(b)
	}
	b, _ := c.TryNext()
	for _, v := range b.All() {
		fmt.Println(*v)
	}
	c.Done(b)
	// Output:
	// 0
	// 1
	// 4
}

// Many goroutines send into one ring, each with its own producer.
func ExampleMultiProducer() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 16})
	sum := 0
	ring.Handle("sum", func(b disruptor.Batch[int]) error {
		for _, v := range b.All() {
			sum += *v
		}
		return nil
	})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			p := ring.MultiProducer()
			for i := range 100 {
				_ = p.Send(ctx, i)
			}
		})
	}
	go func() { wg.Wait(); ring.Close() }()
	_ = ring.Run(ctx)
	fmt.Println(sum)
	// Output: 19800
}

// A claim of several slots is published as one.
func ExampleMultiProducer_Claim() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // for room, if the ring is full
	defer cancel()
	ring, _ := disruptor.New[trade](disruptor.Config{Capacity: 8})
	c := ring.Consumer("c")
	p := ring.MultiProducer()

	b, err := p.Claim(ctx, 3)
	if err != nil {
		panic(err)
	}
	for i := range b.Len() {
		*b.At(i) = trade{"ABC", 10 * i}
	}
	p.Publish(b)

	b, _ = c.TryNext()
	fmt.Println(b.From(), b.To(), b.At(2).price)
	// Output: 0 3 20
}

// Do publishes what the function has written, and gives the slots back if it fails.
func ExampleMultiProducer_Do() {
	ctx := context.Background()
	ring, _ := disruptor.New[trade](disruptor.Config{Capacity: 8})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	for _, price := range []int{7, -1, 9} {
		err := p.Do(ctx, 1, func(b disruptor.Batch[trade]) error {
			if price < 0 {
				return errors.New("no such price")
			}
			*b.At(0) = trade{"ABC", price}
			return nil
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	for {
		b, ok := c.TryNext()
		if !ok {
			break
		}
		for seq, t := range b.All() {
			fmt.Println(seq, t.price)
		}
		c.Done(b)
	}
	// Output:
	// no such price
	// 0 7
	// 2 9
}

func ExampleMultiProducer_TrySend() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 2})
	ring.Consumer("slow")
	p := ring.MultiProducer()
	dropped := 0
	for i := range 5 {
		if !p.TrySend(i) {
			dropped++ // rather than wait
		}
	}
	fmt.Println(dropped)
	// Output: 3
}

// Code that takes either producer takes a Producer.
func ExampleProducer() {
	send := func(p disruptor.Producer[string], s string) bool { return p.TrySend(s) }

	single, _ := disruptor.New[string](disruptor.Config{Capacity: 2, Producers: disruptor.Single})
	multi, _ := disruptor.New[string](disruptor.Config{Capacity: 2})
	fmt.Println(send(single.SingleProducer(), "a"), send(multi.MultiProducer(), "b"))
	// Output: true true
}

// Single or Multi is a property of the ring: the other kind of producer panics.
func ExampleProducers() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 2, Producers: disruptor.Single})
	defer func() { fmt.Println(recover()) }()
	ring.MultiProducer()
	// Output: disruptor: MultiProducer of a Single ring
}
