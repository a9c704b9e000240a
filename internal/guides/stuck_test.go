package guides

import (
	"context"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/stuck.md: each makes a ring that stands still, and shows how it looks.

func Example_forgottenRun() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	ring.Handle("apply", func(disruptor.Batch[int]) error { return nil })
	p := ring.MultiProducer()
	for p.TrySend(0) {
	}

	fmt.Println(ring.Stats())
	// Output:
	// ring of 4 slots: 4 claimed, 4 published, 0 free, 0 claims wait for room
	//   "apply" is unserved at 0: 4 behind, 4 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
}

func Example_forgottenConsumer() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	apply := ring.Consumer("apply")
	ring.Consumer("debug") // nobody reads from it
	p := ring.MultiProducer()
	for p.TrySend(0) {
	}
	b, _ := apply.TryNext()
	apply.Done(b)

	fmt.Println(ring.Stats())
	// Output:
	// ring of 4 slots: 4 claimed, 4 published, 0 free, 0 claims wait for room
	//   "apply" is busy at 4: 0 behind, 0 available
	//   "debug" is busy at 0: 4 behind, 4 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
}

func Example_slowStage() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	parse := ring.Consumer("parse")
	apply := ring.Consumer("apply", parse)
	ring.Consumer("notify", apply)
	p := ring.MultiProducer()
	for p.TrySend(0) {
	}
	b, _ := parse.TryNext()
	parse.Done(b)

	fmt.Println(ring.Stats())
	// Output:
	// ring of 4 slots: 4 claimed, 4 published, 0 free, 0 claims wait for room
	//   "parse" is busy at 4: 0 behind, 0 available
	//   "apply" after "parse" is busy at 0: 4 behind, 4 available
	//   "notify" after "apply" is busy at 0: 4 behind, 0 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
}

func Example_openClaim() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	ring.Consumer("apply")
	p := ring.MultiProducer()
	_, _ = p.TryClaim(1) // and an error path that forgets to publish it
	for p.TrySend(0) {
	}

	fmt.Println(ring.Stats())
	limit, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(p.Send(limit, 0))
	// Output:
	// ring of 4 slots: 4 claimed, 0 published, 0 free, 0 claims wait for room
	//   "apply" is busy at 0: 0 behind, 0 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
	// disruptor: no room: claimed and not published: [0, 4): context deadline exceeded
}

func Example_shutdownInTime() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	ring.Handle("apply", func(disruptor.Batch[int]) error { return nil })
	p := ring.MultiProducer()
	p.TrySend(0)
	p.TrySend(0)
	_, _ = p.TryClaim(1)

	limit, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(ring.Shutdown(limit))
	// Output:
	// disruptor: shutdown: context deadline exceeded: consumer "apply" at 0 has 3 left and is not served by a Run; [2, 3) never published
}

// The first batch is handed out again and again.
func Example_nextWithoutDone() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	c := ring.Consumer("c")
	ring.MultiProducer().TrySend(7)
	for range 2 {
		b, err := c.Next(context.Background())
		fmt.Println(b.From(), b.To(), err)
	}
	// Output:
	// 0 1 <nil>
	// 0 1 <nil>
}

// Nobody made a consumer before the first event.
func Example_nothingArrives() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	p := ring.MultiProducer()
	for range 10 {
		p.TrySend(0)
	}
	late := ring.Consumer("late")
	_, ok := late.TryNext()
	fmt.Println(ok, late.Position())
	fmt.Println(ring.Stats())
	// Output:
	// false 10
	// ring of 4 slots: 10 claimed, 10 published, 4 free, 0 claims wait for room
	//   "late" is busy at 10: 0 behind, 0 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
}
