package guides

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/from-lmax.md.

// An order is an event, and its slot.
type order struct {
	id         int
	journalled bool
	replicated bool
}

func Example_diamond() {
	ctx := context.Background()
	journal := func(_ int64, o *order) error { o.journalled = true; return nil }
	replicate := func(_ int64, o *order) error { o.replicated = true; return nil }
	apply := func(seq int64, o *order) error {
		fmt.Println(seq, o.id, o.journalled && o.replicated)
		return nil
	}

	ring, _ := disruptor.New[order](disruptor.Config{Capacity: 1024, Producers: disruptor.Single})
	j := ring.Handle("journal", disruptor.Each(journal))
	r := ring.Handle("replicate", disruptor.Each(replicate))
	ring.Handle("apply", disruptor.Each(apply), j, r) // after both
	go func() {
		defer ring.Close()
		p := ring.SingleProducer()
		for i := range 3 {
			_ = p.Send(ctx, order{id: 100 + i})
		}
	}()
	err := ring.Run(ctx)

	fmt.Println(err)
	// Output:
	// 0 100 true
	// 1 101 true
	// 2 102 true
	// <nil>
}

func Example_diamondByHand() {
	ctx := context.Background()
	ring, _ := disruptor.New[order](disruptor.Config{Capacity: 1024, Producers: disruptor.Single})

	j := ring.Consumer("journal")
	r := ring.Consumer("replicate")
	a := ring.Consumer("apply", j, r) // its barrier
	var threads sync.WaitGroup
	threads.Go(func() {
		for b := range j.Batches(ctx) {
			for _, o := range b.All() {
				o.journalled = true
			}
		}
	})
	threads.Go(func() {
		for b := range r.Batches(ctx) {
			for _, o := range b.All() {
				o.replicated = true
			}
		}
	})
	threads.Go(func() {
		for b := range a.Batches(ctx) {
			for seq, o := range b.All() {
				fmt.Println(seq, o.id, o.journalled && o.replicated)
			}
			// here is the end of the batch
		}
	})

	p := ring.SingleProducer()
	_ = p.Send(ctx, order{id: 100})
	ring.Close()
	threads.Wait()
	fmt.Println(a.Err())
	// Output:
	// 0 100 true
	// <nil>
}

func Example_translator() {
	ctx := context.Background()
	ring, _ := disruptor.New[[]byte](disruptor.Config{Capacity: 4, Producers: disruptor.Single})
	ring.Fill(func(_ int, slot *[]byte) { *slot = make([]byte, 0, 512) }) // the EventFactory
	c := ring.Consumer("c")
	p := ring.SingleProducer()

	for _, text := range []string{"a", "", "b"} {
		err := p.Do(ctx, 1, func(b disruptor.Batch[[]byte]) error { // the EventTranslator
			if text == "" {
				return errors.New("nothing to say") // the claim is aborted: nobody sees it
			}
			*b.At(0) = append((*b.At(0))[:0], text...) // into the buffer that is there
			return nil
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	ring.Close()
	for b := range c.Batches(ctx) {
		for _, text := range b.All() {
			fmt.Println(string(*text), cap(*text))
		}
	}
	// Output:
	// nothing to say
	// a 512
	// b 512
}
