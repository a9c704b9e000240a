package guides

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/from-channels.md. Each does the same by a channel and by a ring.

func Example_oneToOne() {
	ctx := context.Background()
	sum := 0

	ch := make(chan int, 1024)
	go func() {
		defer close(ch)
		for i := range 10 {
			ch <- i
		}
	}()
	for v := range ch {
		sum += v
	}

	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 1024, Producers: disruptor.Single})
	c := ring.Consumer("sum") // before the first event: it sees none that is older
	go func() {
		defer ring.Close()
		p := ring.SingleProducer()
		for i := range 10 {
			_ = p.Send(ctx, i) // an error: the ring or ctx has ended
		}
	}()
	for b := range c.Batches(ctx) { // all that is there at once; Done after each turn
		for _, v := range b.All() {
			sum += *v // v points into the ring: copy what you keep
		}
	}

	fmt.Println(sum, c.Err())
	// Output: 90 <nil>
}

func Example_fanIn() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 1024}) // Multi is the default
	c := ring.Consumer("sum")

	var producers sync.WaitGroup
	for range 3 {
		producers.Go(func() {
			p := ring.MultiProducer() // one each is faster than one for all
			for i := range 10 {
				_ = p.Send(ctx, i)
			}
		})
	}
	go func() {
		producers.Wait() // as before the close of a channel
		ring.Close()
	}()

	sum := 0
	for b := range c.Batches(ctx) {
		for _, v := range b.All() {
			sum += *v
		}
	}
	fmt.Println(sum)
	// Output: 135
}

func Example_eachToAll() {
	journalled, shown := 0, 0
	write := func(v int) { journalled += v }
	show := func(v int) { shown += v }

	journal, display := make(chan int, 64), make(chan int, 64)
	var consumers sync.WaitGroup
	consumers.Go(func() {
		for v := range journal {
			write(v)
		}
	})
	consumers.Go(func() {
		for v := range display {
			show(v)
		}
	})
	for v := range 10 {
		journal <- v
		display <- v
	}
	close(journal)
	close(display)
	consumers.Wait()
	fmt.Println(journalled, shown)

	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 64})
	ring.Handle("journal", disruptor.Each(func(seq int64, v *int) error {
		write(*v)
		return nil // an error ends the ring, and Run returns it
	}))
	ring.Handle("display", disruptor.Each(func(seq int64, v *int) error {
		show(*v)
		return nil
	}))
	go func() {
		defer ring.Close()
		p := ring.MultiProducer()
		for v := range 10 {
			_ = p.Send(context.Background(), v) // once, for both
		}
	}()
	err := ring.Run(context.Background()) // a goroutine for each handler
	fmt.Println(journalled, shown, err)
	// Output:
	// 45 45
	// 90 90 <nil>
}

func Example_eachToOne() {
	var done atomic.Int64
	work := func(v int) { done.Add(int64(v)) }

	ch := make(chan int, 64)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for v := range ch {
				work(v)
			}
		})
	}
	for v := range 10 {
		ch <- v
	}
	close(ch)
	workers.Wait()

	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 64})
	ring.HandleGroup(disruptor.GroupConfig[int]{Name: "workers", Workers: 4},
		disruptor.Each(func(_ int64, v *int) error {
			work(*v)
			return nil
		}))
	go func() {
		defer ring.Close()
		p := ring.MultiProducer()
		for v := range 10 {
			_ = p.Send(context.Background(), v)
		}
	}()
	err := ring.Run(context.Background())

	fmt.Println(done.Load(), err)
	// Output: 90 <nil>
}

func Example_closeAndDrain() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	_ = p.Send(context.Background(), "a")

	ring.Close()
	ring.Close()                                            // nothing: no panic
	fmt.Println("send:", p.Send(context.Background(), "b")) // no panic
	for b := range c.Batches(context.Background()) {        // what was sent before
		fmt.Println("received:", *b.At(0))
	}
	_, err := c.Next(context.Background())
	fmt.Println("next:", err) // v, ok := <-ch has ok == false
	// Output:
	// send: disruptor: closed
	// received: a
	// next: disruptor: closed
}

// lenCap returns what len and cap of a channel tell, and which consumer is behind.
func Example_lenAndCap() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	for i := range 3 {
		p.TrySend(i)
	}

	fmt.Println("len:", c.Lag())
	fmt.Println("cap:", ring.Cap())
	fmt.Println("room:", ring.Stats().Free)
	// Output:
	// len: 3
	// cap: 8
	// room: 5
}
