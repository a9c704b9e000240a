//go:build linux && (amd64 || arm64)

package shm_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/be395dad/disruptor/shm"
)

// Names of consumers are unique in a ring, and MaxBatch bounds what a consumer is handed at once.
func ExampleConsumerConfig() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	c, _ := ring.Consumer(shm.ConsumerConfig{Name: "journal", MaxBatch: 2})
	_, err := ring.Consumer(shm.ConsumerConfig{Name: "journal"})
	fmt.Println(err)

	p, _ := ring.Producer("")
	_, _ = p.SendAll(context.Background(), []int64{1, 2, 3})
	b, _ := c.TryNext()
	fmt.Println(b.Len())
	// Output:
	// shm: consumer name not usable: another consumer is called "journal"
	// 2
}

// A consumer is handed all that is available, and hands it back in parts as it likes.
func ExampleConsumer_Next() {
	ctx := context.Background()
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	c, _ := ring.Consumer(shm.ConsumerConfig{Name: "reader"})
	p, _ := ring.Producer("")
	_, _ = p.SendAll(ctx, []int64{10, 20, 30})

	b, err := c.Next(ctx)
	fmt.Println(b.From(), b.To(), err)
	first, _ := b.Split(2)
	c.Done(first)
	fmt.Println(c.Position(), c.Lag())
	// Output:
	// 0 3 <nil>
	// 2 1
}

// The loop ends when the closed ring is drained. Err is nil then.
func ExampleConsumer_Batches() {
	ctx := context.Background()
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	c, _ := ring.Consumer(shm.ConsumerConfig{Name: "sum"})
	p, _ := ring.Producer("")
	_, _ = p.SendAll(ctx, []int64{1, 2, 3})
	ring.Close()

	sum := int64(0)
	for b := range c.Batches(ctx) {
		for _, n := range b.All() {
			sum += *n
		}
	}
	fmt.Println(sum, c.Err())
	// Output: 6 <nil>
}

// A ring without room refuses a claim until consumers hand slots back.
func ExampleProducer_TryClaim() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 2})
	c, _ := ring.Consumer(shm.ConsumerConfig{Name: "reader"})
	p, _ := ring.Producer("")
	b, ok := p.TryClaim(2)
	fmt.Println(ok)
	b.Write([]int64{1, 2})
	p.Publish(b)
	_, ok = p.TryClaim(1)
	fmt.Println(ok)
	read, _ := c.TryNext()
	c.Done(read)
	b, ok = p.TryClaim(1)
	fmt.Println(ok)
	p.Abort(b) // each claim is published or aborted
	// Output:
	// true
	// false
	// true
}

// An error of fill aborts the claim. Consumers step over its slots.
func ExampleProducer_Do() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	p, _ := ring.Producer("")
	err := p.Do(context.Background(), 2, func(shm.Batch[int64]) error {
		return errors.New("no data")
	})
	s := ring.Stats()
	fmt.Println(err, s.Claimed, s.Aborted)
	// Output: no data 2 2
}

// SendAll publishes more events than the ring has slots, as fast as they are read.
func ExampleProducer_SendAll() {
	ctx := context.Background()
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 4})
	c, _ := ring.Consumer(shm.ConsumerConfig{Name: "reader"})
	p, _ := ring.Producer("")
	go func() {
		defer ring.Close()
		_, _ = p.SendAll(ctx, make([]int64, 100))
	}()
	read := 0
	for b := range c.Batches(ctx) {
		read += b.Len()
	}
	fmt.Println(read, c.Err())
	// Output: 100 <nil>
}

// A claim that is neither published nor aborted shows in Stats.
func ExampleProducerStats() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16, Options: shm.Options{Name: "main"}})
	p, _ := ring.Producer("feed")
	_, _ = p.TryClaim(3)
	for _, s := range ring.Stats().Producers {
		fmt.Println(s.Name, s.Process.Name, s.From, s.To)
	}
	// Output: feed main 0 3
}
