//go:build !disruptor_debug

package guides

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/be395dad/disruptor"
)

// With the build tag disruptor_debug the handler panics in the place of this.
func Example_ownRing() {
	ctx, cancel := context.WithCancel(context.Background())
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	p := ring.MultiProducer()
	ring.Handle("apply", disruptor.Each(func(_ int64, v *int) error {
		return p.Send(ctx, *v+1) // into its own ring, which is full
	}))
	for p.TrySend(0) {
	}
	run := make(chan error)
	go func() { run <- ring.Run(context.Background()) }()
	for ring.Stats().Blocked == 0 {
		time.Sleep(time.Millisecond)
	}

	fmt.Println(ringAndConsumers(ring.Stats()))
	cancel()
	fmt.Println(<-run)
	// Output:
	// ring of 4 slots: 4 claimed, 4 published, 0 free, 1 claims wait for room
	//   "apply" is busy at 0: 4 behind, 4 available
	// consumer "apply", batch [0, 4): sequence 0: disruptor: no room: consumer "apply" is 4 behind: context canceled
}

// ringAndConsumers leaves out the last line, on what has parked.
func ringAndConsumers(s disruptor.Stats) string {
	text := s.String()
	return text[:strings.LastIndexByte(text, '\n')]
}
