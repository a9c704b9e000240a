package disruptor_test

import (
	"context"
	"encoding/json"
	"expvar"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/be395dad/disruptor"
)

// Explain is for a debug page, or for the log line of a claim that found no room.
func ExampleRing_Explain() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	ring.Handle("notify", func(disruptor.Batch[int]) error { return nil })
	p := ring.MultiProducer()
	for p.TrySend(0) {
	}
	fmt.Println(ring.Explain())
	// Output: no producer is blocked: ring "orders" has 0 of 4 slots free; Run, which has not been called ("notify" waits for it).
}

// logged is an io.Writer that hands on what is logged.
type logged chan string

func (l logged) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

// withoutTimes leaves out what differs from run to run.
var (
	withoutTimes = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return slog.String(a.Key, durations.ReplaceAllString(a.Value.String(), ""))
	}}
	durations = regexp.MustCompile(` for (at least )?\d[\w.µ]*( [mµn]?s)?`)
)

// The watchdog logs what keeps everybody waiting: here a claim that was never published.
func ExampleRing_RunWith() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	ring.Handle("apply", func(disruptor.Batch[int]) error { return nil })
	p := ring.MultiProducer()
	forgotten, _ := p.TryClaim(1)
	p.TrySend(42) // published, and "apply" can't get there

	log := make(logged, 1)
	run := make(chan error)
	go func() {
		run <- ring.RunWith(context.Background(), disruptor.RunConfig{
			Watchdog: 10 * time.Millisecond, // some seconds in a service: longer than a batch takes
			Logger:   slog.New(slog.NewTextHandler(log, withoutTimes)),
		})
	}()
	fmt.Print(<-log)
	p.Abort(forgotten)
	ring.Close()
	fmt.Println(<-run)
	// Output:
	// level=WARN msg="disruptor: ring is stuck" ring=orders explain="no producer is blocked: ring \"orders\" has 2 of 4 slots free; the next is sequence 0, which is claimed and has not been published."
	// <nil>
}

// A service logs a warning when something has been blocked for ten seconds. Here nothing is.
func ExampleRunConfig() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	ring.Handle("print", disruptor.Each(func(_ int64, event *int) error {
		fmt.Println(*event)
		return nil
	}))
	ring.MultiProducer().TrySend(42)
	ring.Close()
	err := ring.RunWith(context.Background(), disruptor.RunConfig{
		Watchdog: 10 * time.Second,
		Logger:   slog.Default().With("service", "billing"),
	})
	fmt.Println(err)
	// Output:
	// 42
	// <nil>
}

// All rings of a program under one name in /debug/vars.
func ExampleRing_Var() {
	rings := new(expvar.Map) // in a program: expvar.NewMap("rings")
	for _, name := range []string{"orders", "quotes"} {
		ring, _ := disruptor.New[int](disruptor.Config{Name: name, Capacity: 4})
		rings.Set(ring.Name(), ring.Var())
	}
	rings.Do(func(v expvar.KeyValue) { fmt.Println(v.Key, json.Valid([]byte(v.Value.String()))) })
	// Output:
	// orders true
	// quotes true
}

// A monitor reads what it needs from the JSON.
func ExampleVar_String() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	ring.Consumer("slow")
	ring.MultiProducer().TrySend(42)

	var seen struct {
		Name      string
		Free      int
		Consumers []struct {
			Name   string
			MaxLag int64 `json:"max_lag"`
		}
	}
	err := json.Unmarshal([]byte(ring.Var().String()), &seen)
	fmt.Printf("%+v %v\n", seen, err)
	// Output: {Name:orders Free:3 Consumers:[{Name:slow MaxLag:1}]} <nil>
}

// readInBatches has a consumer read batches of these sizes.
func readInBatches(sizes ...int) disruptor.BatchSizes {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 64})
	p, c := ring.MultiProducer(), ring.Consumer("c")
	for _, n := range sizes {
		_, _ = p.SendAll(context.Background(), make([]int, n))
		b, _ := c.TryNext()
		c.Done(b)
	}
	return ring.Stats().Consumers[0].Batches
}

// Large batches are the mark of a consumer that catches up.
func ExampleBatchSizes() {
	sizes := readInBatches(1, 1, 1, 1, 60)
	fmt.Println(sizes.Count(), "batches,", sizes.Slots, "slots,", sizes.Mean(), "in the mean")
	fmt.Println("median", sizes.Quantile(0.5))
	// Output:
	// 5 batches, 64 slots, 12.8 in the mean
	// median 1
}

// Sizes are counted in buckets: that of 60 also holds 56 to 63.
func ExampleBatchSizes_Quantile() {
	sizes := readInBatches(1, 1, 1, 1, 60)
	for _, q := range []float64{0.5, 0.8, 0.99, 1} {
		fmt.Println(q, sizes.Quantile(q))
	}
	// Output:
	// 0.5 1
	// 0.8 1
	// 0.99 63
	// 1 63
}

// The histogram, for a metric with buckets.
func ExampleBatchSizes_All() {
	for size, batches := range readInBatches(1, 1, 1, 9, 8, 60).All() {
		fmt.Println(batches, "of up to", size)
	}
	// Output:
	// 3 of up to 1
	// 2 of up to 9
	// 1 of up to 63
}

// A claim that was never published holds everything behind it back: Published stays, Claimed goes on.
func ExampleStats() {
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 8})
	ring.Consumer("c")
	p := ring.MultiProducer()
	p.TrySend(0)
	if _, ok := p.TryClaim(1); ok { // and forgotten
		p.TrySend(2)
	}
	s := ring.Stats()
	fmt.Println(s.Name, "claimed", s.Claimed, "published", s.Published, "free", s.Free)
	fmt.Println("a claim is open:", s.Claimed > s.Published)
	fmt.Println(s.Consumers[0].Name, "can read", s.Consumers[0].Available)
	// Output:
	// orders claimed 3 published 1 free 5
	// a claim is open: true
	// c can read 1
}

// A Var may be in a struct before its ring exists.
func ExampleVar() {
	var v disruptor.Var
	fmt.Println(v)
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	v = ring.Var()
	fmt.Println(json.Valid([]byte(v.String())))
	// Output:
	// null
	// true
}
