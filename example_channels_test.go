package disruptor_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// A shipper has a ring, a ticker and a control channel in one select.
func ExampleConsumer_Ready() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	c := ring.Consumer("shipper")
	control := make(chan string)
	go func() {
		p := ring.MultiProducer()
		p.TrySend("a")
		control <- "rotate"
		p.TrySend("b")
		ring.Close()
	}()
	flush := time.NewTicker(time.Hour)
	defer flush.Stop()
	shipped := 0
	for ring.Err() == nil {
		select {
		case <-c.Ready():
			if b, ok := c.TryNext(); ok {
				shipped += b.Len()
				c.Done(b)
			}
		case <-flush.C:
			fmt.Println("flush")
		case order := <-control:
			fmt.Println(order)
		}
	}
	for b := range c.Batches(context.Background()) { // what is left
		shipped += b.Len()
	}
	fmt.Println("shipped", shipped, c.Err())
	// Output:
	// rotate
	// shipped 2 <nil>
}

// A loop over events may be left at any event. The next loop goes on behind it.
func ExampleConsumer_Events() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	for _, s := range []string{"header", "", "body", "more"} {
		p.TrySend(s)
	}
	ring.Close()
	for seq, line := range c.Events(ctx) {
		if *line == "" {
			fmt.Println("the header ends at", seq)
			break
		}
	}
	for _, line := range c.Events(ctx) {
		fmt.Println(*line)
	}
	fmt.Println(c.Position(), c.Err())
	// Output:
	// the header ends at 1
	// body
	// more
	// 4 <nil>
}

// FromChannel publishes what comes from a channel.
func ExampleFromChannel() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	lines := make(chan string)
	go func() {
		for _, s := range []string{"a", "b", "c", "d", "e"} {
			lines <- s
		}
		close(lines)
	}()
	done := make(chan error, 1)
	go func() {
		defer ring.Close()
		done <- disruptor.FromChannel(ctx, lines, ring.MultiProducer())
	}()
	for _, s := range c.Events(ctx) {
		fmt.Print(*s, " ")
	}
	fmt.Println(<-done)
	// Output: a b c d e <nil>
}

// The error holds the event that found no room.
func ExampleUnsentError() {
	ctx, cancel := context.WithCancel(context.Background())
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 2})
	ring.Consumer("lazy")
	orders := make(chan int)
	go func() {
		defer cancel()
		for i := range 3 {
			orders <- i
		}
		for ring.Stats().Blocked == 0 { // until the third waits for room
			time.Sleep(time.Millisecond)
		}
	}()
	err := disruptor.FromChannel(ctx, orders, ring.MultiProducer())
	var unsent *disruptor.UnsentError[int]
	if errors.As(err, &unsent) {
		fmt.Println("published", ring.Published(), "and then came", unsent.Event)
	}
	fmt.Println(err)
	// Output:
	// published 2 and then came 2
	// disruptor: an event was received and not published: disruptor: no room: consumer "lazy" is 2 behind: context canceled
}

// ToChannel is for code that wants a channel.
func ExampleToChannel() {
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
	events := make(chan string)
	done := make(chan error, 1)
	go func() {
		defer close(events)
		done <- disruptor.ToChannel(ctx, c, events)
	}()
	for s := range events {
		fmt.Print(s, " ")
	}
	fmt.Println(<-done, c.Position())
	// Output: a b c d e <nil> 5
}
