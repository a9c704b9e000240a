package disruptor_test

import (
	"context"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// SendAll sends more than the ring holds: it publishes what there is room for, and waits for more.
func ExampleMultiProducer_SendAll() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	sum := 0
	ring.Handle("sum", disruptor.Each(func(_ int64, event *int) error {
		sum += *event
		return nil
	}))
	go func() {
		defer ring.Close()
		n, err := ring.MultiProducer().SendAll(ctx, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
		fmt.Println(n, err)
	}()
	_ = ring.Run(ctx)
	fmt.Println(sum)
	// Output:
	// 10 <nil>
	// 55
}

// SendAll that gives up says how many events it has published, and what was in the way.
func ExampleSingleProducer_SendAll() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2, Producers: disruptor.Single})
	ring.Consumer("lazy")
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for ring.Stats().Parks == 0 { // until SendAll sleeps
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	n, err := ring.SingleProducer().SendAll(ctx, []string{"a", "b", "c"})
	fmt.Println(n)
	fmt.Println(err)
	// Output:
	// 2
	// disruptor: no room: consumer "lazy" is 2 behind: context canceled
}

// A consumer by hand with a limit on its batches, after another one.
func ExampleRing_ConsumerWith() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8})
	first := ring.Consumer("first")
	second := ring.ConsumerWith(disruptor.ConsumerConfig[int]{
		Name:     "second",
		After:    []*disruptor.Consumer[int]{first},
		MaxBatch: 2,
	})
	p := ring.MultiProducer()
	for i := range 5 {
		p.TrySend(i)
	}
	b, _ := first.TryNext()
	fmt.Println(b.Len())
	first.Done(b)
	b, _ = second.TryNext()
	fmt.Println(b.Len())
	// Output:
	// 5
	// 2
}

// TryClaim never waits. A claim that has no use is given back: consumers step over it.
func ExampleMultiProducer_TryClaim() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	p := ring.MultiProducer()
	unused, _ := p.TryClaim(1)
	b, _ := p.TryClaim(3)
	_, ok := p.TryClaim(1)
	fmt.Println("room for one more:", ok)

	*b.At(0), *b.At(1), *b.At(2) = 10, 20, 30
	p.Publish(b)
	p.Abort(unused)
	for b, ok := c.TryNext(); ok; b, ok = c.TryNext() {
		for seq, v := range b.All() {
			fmt.Println(seq, *v)
		}
		c.Done(b)
	}
	// Output:
	// room for one more: false
	// 1 10
	// 2 20
	// 3 30
}

// Send waits for room, but no longer than its context lasts. Its error says what was in the way.
func ExampleMultiProducer_Send() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2})
	ring.Consumer("lazy")
	p := ring.MultiProducer()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	for _, s := range []string{"a", "b", "c"} {
		if err := p.Send(ctx, s); err != nil {
			fmt.Println(s, err)
		}
	}
	// Output: c disruptor: no room: consumer "lazy" is 2 behind: context deadline exceeded
}

// The single producer claims several slots at once and publishes them as they are ready.
func ExampleSingleProducer_Claim() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4, Producers: disruptor.Single})
	c := ring.Consumer("c")
	p := ring.SingleProducer()
	rest, err := p.Claim(context.Background(), 3)
	if err != nil {
		panic(err)
	}
	for rest.Len() > 0 {
		var first disruptor.Batch[int]
		first, rest = rest.Split(1)
		*first.At(0) = 10 * int(first.From())
		p.Publish(first)
		b, _ := c.TryNext()
		fmt.Println(*b.At(0))
		c.Done(b)
	}
	// Output:
	// 0
	// 10
	// 20
}

// The sequences of an aborted claim of a single producer are claimed again.
func ExampleSingleProducer_Abort() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4, Producers: disruptor.Single})
	p := ring.SingleProducer()
	b, _ := p.TryClaim(2)
	p.Abort(b)
	b, _ = p.TryClaim(1)
	fmt.Println(b.From(), b.To())
	// Output: 0 1
}
