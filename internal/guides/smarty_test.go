package guides

import (
	"context"
	"fmt"

	"github.com/be395dad/disruptor"
)

// The program of docs/guides/from-smarty.md. The one that it replaces is in cmd/disruptor/internal/before.

func Example_afterSmarty() {
	double := func(b disruptor.Batch[int64]) error {
		for _, v := range b.All() {
			*v *= 2
		}
		return nil
	}
	show := func(b disruptor.Batch[int64]) error {
		for seq, v := range b.All() {
			fmt.Println(seq, *v)
		}
		return nil
	}

	ring, err := disruptor.New[int64](disruptor.Config{
		Capacity:  bufferSize,
		Producers: disruptor.Single,
	})
	if err != nil {
		panic(err)
	}
	first := ring.Handle("double", double)
	ring.Handle("show", show, first) // after the first group

	go func() {
		defer ring.Close()
		p := ring.SingleProducer()
		b, err := p.Claim(context.Background(), 3)
		if err != nil {
			return // the ring has ended
		}
		for seq, slot := range b.All() {
			*slot = seq + 10
		}
		p.Publish(b)
	}()
	if err := ring.Run(context.Background()); err != nil { // until all of it is handled
		panic(err)
	}
	// Output:
	// 0 20
	// 1 22
	// 2 24
}

const bufferSize = 1024
