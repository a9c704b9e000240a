package disruptor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/be395dad/disruptor"
)

// A row that fails three times is put aside. The others are stored.
func ExampleFailurePolicy() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	ring.HandleWith(disruptor.ConsumerConfig[string]{
		Name: "store",
		OnFailure: disruptor.FailurePolicy{
			Retries: 2,
			Backoff: time.Millisecond, // and then 2 ms
		},
		DeadLetter: func(b disruptor.Batch[string], err error) error {
			for _, row := range b.All() { // one, as the handler is an Each
				fmt.Println("put aside", *row+":", err)
			}
			return nil // an error would end the ring
		},
	}, disruptor.Each(func(_ int64, row *string) error {
		if *row == "" {
			return errors.New("empty row")
		}
		fmt.Println("store", *row)
		return nil
	}))
	p := ring.MultiProducer()
	_ = p.Send(context.Background(), "")
	_ = p.Send(context.Background(), "a")
	ring.Close()
	err := ring.Run(context.Background())
	fmt.Println(err, ring.Stats().Consumers[0].Retried)
	// Output:
	// put aside : consumer "store", batch [0, 1): sequence 0: empty row
	// store a
	// <nil> 2
}

// A write that fails is repeated until it succeeds; the batch is written as a whole or not at all.
func ExampleFailurePolicy_batch() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8})
	tries := 0
	ring.HandleWith(disruptor.ConsumerConfig[int]{
		Name:      "journal",
		OnFailure: disruptor.FailurePolicy{Retries: -1, Backoff: time.Millisecond, MaxBackoff: time.Minute},
	}, func(b disruptor.Batch[int]) error {
		if tries++; tries < 3 {
			return errors.New("disk busy")
		}
		fmt.Println("wrote", b.Len(), "at try", tries)
		return nil
	})
	p := ring.MultiProducer()
	for i := range 3 {
		p.TrySend(i)
	}
	ring.Close() // what is published is still written
	fmt.Println(ring.Run(context.Background()))
	// Output:
	// wrote 3 at try 3
	// <nil>
}

// errors.Is looks through a HandlerError, even in the error of a producer.
func ExampleHandlerError_Unwrap() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	ring.Handle("read", func(disruptor.Batch[int]) error { return fmt.Errorf("read: %w", io.ErrUnexpectedEOF) })
	p := ring.MultiProducer()
	p.TrySend(1)
	fmt.Println(ring.Run(context.Background()))
	err := p.Send(context.Background(), 2)
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, disruptor.ErrClosed))
	// Output:
	// consumer "read", batch [0, 1): read: unexpected EOF
	// true true
}
