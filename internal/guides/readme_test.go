package guides

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The programs of README.md: each is a function, in a test that has what the README leaves out.

type Order struct{ ID uint64 }

func main() {
	ring, err := disruptor.New[int](disruptor.Config{Capacity: 1 << 14})
	if err != nil {
		log.Fatal(err)
	}
	sum := 0
	square := ring.Handle("square", disruptor.Each(func(_ int64, v *int) error { *v *= *v; return nil }))
	ring.Handle("sum", disruptor.Each(func(_ int64, v *int) error { sum += *v; return nil }), square) // after square
	go func() {
		defer ring.Close() // consumers still get what was published
		p := ring.MultiProducer()
		for i := range 1000 {
			if err := p.Send(context.Background(), i); err != nil { // waits while the ring is full
				return
			}
		}
	}()
	if err := ring.Run(context.Background()); err != nil { // returns once all is handled, or a handler fails
		log.Fatal(err)
	}
	fmt.Println(sum) // 332833500
}

func Example_readme() {
	main()
	// Output: 332833500
}

func TestReadmeConsumerByHand(t *testing.T) {
	ctx := t.Context()
	ring, err := disruptor.New[Order](disruptor.Config{Capacity: 4})
	require.NoError(t, err)
	consumer := ring.Consumer("by hand")
	_, err = ring.MultiProducer().SendAll(ctx, []Order{{ID: 5}, {ID: 6}})
	require.NoError(t, err)
	ring.Close()
	seen := map[int64]uint64{}
	use := func(seq int64, o *Order) { seen[seq] = o.ID }

	program := func() error {
		for batch := range consumer.Batches(ctx) { // calls Done after each turn
			for seq, order := range batch.All() {
				use(seq, order)
			}
		}
		return consumer.Err()
	}
	require.NoError(t, program())
	assert.Equal(t, map[int64]uint64{0: 5, 1: 6}, seen)
}

func TestReadmeStopping(t *testing.T) {
	ring, err := disruptor.New[Order](disruptor.Config{Capacity: 4})
	require.NoError(t, err)
	var handled int
	ring.Handle("count", func(b disruptor.Batch[Order]) error { handled += b.Len(); return nil })
	produce := func(stop context.Context, ring *disruptor.Ring[Order]) {
		defer ring.Close()
		_, _ = ring.MultiProducer().SendAll(stop, make([]Order, 10))
	}

	program := func() error {
		stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer cancel()
		served := make(chan error, 1)
		go func() { served <- ring.Run(context.Background()) }() // not stop
		go produce(stop, ring)                                   // closes the ring when its input ends

		select {
		case err := <-served: // the input ended, or a handler failed
			return err
		case <-stop.Done():
			limit, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			return ring.Shutdown(limit)
		}
	}
	require.NoError(t, program())
	assert.Equal(t, 10, handled)
}
