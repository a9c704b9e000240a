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

// An event loop polls the ring between its other work, until the ring has ended and is drained.
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

// A consumer after another one receives only what that one has finished.
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

// Nothing waits for a consumer that has left.
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

// Next waits until something is available, or its context or the ring ends.
func ExampleConsumer_Next() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("no time"))
	_, err := c.Next(ctx)
	fmt.Println(err)

	ring.MultiProducer().TrySend("last")
	ring.Close()
	for {
		b, err := c.Next(context.Background())
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(*b.At(0))
		c.Done(b) // without it Next would return the same batch again
	}
	// Output:
	// no time
	// last
	// disruptor: closed
}

// At tells why a sequence can't be read.
func ExampleConsumer_At() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	b, _ := p.TryClaim(1)
	p.Abort(b)
	p.TrySend("sent")
	for seq := range int64(3) {
		s, err := c.At(seq)
		switch {
		case err == nil:
			fmt.Println(seq, *s)
		case errors.Is(err, disruptor.ErrAborted), errors.Is(err, disruptor.ErrNotPublished):
			fmt.Println(err)
		}
	}
	// Output:
	// disruptor: sequence aborted: 0
	// 1 sent
	// disruptor: sequence not available yet: 2 is not below 2
}

// Err distinguishes a loop that ended early from one that saw everything.
func ExampleConsumer_Err() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	p.TrySend(1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for range c.Batches(ctx) {
		cancel()
	}
	fmt.Println(c.Err())

	ring.Close()
	for range c.Batches(context.Background()) {
	}
	fmt.Println(c.Err())
	// Output:
	// context canceled
	// <nil>
}
