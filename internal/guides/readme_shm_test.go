package guides

import (
	"context"

	"github.com/be395dad/disruptor/shm"
)

//lint:file-ignore SA4006 README.md leaves out what a program does with each error.

// The programs of README.md for rings between processes. They are compiled and not run, since the file that they name
// is shared by all processes of the machine.
var _ = []any{publishTicks, readTicks}

type Tick struct { // no pointers
	Symbol [8]byte
	Price  float64
}

func publishTicks(ctx context.Context) error {
	// One process creates the ring and publishes.
	ring, err := shm.Create[Tick]("/dev/shm/ticks", shm.Config{Capacity: 1 << 14})
	feed, err := ring.Producer("feed")
	err = feed.Send(ctx, Tick{Price: 1.5})
	return err
}

func readTicks(ctx context.Context, use func(*Tick)) error {
	// Others open it and read.
	ring, err := shm.Open[Tick]("/dev/shm/ticks", shm.Options{})
	quotes, err := ring.Consumer(shm.ConsumerConfig{Name: "quotes"})
	for batch := range quotes.Batches(ctx) {
		for _, tick := range batch.All() {
			use(tick)
		}
	}
	return err
}
