//go:build linux && (amd64 || arm64)

package shm_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/be395dad/disruptor/shm"
)

// A Tick has no pointers, so it can be shared.
type Tick struct {
	Symbol [8]byte
	Price  float64
}

// Both sides of a ring. They are usually two processes: one creates the ring, the other opens it by
// its path.
func Example() {
	path := filepath.Join("/dev/shm", fmt.Sprintf("example-%d", os.Getpid()))
	created, err := shm.Create[Tick](path, shm.Config{Capacity: 1 << 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer shm.Remove(path) // once nobody is attached
	opened, err := shm.Open[Tick](path, shm.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	quotes, err := opened.Consumer(shm.ConsumerConfig{Name: "quotes"}) // sees what is published from now on
	if err != nil {
		fmt.Println(err)
		return
	}
	feed, err := created.Producer("feed")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, price := range []float64{1.5, 1.6, 1.4} {
		if err := feed.Send(ctx, Tick{Symbol: [8]byte{'A'}, Price: price}); err != nil {
			fmt.Println(err)
		}
	}
	created.Close() // for all processes; what is published is still delivered

	for batch := range quotes.Batches(ctx) {
		for seq, tick := range batch.All() {
			fmt.Println(seq, tick.Price)
		}
	}
	feed.Close()
	quotes.Close()
	fmt.Println(created.Detach(ctx), opened.Detach(ctx))
	// Output:
	// 0 1.5
	// 1 1.6
	// 2 1.4
	// <nil> <nil>
}

// A ring without a path goes to a child as a descriptor.
func ExampleCreateAnonymous() {
	ring, err := shm.CreateAnonymous[Tick]("ticks", shm.Config{Capacity: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := ring.File()
	if err != nil {
		fmt.Println(err)
		return
	}
	// cmd.ExtraFiles = []*os.File{file}, and in the child shm.OpenFile[Tick](os.NewFile(3, "ring"), …)
	child, err := shm.OpenFile[Tick](file, shm.Options{Name: "child"})
	fmt.Println(child.Cap(), err)
	// Output: 16 <nil>
}

// A consumer that follows another sees an event once the other is done with it.
func ExampleConsumer() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	journal, _ := ring.Consumer(shm.ConsumerConfig{Name: "journal"})
	apply, _ := ring.Consumer(shm.ConsumerConfig{Name: "apply", After: []string{"journal"}})
	p, _ := ring.Producer("")
	p.TrySend(7)

	_, ok := apply.TryNext()
	fmt.Println("apply has something:", ok)
	batch, _ := journal.TryNext()
	journal.Done(batch)
	batch, ok = apply.TryNext()
	fmt.Println("apply has something:", ok, *batch.At(0))
	// Output:
	// apply has something: false
	// apply has something: true 7
}

// A claim of several slots is filled in place and published at once.
func ExampleProducer() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	c, _ := ring.Consumer(shm.ConsumerConfig{})
	p, _ := ring.Producer("")
	err := p.Do(context.Background(), 3, func(b shm.Batch[int64]) error {
		for seq, n := range b.All() {
			*n = seq * seq
		}
		return nil
	})
	fmt.Println(err)
	b, _ := c.TryNext()
	fmt.Println(b.From(), b.To(), *b.At(2))
	// Output:
	// <nil>
	// 0 3 4
}

// Read copies events out of a batch, Write into one.
func ExampleBatch() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	c, _ := ring.Consumer(shm.ConsumerConfig{})
	p, _ := ring.Producer("")
	claimed, _ := p.TryClaim(4)
	claimed.Write([]int64{1, 2, 3, 4})
	first, rest := claimed.Split(3)
	p.Publish(first)
	p.Abort(rest) // consumers step over it

	b, _ := c.TryNext()
	events := make([]int64, 10)
	fmt.Println(events[:b.Read(events)])
	// Output: [1 2 3]
}

// The error of a call whose context ends says who is in the way.
func ExampleBlockedError() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 2})
	_, _ = ring.Consumer(shm.ConsumerConfig{Name: "slow"})
	p, _ := ring.Producer("")
	p.TrySend(1)
	p.TrySend(2)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	err := p.Send(ctx, 3)
	var blocked *shm.BlockedError
	if errors.As(err, &blocked) {
		fmt.Println("no", blocked.Waits, "at", blocked.Sequence, "because a consumer", blocked.What)
	}
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// no room at 2 because a consumer is 2 behind
	// true
}

// Stats shows all processes, producers and consumers of a ring.
func ExampleStats() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 4, Options: shm.Options{Name: "main"}})
	_, _ = ring.Consumer(shm.ConsumerConfig{Name: "slow", OnDeath: shm.Hold, Grace: time.Minute})
	p, _ := ring.Producer("feed")
	p.TrySend(1)
	s := ring.Stats()
	fmt.Println(s.Claimed, s.Published, s.Free, s.Lost)
	for _, c := range s.Consumers {
		fmt.Println(c.Name, c.Process.Name, c.Process.Lives, c.State, c.OnDeath, c.Lag)
	}
	// Output:
	// 1 1 3 0
	// slow main true live hold 1
}

// Shutdown closes the ring and waits for this process's consumers.
func ExampleRing_Shutdown() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 4})
	c, _ := ring.Consumer(shm.ConsumerConfig{Name: "printer"})
	p, _ := ring.Producer("")
	go func() {
		defer c.Close()
		for b := range c.Batches(context.Background()) {
			fmt.Println(*b.At(0))
		}
	}()
	p.TrySend(1)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fmt.Println(ring.Shutdown(ctx))
	fmt.Println(p.Send(ctx, 2))
	// Output:
	// 1
	// <nil>
	// shm: closed
}
