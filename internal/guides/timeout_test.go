package guides

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/publish-with-a-timeout.md.

// full makes a ring of two slots that nobody frees.
func full() (*disruptor.Ring[string], *disruptor.MultiProducer[string]) {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2})
	ring.Consumer("lazy")
	p := ring.MultiProducer()
	p.TrySend("a")
	p.TrySend("b")
	return ring, p
}

func Example_trySend() {
	ring, p := full()

	if !p.TrySend("c") {
		if err := ring.Err(); err != nil {
			fmt.Println("the ring has ended:", err)
		} else {
			fmt.Println("no room now")
		}
	}
	// Output: no room now
}

func Example_deadline() {
	ctx := context.Background()
	ring, p := full()

	limit, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	err := p.Send(limit, "c")
	fmt.Println(err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("too late")
	case errors.Is(err, disruptor.ErrClosed):
		fmt.Println("the ring has ended")
	}

	ring.Close()
	fmt.Println(p.Send(ctx, "c"))
	// Output:
	// disruptor: no room: consumer "lazy" is 2 behind: context deadline exceeded
	// too late
	// disruptor: closed
}

func Example_sender() {
	ctx := context.Background()
	ring, p := full()

	s := p.Sender(disruptor.Overflow[string]{Wait: time.Millisecond, Drop: true})
	for _, line := range []string{"c", "d"} {
		if err := s.Send(ctx, line); errors.Is(err, disruptor.ErrDropped) {
			continue // there was no room for a millisecond
		} else if err != nil {
			return // the ring or ctx has ended
		}
	}
	fmt.Println(ring.Stats().Dropped, "dropped")
	// Output: 2 dropped
}

func Example_urgent() {
	ctx, cancel := context.WithCancel(context.Background())
	_, p := full()
	cancel() // otherwise it would wait forever

	s := p.Sender(disruptor.Overflow[string]{
		Drop:  true,
		Block: func(line string) bool { return line == "urgent" },
	})
	fmt.Println(s.Send(context.Background(), "chatter"))
	fmt.Println(s.Send(ctx, "urgent"))
	// Output:
	// disruptor: event dropped
	// disruptor: no room: consumer "lazy" is 2 behind: context canceled
}

func Example_sendAllInTime() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	ring.Consumer("lazy")
	p := ring.MultiProducer()
	limit, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	<-limit.Done() // stands for a wait that was too long

	if b, err := p.Claim(limit, 3); err == nil { // there is room, and nobody looks at the clock
		p.Publish(b)
	}
	n, err := p.SendAll(limit, []int{1, 2, 3, 4, 5, 6}) // looks before each run
	fmt.Println(n, errors.Is(err, context.DeadlineExceeded))
	// Output: 0 true
}

func Example_nextInTime() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2})
	c := ring.Consumer("c")

	limit, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	_, err := c.Next(limit)
	fmt.Println(err)
	// Output: context deadline exceeded
}
