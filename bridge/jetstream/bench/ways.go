package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/bridge/jetstream"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// inFlight is how many messages may be on their way, in all ways but the synchronous one.
const inFlight = 256

// A way publishes an event for each tick, and returns when all are acknowledged.
type way struct {
	name    string
	publish func(ctx context.Context, nc *nats.Conn, jets js.JetStream, size int, t *ticks) error
}

var ways = []way{
	{"Publish, no ring", publishEach},
	{"PublishAsync, no ring", publishAsync},
	{"ring, batches of 1", publishRing(1)},
	{"ring, batches of 16", publishRing(16)},
	{"ring, batches of 256", publishRing(256)},
}

func publishEach(ctx context.Context, _ *nats.Conn, jets js.JetStream, size int, t *ticks) error {
	data := make([]byte, size)
	for due, ok := t.next(); ok; due, ok = t.next() {
		binary.LittleEndian.PutUint64(data, uint64(due))
		if _, err := jets.Publish(ctx, subject, data); err != nil {
			return err
		}
	}
	return nil
}

func publishAsync(ctx context.Context, _ *nats.Conn, jets js.JetStream, size int, t *ticks) error {
	for due, ok := t.next(); ok; due, ok = t.next() {
		data := make([]byte, size) // the library keeps it until it is acknowledged
		binary.LittleEndian.PutUint64(data, uint64(due))
		_, err := jets.PublishAsync(subject, data, js.WithStallWait(30*time.Second))
		if err != nil {
			return err
		}
	}
	select {
	case <-jets.PublishAsyncComplete():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

type event struct{ data []byte }

func publishRing(batch int) func(context.Context, *nats.Conn, js.JetStream, int, *ticks) error {
	return func(ctx context.Context, nc *nats.Conn, _ js.JetStream, size int, t *ticks) error {
		p, err := jetstream.NewPublisher(nc, jetstream.Config[event]{
			Stream: streamName, Subject: subject, Epoch: fmt.Sprint("bench-", batch), InFlight: inFlight,
			Encode: func(m *nats.Msg, e *event) error { m.Data = e.data; return nil },
		})
		if err != nil {
			return err
		}
		ring, err := disruptor.New[event](disruptor.Config{Capacity: 1 << 12, MaxBatch: batch})
		if err != nil {
			return err
		}
		ring.Fill(func(_ int, e *event) { e.data = make([]byte, size) })
		ring.Handle("publisher", p.Handler(ctx))
		fed := make(chan error, 1)
		go func() {
			defer ring.Close()
			fed <- feed(ctx, ring.MultiProducer(), t)
		}()
		return errors.Join(ring.Run(ctx), <-fed)
	}
}

func feed(ctx context.Context, producer *disruptor.MultiProducer[event], t *ticks) error {
	for due, ok := t.next(); ok; due, ok = t.next() {
		b, err := producer.Claim(ctx, 1)
		if err != nil {
			return err
		}
		binary.LittleEndian.PutUint64(b.At(0).data, uint64(due))
		producer.Publish(b)
	}
	return nil
}
