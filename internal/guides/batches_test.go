package guides

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/batches.md.

func Example_flushWhenIdle() {
	ctx := context.Background()
	write := func(rows []string) { fmt.Println("write", len(rows), "rows") }
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2048})

	var rows []string
	flush := func() {
		if len(rows) > 0 {
			write(rows)
			rows = rows[:0]
		}
	}
	ring.HandleWith(disruptor.ConsumerConfig[string]{
		Name: "store",
		Idle: 100 * time.Millisecond,
	}, func(b disruptor.Batch[string]) error {
		for _, row := range b.All() {
			if rows = append(rows, *row); len(rows) == 500 {
				flush()
			}
		}
		if b.Len() == 0 { // nothing has come for 100 ms, or nothing more will
			flush()
		}
		return nil
	})

	p := ring.MultiProducer()
	for range 1200 {
		p.TrySend("row")
	}
	ring.Close()
	fmt.Println(ring.Run(ctx))
	// Output:
	// write 500 rows
	// write 500 rows
	// write 200 rows
	// <nil>
}

func Example_flushInTime() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2048})
	store := ring.ConsumerWith(disruptor.ConsumerConfig[string]{Name: "store", MaxBatch: 500})
	write := func(b disruptor.Batch[string]) error {
		fmt.Println("write", b.Len(), "rows")
		return nil
	}

	flush := func() error {
		if _, err := store.Next(ctx); err != nil { // the first row: the clock starts now
			return err
		}
		limit, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		_, _ = store.WaitFor(limit, store.Position()+499) // 500 rows, or 100 ms, or the end of the ring
		b, ok := store.TryNext()
		if !ok {
			return nil // the ring has failed: Next tells why
		}
		if err := write(b); err != nil {
			return err // not done: the next call begins with the same rows
		}
		store.Done(b)
		return nil
	}

	p := ring.MultiProducer()
	for range 1200 {
		p.TrySend("row")
	}
	ring.Close()
	var err error
	for err == nil {
		err = flush()
	}
	fmt.Println(errors.Is(err, disruptor.ErrClosed))
	// Output:
	// write 500 rows
	// write 500 rows
	// write 200 rows
	// true
}

func Example_sendBatches() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 1024, Producers: disruptor.Single})
	c := ring.Consumer("sum")
	p := ring.SingleProducer()

	n, err := p.SendAll(ctx, []int{1, 2, 3, 4}) // values that are there already

	b, err2 := p.Claim(ctx, 4) // or made in the slots
	for i := range b.Len() {
		*b.At(i) = 10 * i
	}
	p.Publish(b)

	b, err3 := p.Claim(ctx, 4) // it may turn out that there are fewer
	keep, giveBack := b.Split(1)
	*keep.At(0) = 100
	p.Publish(keep)
	p.Abort(giveBack)

	ring.Close()
	sum := 0
	for b := range c.Batches(ctx) {
		head, tail := b.Slices() // plain slices: for copy, append, SIMD
		for _, v := range head {
			sum += v
		}
		for _, v := range tail { // what lies behind the end of the ring's memory
			sum += v
		}
	}
	fmt.Println(n, errors.Join(err, err2, err3), sum)
	// Output: 4 <nil> 170
}
