package guides

import (
	"context"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/from-channels.md for code that keeps a channel, or a select.

func Example_inSelect() {
	ctx := context.Background()
	sum := 0
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 64})
	c := ring.Consumer("sum")
	go func() {
		defer ring.Close()
		p := ring.MultiProducer()
		for i := range 10 {
			_ = p.Send(ctx, i)
		}
	}()
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()

	add := func(b disruptor.Batch[int]) {
		for _, v := range b.All() {
			sum += *v
		}
	}
	for ring.Err() == nil {
		select {
		case <-c.Ready():
			if b, ok := c.TryNext(); ok { // it may be told in vain
				add(b)
				c.Done(b)
			}
		case <-tick.C:
			fmt.Println("so far:", sum)
		}
	}
	for b := range c.Batches(ctx) { // the ring has ended: what is left
		add(b)
	}

	fmt.Println(sum, c.Err())
	// Output: 45 <nil>
}

func Example_betweenChannels() {
	ctx := context.Background()
	in, out := make(chan string, 4), make(chan string, 4)
	for _, s := range []string{"a", "b", "c"} {
		in <- s
	}
	close(in)

	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 64})
	c := ring.Consumer("out")
	if err := disruptor.FromChannel(ctx, in, ring.MultiProducer()); err != nil { // until in is closed
		panic(err)
	}
	ring.Close()
	if err := disruptor.ToChannel(ctx, c, out); err != nil { // until the ring is drained
		panic(err)
	}
	close(out)

	for s := range out {
		fmt.Println(s)
	}
	// Output:
	// a
	// b
	// c
}

func Example_events() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 64})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	for _, s := range []string{"a", "b"} {
		_ = p.Send(ctx, s)
	}
	ring.Close()

	for seq, s := range c.Events(ctx) {
		fmt.Println(seq, *s)
	}
	// Output:
	// 0 a
	// 1 b
}
