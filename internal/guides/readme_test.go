package guides

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The programs of README.md: each is a function, in a test that has what the README leaves out.

type Order struct{ ID, Account uint64 }

func TestReadmeExample(t *testing.T) {
	ctx := t.Context()
	in := bufio.NewScanner(strings.NewReader("1\n2\n3\n"))
	parse := func(line []byte, o *Order) { o.ID, _ = strconv.ParseUint(string(line), 10, 64) }
	var written, sent int
	writeJournal := func(b disruptor.Batch[Order]) error { written += b.Len(); return nil }
	sendReplica := func(b disruptor.Batch[Order]) error { sent += b.Len(); return nil }
	var applied []uint64
	applyOrder := func(_ int64, o *Order) error { applied = append(applied, o.ID); return nil }

	program := func() error {
		ring, err := disruptor.New[Order](disruptor.Config{Capacity: 1 << 14})
		if err != nil {
			return err
		}
		journal := ring.Handle("journal", writeJournal)                    // func(disruptor.Batch[Order]) error
		replica := ring.Handle("replica", sendReplica)                     // beside it
		ring.Handle("apply", disruptor.Each(applyOrder), journal, replica) // after both, order by order

		go func() {
			defer ring.Close() // what is published is still delivered
			p := ring.MultiProducer()
			for in.Scan() {
				batch, err := p.Claim(ctx, 1) // waits while the ring is full
				if err != nil {
					return // ctx or the ring has ended
				}
				parse(in.Bytes(), batch.At(0)) // write into the slot
				p.Publish(batch)
			}
		}()
		return ring.Run(context.Background()) // until everything is delivered, or a handler fails
	}
	require.NoError(t, program())
	assert.Equal(t, []uint64{1, 2, 3}, applied)
	assert.Equal(t, 3, written)
	assert.Equal(t, 3, sent)
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

	program := func() error {
		for batch := range consumer.Batches(ctx) { // and Done after each turn
			for seq, order := range batch.All() {
				seen[seq] = order.ID
			}
		}
		return consumer.Err()
	}
	require.NoError(t, program())
	assert.Equal(t, map[int64]uint64{0: 5, 1: 6}, seen)
}

func TestReadmeWorkers(t *testing.T) {
	ring, err := disruptor.New[Order](disruptor.Config{Capacity: 4})
	require.NoError(t, err)
	assess := func(_ int64, o *Order) error {
		if o.Account == 0 {
			return errors.New("no account")
		}
		return nil
	}
	setAside := func(b disruptor.Batch[Order], _ error) error { b.At(0).ID = 0; return nil }
	var booked []uint64
	book := disruptor.Each(func(_ int64, o *Order) error { booked = append(booked, o.ID); return nil })
	var shown []int64
	show := func(c disruptor.Copy[Order]) error { shown = append(shown, c.From); return nil }

	group := ring.HandleGroup(disruptor.GroupConfig[Order]{
		Name: "risk", Workers: 4,
		Key:        func(o *Order) uint64 { return o.Account }, // leave it out if the order doesn't matter
		OnFailure:  disruptor.FailurePolicy{Retries: 3, Backoff: time.Millisecond},
		DeadLetter: setAside, // func(disruptor.Batch[Order], error) error
	}, disruptor.Each(assess))
	ring.Handle("book", book, group.Consumer()) // after the group, order by order
	ring.HandleLossy(disruptor.LossyConfig[Order]{Name: "display", Newest: true}, show)

	_, err = ring.MultiProducer().SendAll(t.Context(), []Order{{1, 7}, {2, 0}, {3, 7}})
	require.NoError(t, err)
	ring.Close()
	require.NoError(t, ring.Run(t.Context()))
	assert.Equal(t, []uint64{1, 0, 3}, booked)
	assert.NotEmpty(t, shown)
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
