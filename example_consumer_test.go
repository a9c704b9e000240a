package disruptor_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/be395dad/disruptor"
)

// Next returns all that is available; Done gives it back, in parts if that helps producers.
func ExampleConsumer() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	for _, s := range []string{"a", "b", "c"} {
		p.TrySend(s)
	}
	b, err := c.Next(ctx)
	if err != nil {
		panic(err)
	}
	first, rest := b.Split(1)
	fmt.Println(*first.At(0))
	c.Done(first) // its slot is free now
	for _, s := range rest.All() {
		fmt.Println(*s)
	}
	c.Done(rest)
	fmt.Println(c.Name(), c.Position(), c.Lag())
	// Output:
	// a
	// b
	// c
	// c 3 0
}

// An event loop polls the ring beside its other work, until the ring has ended and is drained.
func ExampleConsumer_TryNext() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	go func() {
		p := ring.MultiProducer()
		for _, s := range []string{"a", "b", "c", "d", "e"} {
			_ = p.Send(ctx, s)
		}
		ring.Close()
	}()
	for {
		b, ok := c.TryNext()
		if !ok && ring.Err() != nil {
			var err error
			if b, err = c.Next(ctx); err != nil { // does not wait: what is left, or why there is no more
				fmt.Println(err)
				return
			}
		}
		for _, s := range b.All() {
			fmt.Println(*s)
		}
		c.Done(b)
		runtime.Gosched() // the other work
	}
	// Output:
	// a
	// b
	// c
	// d
	// e
	// disruptor: closed
}

func ExampleConsumer_Batches() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	go func() {
		p := ring.MultiProducer()
		for i := range 10 {
			_ = p.Send(ctx, i)
		}
		ring.Close()
	}()
	sum := 0
	for b := range c.Batches(ctx) { // Done is called after each turn
		for _, v := range b.All() {
			sum += *v
		}
	}
	fmt.Println(sum, c.Err())
	// Output: 45 <nil>
}

// WaitFor and At read single slots and hand nothing back until Done.
func ExampleConsumer_WaitFor() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	go func() {
		p := ring.MultiProducer()
		for _, s := range []string{"a", "b", "c"} {
			_ = p.Send(ctx, s)
		}
	}()
	if _, err := c.WaitFor(ctx, 2); err != nil {
		panic(err)
	}
	s, err := c.At(2)
	fmt.Println(*s, err)
	_, err = c.At(3)
	fmt.Println(errors.Is(err, disruptor.ErrNotPublished))

	b, _ := c.TryNext()
	c.Done(b)
	_, err = c.At(0)
	fmt.Println(errors.Is(err, disruptor.ErrOverwritten))
	// Output:
	// c <nil>
	// true
	// true
}

// A consumer after another one is handed only what that one is done with.
func ExampleRing_Consumer() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	parse := ring.Consumer("parse")
	apply := ring.Consumer("apply", parse)
	ring.MultiProducer().TrySend(1)

	_, ok := apply.TryNext()
	fmt.Println(ok)
	b, _ := parse.TryNext()
	*b.At(0) *= 100
	parse.Done(b)
	b, ok = apply.TryNext()
	fmt.Println(ok, *b.At(0))
	// Output:
	// false
	// true 100
}

// A consumer that leaves is waited for no more.
func ExampleConsumer_Close() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 1})
	p := ring.MultiProducer()
	c := ring.Consumer("c")
	fmt.Println(p.TrySend(1), p.TrySend(2))
	c.Close()
	fmt.Println(p.TrySend(2))
	// Output:
	// true false
	// true
}

func ExampleBatch() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	p := ring.MultiProducer()
	b, _ := p.TryClaim(3)
	fmt.Println(b.Len(), b.From(), b.To())
	*b.At(0) = 10
	head, rest := b.Split(1)
	p.Publish(head) // early
	*rest.At(0), *rest.At(1) = 20, 30
	p.Publish(rest)
	fmt.Println(ring.Published())
	// Output:
	// 3 0 3
	// 3
}

func ExampleBatch_All() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	b, _ := ring.MultiProducer().TryClaim(2)
	for seq, s := range b.All() {
		*s = fmt.Sprint("event ", seq)
	}
	fmt.Println(*b.At(0), "/", *b.At(1))
	// Output: event 0 / event 1
}

// Slices gives plain slices for copy, SIMD and the like. There are two where the range goes over the end of the ring.
func ExampleBatch_Slices() {
	ring, _ := disruptor.New[byte](disruptor.Config{Capacity: 4})
	p, c := ring.MultiProducer(), ring.Consumer("c")
	for range 3 { // so that the next claim starts at the last slot
		p.TrySend('-')
	}
	b, _ := c.TryNext()
	c.Done(b)

	b, _ = p.TryClaim(3)
	head, tail := b.Slices()
	copy(tail, "xyz"[copy(head, "xyz"):])
	fmt.Println(string(head), string(tail))
	p.Publish(b)
	// Output: x yz
}

func ExampleBatch_Split() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	p, c := ring.MultiProducer(), ring.Consumer("c")
	b, _ := p.TryClaim(4)
	keep, giveBack := b.Split(3)
	p.Publish(keep)
	p.Abort(giveBack)
	b, _ = c.TryNext()
	fmt.Println(b.Len(), ring.Published())
	// Output: 3 4
}
