// Package before has programs that use other libraries, as guides in docs/guides show them beside what takes their place.
package before

import (
	"fmt"

	"github.com/smarty/go-disruptor"
)

// double and show are the handlers of two groups. The ring is the program's.
type (
	double struct{}
	show   struct{ done chan struct{} }
)

func (double) Handle(lower, upper int64) {
	for seq := lower; seq <= upper; seq++ {
		ring[seq&bufferMask] *= 2
	}
}

func (s show) Handle(lower, upper int64) {
	for seq := lower; seq <= upper; seq++ {
		fmt.Println(seq, ring[seq&bufferMask])
	}
	if upper == 2 {
		close(s.done)
	}
}

const (
	bufferSize = 1024
	bufferMask = bufferSize - 1
)

var ring [bufferSize]int64

func Example_smarty() {
	handled := make(chan struct{})
	d, err := disruptor.New(
		disruptor.Options.BufferCapacity(bufferSize),
		disruptor.Options.WriterCount(1),
		disruptor.Options.NewHandlerGroup(double{}),
		disruptor.Options.NewHandlerGroup(show{handled})) // after the first group
	if err != nil {
		panic(err)
	}
	go func() {
		upper := d.Reserve(3)
		lower := upper - 3 + 1
		for seq := lower; seq <= upper; seq++ {
			ring[seq&bufferMask] = seq + 10
		}
		d.Commit(lower, upper)
		<-handled // a Close right after Commit may leave it unhandled
		_ = d.Close()
	}()
	d.Listen()
	// Output:
	// 0 20
	// 1 22
	// 2 24
}
