package disruptor_test

import (
	"context"
	"fmt"
	"runtime"

	"github.com/be395dad/disruptor"
)

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

// For people to read.
func ExampleStats_String() {
	fmt.Println(parseAndApply().Stats())
	// Output:
	// ring of 4 slots: 4 claimed, 4 published, 0 free, 0 claims wait for room
	//   "parse" is busy at 1: 3 behind, 3 available
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

// To print what the library knows about the machine, for a report, print the Machine.
func ExampleMachine() {
	m := disruptor.ThisMachine()
	fmt.Println(m.Procs == runtime.GOMAXPROCS(0), m.Quota >= 0, m.String() != "")
	// Output: true true true
}
