package disruptor_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// A sender drops what a full ring has no room for, and says so.
func ExampleSender() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2})
	ring.Consumer("lazy")
	s := ring.MultiProducer().Sender(disruptor.Overflow[string]{Drop: true})
	for _, line := range []string{"a", "b", "c"} {
		if err := s.Send(context.Background(), line); errors.Is(err, disruptor.ErrDropped) {
			fmt.Println("dropped:", line)
		}
	}
	fmt.Println(ring.Stats().Dropped)
	// Output:
	// dropped: c
	// 1
}

// While the ring is full, events below a priority are dropped after a millisecond. Others wait for room.
func ExampleOverflow() {
	type event struct {
		level int
		text  string
	}
	const warning = 2
	ring, _ := disruptor.New[event](disruptor.Config{Capacity: 2})
	ring.Consumer("lazy")
	s := ring.MultiProducer().Sender(disruptor.Overflow[event]{
		Wait:  time.Millisecond,
		Drop:  true,
		Block: func(e event) bool { return e.level >= warning },
	})
	ctx, cancel := context.WithCancel(context.Background())
	fmt.Println(s.Send(ctx, event{1, "started"}))
	fmt.Println(s.Send(ctx, event{3, "disk full"}))
	fmt.Println(s.Send(ctx, event{1, "retry"}))
	cancel() // it would wait until lazy has read something
	fmt.Println(s.Send(ctx, event{3, "gave up"}))
	// Output:
	// <nil>
	// <nil>
	// disruptor: event dropped
	// disruptor: no room: consumer "lazy" is 2 behind: context canceled
}

// An event that finds no room is written by the goroutine that sends it, before what is in the ring.
func ExampleOverflow_inline() {
	write := func(line string) error {
		fmt.Println(line)
		return nil
	}
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2})
	ring.Handle("write", disruptor.Each(func(_ int64, line *string) error { return write(*line) }))
	s := ring.MultiProducer().Sender(disruptor.Overflow[string]{Inline: write})
	for _, line := range []string{"a", "b", "c"} { // nobody runs the handler yet
		_ = s.Send(ctx, line)
	}
	ring.Close()
	_ = ring.Run(ctx)
	// Output:
	// c
	// a
	// b
}

// A sender that gives up after a while returns ErrNoRoom, and Stats counts the event.
func ExampleSender_Send() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 1, Producers: disruptor.Single})
	ring.Consumer("lazy")
	s := ring.SingleProducer().Sender(disruptor.Overflow[string]{Wait: time.Millisecond})
	for _, line := range []string{"a", "b"} {
		fmt.Println(s.Send(context.Background(), line))
	}
	fmt.Println(ring.Stats().TimedOut)
	// Output:
	// <nil>
	// disruptor: no room
	// 1
}
