package disruptor_test

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/be395dad/disruptor"
)

// A store writes 500 rows at once. It writes fewer when no row has come for a while, and at the end.
func ExampleConsumerConfig() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 2048})
	var rows []int
	flush := func() {
		if len(rows) > 0 {
			fmt.Println("write", len(rows), "rows")
			rows = rows[:0]
		}
	}
	ring.HandleWith(disruptor.ConsumerConfig[int]{
		Name: "store",
		Idle: 10 * time.Millisecond,
		Start: func(*disruptor.Consumer[int]) error {
			fmt.Println("connect") // an error would fail the ring
			return nil
		},
		Stop: func(*disruptor.Consumer[int]) { fmt.Println("disconnect") },
	}, func(b disruptor.Batch[int]) error {
		for _, row := range b.All() {
			if rows = append(rows, *row); len(rows) == 500 {
				flush()
			}
		}
		if b.Len() == 0 { // nothing has come, or nothing more will
			flush()
		}
		return nil
	})
	p := ring.MultiProducer()
	for i := range 1200 {
		_ = p.Send(context.Background(), i)
	}
	ring.Close()
	fmt.Println(ring.Run(context.Background()))
	// Output:
	// connect
	// write 500 rows
	// write 500 rows
	// write 200 rows
	// disconnect
	// <nil>
}

// A handler that answers fast has a thread to itself and does not sleep. The CPUs may come from a flag.
func ExampleConsumerConfig_thread() {
	var cpus []int // none: all of them
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4, Wait: disruptor.SpinWait{}})
	ring.HandleWith(disruptor.ConsumerConfig[int]{
		Name: "quotes", LockOSThread: true, CPUs: cpus,
	}, disruptor.Each(func(_ int64, quote *int) error {
		fmt.Println(*quote)
		return nil
	}))
	ring.MultiProducer().TrySend(42)
	ring.Close()
	fmt.Println(ring.Run(context.Background())) // an error, if the process can't use one of the CPUs
	// Output:
	// 42
	// <nil>
}

// Start gives a handler its consumer: here to hand each slot back as soon as it has been read.
func ExampleRing_HandleWith() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	var me *disruptor.Consumer[string]
	ring.HandleWith(disruptor.ConsumerConfig[string]{
		Name:     "slow",
		MaxBatch: 2,
		Start:    func(c *disruptor.Consumer[string]) error { me = c; return nil },
	}, func(b disruptor.Batch[string]) error {
		fmt.Println("a batch of", b.Len())
		for b.Len() > 0 {
			var first disruptor.Batch[string]
			first, b = b.Split(1)
			fmt.Println(*first.At(0))
			me.Done(first) // its slot is free now
		}
		return nil
	})
	p := ring.MultiProducer()
	for _, s := range []string{"a", "b", "c"} {
		p.TrySend(s)
	}
	ring.Close()
	_ = ring.Run(context.Background())
	// Output:
	// a batch of 2
	// a
	// b
	// a batch of 1
	// c
}

// Each is a handler of single events.
func ExampleEach() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	ring.Handle("sqrt", disruptor.Each(func(seq int64, event *int) error {
		if *event < 0 {
			return fmt.Errorf("%d is negative", *event)
		}
		fmt.Println(seq, *event)
		return nil
	}))
	p := ring.MultiProducer()
	for _, n := range []int{4, 9, -1} {
		p.TrySend(n)
	}
	fmt.Println(ring.Run(context.Background()))
	// Output:
	// 0 4
	// 1 9
	// consumer "sqrt", batch [0, 3): sequence 2: -1 is negative
}

// A HandlerError says which handler failed, where, and how.
func ExampleHandlerError() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	full := errors.New("disk full")
	ring.Handle("journal", func(disruptor.Batch[int]) error { return full })
	p := ring.MultiProducer()
	p.TrySend(1)
	p.TrySend(2)

	err := ring.Run(context.Background())
	var failure *disruptor.HandlerError
	if errors.As(err, &failure) {
		fmt.Println(failure.Consumer, "failed in", failure.From, "to", failure.To)
		fmt.Println("panicked:", failure.Stack != nil)
	}
	fmt.Println(errors.Is(err, full))

	err = p.Send(context.Background(), 3) // producers find it too
	fmt.Println(errors.As(err, &failure), errors.Is(err, disruptor.ErrClosed))
	// Output:
	// journal failed in 0 to 2
	// panicked: false
	// true
	// true true
}

// A signal ends the producers. The ring then gets ten seconds to deliver what they have sent.
func ExampleRing_Shutdown() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 8})
	ring.Handle("save", disruptor.Each(func(_ int64, event *int) error {
		fmt.Println("save", *event)
		return nil
	}))
	run := make(chan error, 1)
	go func() { run <- ring.Run(context.Background()) }() // not with untilSignal: that would lose what is left

	untilSignal, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	p := ring.MultiProducer()
	for i := range 3 {
		_ = p.Send(untilSignal, i)
	}
	stop() // stands for the signal
	<-untilSignal.Done()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fmt.Println(ring.Shutdown(ctx))
	fmt.Println(<-run)
	// Output:
	// save 0
	// save 1
	// save 2
	// <nil>
	// <nil>
}

// parseAndApply makes a full ring of which "apply" follows "parse", which has read one event of four.
func parseAndApply() *disruptor.Ring[int] {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	parse := ring.Consumer("parse")
	ring.Consumer("apply", parse)
	p := ring.MultiProducer()
	for i := range 4 {
		p.TrySend(i)
	}
	b, _ := parse.TryNext()
	first, _ := b.Split(1)
	parse.Done(first)
	return ring
}

// String is for people to read.
func ExampleStats_String() {
	fmt.Println(parseAndApply().Stats())
	// Output:
	// ring of 4 slots: 4 claimed, 4 published, 0 free
	//   "parse" is busy at 1: 3 behind, 3 available; 1 batch, median 1, at most 4 behind
	//   "apply" after "parse" is busy at 0: 4 behind, 1 available
	//   parked 0 times, woken 0 times, 0 of them in vain; 0 fences of the process
}

// Who holds the ring? Of the consumers that are furthest behind, one that has something to read and is busy.
func ExampleConsumerStats() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := ring.Handle("slow", func(disruptor.Batch[int]) error {
		close(entered)
		<-leave
		return nil
	})
	ring.Handle("after it", func(disruptor.Batch[int]) error { return nil }, slow)
	p := ring.MultiProducer()
	b, _ := p.TryClaim(4)
	p.Publish(b)
	run := make(chan error)
	go func() { run <- ring.Run(context.Background()) }()
	<-entered

	for _, c := range ring.Stats().Consumers {
		switch {
		case c.Available > 0 && c.State == disruptor.Busy:
			fmt.Println(c.Name, "holds the ring:", c.Lag, "behind")
		case c.Lag > 0:
			fmt.Println(c.Name, "waits for", c.After)
		}
	}
	close(leave)
	ring.Close()
	<-run
	// Output:
	// slow holds the ring: 4 behind
	// after it waits for [slow]
}

func ExampleConsumerState() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	ring.Handle("handled", func(disruptor.Batch[int]) error { return nil })
	ring.Consumer("by hand")
	for _, c := range ring.Stats().Consumers {
		fmt.Println(c.Name, c.State)
	}
	// Output:
	// handled unserved
	// by hand busy
}

// A report on speed begins with what the library knows about the machine: print a Machine.
func ExampleMachine() {
	m := disruptor.ThisMachine()
	fmt.Println(m.Procs == runtime.GOMAXPROCS(0), m.Quota >= 0, m.String() != "")
	// Output: true true true
}
