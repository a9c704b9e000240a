package guides

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/stuck.md: each makes a ring that stands still, and shows how it looks.

func Example_watchdog() {
	ctx := context.Background()
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	ring.Handle("apply", func(disruptor.Batch[int]) error { return nil })
	p := ring.MultiProducer()
	forgotten, _ := p.TryClaim(1)
	p.TrySend(0)

	logged := make(lines, 1)
	logger := slog.New(slog.NewTextHandler(logged, nil))
	run := make(chan error)
	go func() {
		run <- ring.RunWith(ctx, disruptor.RunConfig{
			Watchdog: 10 * time.Millisecond, // some seconds in a service: longer than a batch takes
			Logger:   logger,                // nil: slog.Default()
		})
	}()

	_, text, _ := strings.Cut(<-logged, " ") // without the time of day
	fmt.Print(times.ReplaceAllString(text, ""))
	p.Abort(forgotten)
	ring.Close()
	fmt.Println(<-run)
	// Output:
	// level=WARN msg="disruptor: ring is stuck" ring=orders explain="no producer is blocked: ring \"orders\" has 2 of 4 slots free; the next is sequence 0, which is claimed and has not been published."
	// <nil>
}

// lines is an io.Writer for a logger.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

func Example_forgottenRun() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	ring.Handle("apply", func(disruptor.Batch[int]) error { return nil })
	p := ring.MultiProducer()
	for p.TrySend(0) {
	}

	fmt.Println(ring.Stats())
	fmt.Println(explainBlocked(ring))
	// Output:
	// ring "orders" of 4 slots: 4 claimed, 4 published, 0 free
	//   "apply" is unserved at 0: 4 behind, 4 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
	// 1 producer blocked: ring "orders" is full (4 slots), held by Run, which has not been
	// called ("apply" waits for it).
}

func Example_forgottenConsumer() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	apply := ring.Consumer("apply")
	ring.Consumer("debug") // nobody reads from it
	p := ring.MultiProducer()
	for p.TrySend(0) {
	}
	b, _ := apply.TryNext()
	apply.Done(b)

	fmt.Println(ring.Stats())
	fmt.Println(explainBlocked(ring))
	// Output:
	// ring "orders" of 4 slots: 4 claimed, 4 published, 0 free
	//   "apply" is busy at 4: 0 behind, 0 available; 1 batch, median 4, at most 4 behind
	//   "debug" is busy at 0: 4 behind, 4 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
	// 1 producer blocked: ring "orders" is full (4 slots), held by consumer "debug" at 0, used
	// by hand, which has never handed anything back: it may be forgotten.
}

func Example_slowStage() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	parse := ring.Consumer("parse")
	apply := ring.Consumer("apply", parse)
	notify := ring.Consumer("notify", apply)
	read := func(c *disruptor.Consumer[int]) {
		b, _ := c.TryNext()
		c.Done(b)
	}
	p := ring.MultiProducer()
	p.TrySend(0)
	read(parse)
	read(apply)
	read(notify)
	for p.TrySend(0) {
	}
	read(parse)

	fmt.Println(ring.Stats())
	fmt.Println(explainBlocked(ring))
	// Output:
	// ring "orders" of 4 slots: 5 claimed, 5 published, 0 free
	//   "parse" is busy at 5: 0 behind, 0 available; 2 batches, median 1, at most 4 behind
	//   "apply" after "parse" is busy at 1: 4 behind, 4 available; 1 batch, median 1, at most 4 behind
	//   "notify" after "apply" is busy at 1: 4 behind, 0 available; 1 batch, median 1, at most 4 behind
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
	// 1 producer blocked: ring "orders" is full (4 slots), held by consumer "apply" at 1, used
	// by hand, which has handed nothing back ("notify" waits for it).
}

func Example_openClaim() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	ring.Consumer("apply")
	p := ring.MultiProducer()
	_, _ = p.TryClaim(1) // and an error path that forgets to publish it
	for p.TrySend(0) {
	}

	fmt.Println(ring.Stats())
	fmt.Println(explainBlocked(ring))
	limit, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(p.Send(limit, 0))
	// Output:
	// ring "orders" of 4 slots: 4 claimed, 0 published, 0 free
	//   "apply" is busy at 0: 0 behind, 0 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
	// 1 producer blocked: ring "orders" is full (4 slots), held by sequence 0, which is claimed
	// and has not been published ("apply" waits for it).
	// disruptor: no room: claimed and not published: [0, 4): context deadline exceeded
}

func Example_shutdownInTime() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	ring.Handle("apply", func(disruptor.Batch[int]) error { return nil })
	p := ring.MultiProducer()
	p.TrySend(0)
	p.TrySend(0)
	_, _ = p.TryClaim(1)

	ring.Close()
	fmt.Println(explain(ring))
	limit, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(ring.Shutdown(limit))
	// Output:
	// ring "orders" is closed and drains: Run, which has not been called ("apply" waits for it).
	// disruptor: shutdown: context deadline exceeded: consumer "apply" at 0 has 3 left and is not served by a Run; [2, 3) never published
}

// The first batch is handed out again and again.
func Example_nextWithoutDone() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
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
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
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
	// ring "orders" of 4 slots: 10 claimed, 10 published, 4 free
	//   "late" is busy at 10: 0 behind, 0 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
}
