package disruptor_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/be395dad/disruptor"
)

// Each order goes to one of three workers; the journal sees all of them, in order, once they have been handled.
func ExampleRing_HandleGroup() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	var handled atomic.Int32
	workers := ring.HandleGroup(disruptor.GroupConfig[string]{Name: "workers", Workers: 3, MaxBatch: 1},
		disruptor.Each(func(_ int64, order *string) error {
			handled.Add(1)
			*order += " handled"
			return nil
		}))
	ring.Handle("journal", disruptor.Each(func(seq int64, order *string) error {
		fmt.Println(seq, *order)
		return nil
	}), workers.Consumer())
	go func() {
		defer ring.Close()
		p := ring.MultiProducer()
		for _, order := range []string{"a", "b", "c", "d"} {
			_ = p.Send(context.Background(), order)
		}
	}()
	fmt.Println(ring.Run(context.Background()), handled.Load())
	// Output:
	// 0 a handled
	// 1 b handled
	// 2 c handled
	// 3 d handled
	// <nil> 4
}

// Workers finish in any order. Everything below the position of the group is finished.
func ExampleGroup() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8})
	group := ring.Group(disruptor.GroupConfig[int]{Name: "workers", MaxBatch: 2})
	a, b := group.Worker(), group.Worker()
	p := ring.MultiProducer()
	for i := range 3 {
		p.TrySend(i)
	}
	first, _ := a.TryNext()
	second, _ := b.TryNext()
	b.Done(second)
	fmt.Println(group.Consumer().Position())
	a.Done(first)
	fmt.Println(group.Consumer().Position())
	// Output:
	// 0
	// 3
}

// Another worker receives what a worker leaves unfinished.
func ExampleWorker() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	group := ring.Group(disruptor.GroupConfig[string]{Name: "workers"})
	p := ring.MultiProducer()
	for _, s := range []string{"a", "b", "c"} {
		p.TrySend(s)
	}
	ring.Close()

	w := group.Worker()
	batch, _ := w.Next(ctx)
	head, _ := batch.Split(1)
	w.Done(head)
	w.Close()

	other := group.Worker()
	for batch := range other.Batches(ctx) {
		for seq, s := range batch.All() {
			fmt.Println(seq, *s)
		}
	}
	fmt.Println(other.Err())
	// Output:
	// 1 b
	// 2 c
	// <nil>
}

// The number of workers may follow the load.
func ExampleGroup_SetWorkers() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 64})
	group := ring.HandleGroup(disruptor.GroupConfig[int]{Name: "workers", Workers: 1},
		func(disruptor.Batch[int]) error { return nil })
	go func() {
		p := ring.MultiProducer()
		for i := range 1000 {
			_ = p.Send(ctx, i)
			if group.Consumer().Lag() > 32 {
				group.SetWorkers(4)
			}
		}
		ring.Close()
	}()
	fmt.Println(ring.Run(ctx), group.Consumer().Position())
	// Output: <nil> 1000
}

// The payments of an account are handled in order, those of different accounts side by side.
func ExampleGroupConfig() {
	type payment struct{ account, amount int }
	ring, _ := disruptor.New[payment](disruptor.Config{Capacity: 16})
	balances := make([]int, 4) // each account is one worker's at any time: no lock
	ring.HandleGroup(disruptor.GroupConfig[payment]{
		Name:    "accounts",
		Workers: 3,
		Key:     func(p *payment) uint64 { return uint64(p.account) },
	}, disruptor.Each(func(_ int64, p *payment) error {
		if balances[p.account]+p.amount >= 0 {
			balances[p.account] += p.amount
		}
		return nil
	}))
	go func() {
		defer ring.Close()
		p := ring.MultiProducer()
		for i := range 40 {
			_ = p.Send(context.Background(), payment{account: i % 4, amount: 2 * (i%4 - 1)})
		}
	}()
	fmt.Println(ring.Run(context.Background()), balances)
	// Output: <nil> [0 0 20 40]
}

// An event that two workers have left unfinished is given up and put aside.
func ExampleRing_Group() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	group := ring.Group(disruptor.GroupConfig[string]{
		Name:     "workers",
		Attempts: 2,
		DeadLetter: func(b disruptor.Batch[string], err error) error {
			fmt.Println("put aside", *b.At(0))
			return nil
		},
	})
	p := ring.MultiProducer()
	p.TrySend("poison")
	p.TrySend("food")
	for w := group.Worker(); ; w = group.Worker() {
		b, ok := w.TryNext()
		if !ok {
			break
		}
		if *b.At(0) != "poison" {
			fmt.Println("handled", *b.At(0))
			w.Done(b)
		}
		w.Close() // the next worker receives what this one has not finished
	}
	fmt.Println(group.Consumer().Position())
	// Output:
	// put aside poison
	// handled food
	// 2
}

// Each worker has a goroutine and a loop. Together they see every event once.
func ExampleWorker_Batches() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8})
	group := ring.Group(disruptor.GroupConfig[int]{Name: "workers"})
	var sum atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		w := group.Worker()
		wg.Go(func() {
			defer w.Close()
			for b := range w.Batches(context.Background()) { // Done is called after each turn
				for _, v := range b.All() {
					sum.Add(int64(*v))
				}
			}
		})
	}
	_, err := ring.MultiProducer().SendAll(context.Background(), []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	ring.Close()
	wg.Wait()
	fmt.Println(sum.Load(), err)
	// Output: 55 <nil>
}
