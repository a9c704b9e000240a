//go:build !disruptor_debug

package guides

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/be395dad/disruptor"
)

// With the build tag disruptor_debug the handler panics instead.
func Example_ownRing() {
	ctx, cancel := context.WithCancel(context.Background())
	ring, _ := disruptor.New[int](disruptor.Config{Name: "orders", Capacity: 4})
	p := ring.MultiProducer()
	ring.Handle("apply", disruptor.Each(func(_ int64, v *int) error {
		return p.Send(ctx, *v+1) // into its own ring, which is full
	}))
	for p.TrySend(0) {
	}
	run := make(chan error)
	go func() { run <- ring.Run(context.Background()) }()
	for !strings.Contains(ring.Explain(), "waits for itself") { // it suspects so after a second
		time.Sleep(time.Millisecond)
	}

	fmt.Println(explain(ring))
	cancel()
	fmt.Println(<-run)
	// Output:
	// 1 producer blocked: ring "orders" is full (4 slots), held by consumer "apply" at 0, in its
	// handler. If that handler publishes to this ring, it waits for itself.
	// consumer "apply", batch [0, 4): sequence 0: disruptor: no room: consumer "apply" is 4 behind: context canceled
}
