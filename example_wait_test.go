package disruptor_test

import (
	"context"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// tradingHours spins while the exchange is open and parks while it is closed.
type tradingHours struct {
	open func() bool
}

func (h tradingHours) Idle(n int) disruptor.Action {
	switch {
	case h.open() && n%1000 < 999:
		return disruptor.Spin
	case h.open():
		return disruptor.Yield
	}
	return disruptor.Park
}

// A user-defined strategy only says what to do; it can't lose a wake-up.
func ExampleWaitStrategy() {
	night := tradingHours{open: func() bool { return false }}
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 2, Wait: night})
	c := ring.Consumer("c")
	go func() {
		for ring.Stats().Parks == 0 { // the consumer sleeps
			time.Sleep(time.Millisecond)
		}
		ring.MultiProducer().TrySend("good morning")
	}()
	b, _ := c.Next(context.Background())
	fmt.Println(*b.At(0))
	fmt.Println(tradingHours{open: func() bool { return true }}.Idle(0) == disruptor.Spin)
	// Output:
	// good morning
	// true
}

// shortSleeps sleeps 50 µs between two looks.
type shortSleeps struct{}

func (shortSleeps) Idle(int) disruptor.Action { return disruptor.Sleep(50 * time.Microsecond) }

func ExampleSleep() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 2, Wait: shortSleeps{}})
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := ring.Consumer("c").Next(ctx)
	fmt.Println(err)
	// Output: context deadline exceeded
}

func ExampleAction() {
	fmt.Println(disruptor.BlockWait{Spin: time.Microsecond}.Idle(1) == disruptor.Spin)
	fmt.Println(disruptor.BlockWait{Spin: time.Microsecond}.Idle(1000) == disruptor.Park)
	// Output:
	// true
	// true
}

// roundTrip sends an event through a ring that waits in some way.
func roundTrip(wait disruptor.WaitStrategy) string {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 1, Wait: wait})
	c := ring.Consumer("c")
	go func() { _ = ring.MultiProducer().Send(ctx, "hello") }()
	b, err := c.Next(ctx)
	if err != nil {
		return err.Error()
	}
	return *b.At(0)
}

// SpinWait answers fastest, and keeps a core busy for each goroutine that waits.
func ExampleSpinWait() {
	fmt.Println(roundTrip(disruptor.SpinWait{}))
	// Output: hello
}

// YieldWait answers nearly as fast, and lets every other goroutine have the core.
func ExampleYieldWait() {
	fmt.Println(roundTrip(disruptor.YieldWait{}))
	// Output: hello
}

// SleepWait uses little CPU and costs the other side nothing.
func ExampleSleepWait() {
	fmt.Println(roundTrip(disruptor.SleepWait{Max: 100 * time.Microsecond}))
	// Output: hello
}

// BlockWait, the default, uses no CPU while nothing happens.
func ExampleBlockWait() {
	fmt.Println(roundTrip(disruptor.BlockWait{Spin: time.Microsecond}))
	// Output: hello
}

func ExampleThisMachine() {
	m := disruptor.ThisMachine()
	fmt.Println(m.Procs >= 1)
	// Output: true
}

// duringDay waits like one built-in strategy by day and like another by night.
type duringDay struct{ day func() bool }

func (d duringDay) Idle(n int) disruptor.Action {
	if d.day() {
		return disruptor.YieldWait{}.Idle(n)
	}
	return disruptor.BlockWait{Spin: -1}.Idle(n)
}

// Idle of the built-in strategies is for user-defined ones that choose among them.
func ExampleBlockWait_Idle() {
	for _, day := range []bool{true, false} {
		s := duringDay{day: func() bool { return day }}
		fmt.Println(s.Idle(0) == disruptor.Spin, s.Idle(0) == disruptor.Park)
	}
	// Output:
	// true false
	// false true
}
