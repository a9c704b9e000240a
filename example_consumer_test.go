package disruptor_test

import (
	"context"
	"errors"
	"fmt"
	"time"

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

// tradingHours spins while the exchange is open and parks while it is closed.
type tradingHours struct {
	open func() bool
}

func (h tradingHours) Idle(n int) disruptor.Action {
	switch {
	case h.open() && n%1000 < 999:
		return disruptor.Spin
	case h.open():
		return disruptor.Yield
	}
	return disruptor.Park
}

// An own strategy only says what to do; it can't lose a wake-up.
func ExampleWaitStrategy() {
	night := tradingHours{open: func() bool { return false }}
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2, Wait: night})
	c := ring.Consumer("c")
	go func() {
		for ring.Stats().Parks == 0 { // the consumer sleeps
			time.Sleep(time.Millisecond)
		}
		ring.MultiProducer().TrySend("good morning")
	}()
	b, _ := c.Next(context.Background())
	fmt.Println(*b.At(0))
	fmt.Println(tradingHours{open: func() bool { return true }}.Idle(0) == disruptor.Spin)
	// Output:
	// good morning
	// true
}

// shortSleeps sleeps 50 µs between two looks.
type shortSleeps struct{}

func (shortSleeps) Idle(int) disruptor.Action { return disruptor.Sleep(50 * time.Microsecond) }

func ExampleSleep() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 2, Wait: shortSleeps{}})
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := ring.Consumer("c").Next(ctx)
	fmt.Println(err)
	// Output: context deadline exceeded
}

func ExampleAction() {
	fmt.Println(disruptor.BlockWait{Spin: time.Microsecond}.Idle(1) == disruptor.Spin)
	fmt.Println(disruptor.BlockWait{Spin: time.Microsecond}.Idle(1000) == disruptor.Park)
	// Output:
	// true
	// true
}

// roundTrip sends an event through a ring that waits in some way.
func roundTrip(wait disruptor.WaitStrategy) string {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 1, Wait: wait})
	c := ring.Consumer("c")
	go func() { _ = ring.MultiProducer().Send(ctx, "hello") }()
	b, err := c.Next(ctx)
	if err != nil {
		return err.Error()
	}
	return *b.At(0)
}

// SpinWait answers fastest, and keeps a core busy for each goroutine that waits.
func ExampleSpinWait() {
	fmt.Println(roundTrip(disruptor.SpinWait{}))
	// Output: hello
}

// YieldWait answers nearly as fast, and lets every other goroutine have the core.
func ExampleYieldWait() {
	fmt.Println(roundTrip(disruptor.YieldWait{}))
	// Output: hello
}

// SleepWait uses little CPU and costs the other side nothing.
func ExampleSleepWait() {
	fmt.Println(roundTrip(disruptor.SleepWait{Max: 100 * time.Microsecond}))
	// Output: hello
}

// BlockWait, the default, uses no CPU while nothing happens.
func ExampleBlockWait() {
	fmt.Println(roundTrip(disruptor.BlockWait{Spin: time.Microsecond}))
	// Output: hello
}
