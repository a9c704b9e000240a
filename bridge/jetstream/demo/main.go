// Demo shows the bridge from a ring to NATS JetStream and back: producers, a ring, a Publisher, a
// stream, a Source, a second ring. Halfway it ends the first publisher without ceremony and goes
// on with another, which resumes behind the last stored event.
//
//	go run ./bridge/jetstream/demo
//	go run ./bridge/jetstream/demo -url nats://one:4222,nats://two:4222 -replicas 3
//
// Without -url it starts a server in this process, with its files in a temporary folder.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/bridge/jetstream"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

const stream = "DISRUPTOR_DEMO"

type order struct{ Number int64 }

type options struct {
	url      string
	replicas int
	events   int64
}

func main() {
	var o options
	flag.StringVar(&o.url, "url", "", "`addresses` of the NATS servers, with commas; none: a server in this process")
	flag.IntVar(&o.replicas, "replicas", 1, "how many servers store the stream")
	flag.Int64Var(&o.events, "events", 20000, "how many events to send")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, o options) (err error) {
	if o.events < 2 {
		return fmt.Errorf("-events %d: must be 2 or more", o.events)
	}
	if o.url == "" {
		s, dir, err := embedded()
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		defer s.WaitForShutdown()
		defer s.Shutdown()
		o.url = s.ClientURL()
	}
	nc, err := nats.Connect(o.url, nats.MaxReconnects(-1))
	if err != nil {
		return err
	}
	defer nc.Close()
	jets, err := js.New(nc)
	if err != nil {
		return err
	}
	cfg := js.StreamConfig{Name: stream, Subjects: []string{"disruptor.demo"}, Replicas: o.replicas}
	if _, err = jets.CreateStream(ctx, cfg); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, jets.DeleteStream(ctx, stream)) }()

	received := make(chan error, 1)
	go func() { received <- receive(ctx, nc, o.events) }()
	begun := time.Now()
	for _, until := range []int64{o.events / 2, o.events} {
		if err := publish(ctx, w, nc, until); err != nil {
			return err
		}
	}
	if err := <-received; err != nil {
		return err
	}
	fmt.Fprintf(w, "%d events came back, each once and in order, after %v\n", o.events, time.Since(begun).Round(time.Millisecond))
	return nil
}

// embedded starts a server that stores in a new folder.
func embedded() (s *server.Server, dir string, err error) {
	if dir, err = os.MkdirTemp("", "disruptor-demo-"); err != nil {
		return nil, "", err
	}
	s, err = server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err == nil {
		s.Start()
		if !s.ReadyForConnections(10 * time.Second) {
			err = errors.New("the server is not ready after 10 s")
		}
	}
	return s, dir, err
}

// publish is one life of a bridge. Its ring is fed with the events up to until from where the
// stream ends on, and with some before: what comes from a journal is often too much.
func publish(ctx context.Context, w io.Writer, nc *nats.Conn, until int64) error {
	p, err := jetstream.NewPublisher(nc, jetstream.Config[order]{
		Stream: stream, Subject: "disruptor.demo", Epoch: "demo",
		Encode: func(m *nats.Msg, e *order) error {
			m.Data = binary.LittleEndian.AppendUint64(nil, uint64(e.Number))
			return nil
		},
		Sequence: func(e *order) int64 { return e.Number },
	})
	if err != nil {
		return err
	}
	next, err := p.Resume(ctx)
	if err != nil {
		return err
	}
	from := max(0, next-100)
	fmt.Fprintf(w, "the stream ends before event %d; the ring is fed from %d to %d\n", next, from, until)
	ring, err := disruptor.New[order](disruptor.Config{Capacity: 1 << 12})
	if err != nil {
		return err
	}
	ring.Handle("publisher", p.Handler(ctx))
	go func() {
		defer ring.Close()
		producer := ring.MultiProducer()
		for n := from; n < until; n++ {
			if producer.Send(ctx, order{n}) != nil {
				return // Run says why
			}
		}
	}()
	return ring.Run(ctx)
}

// receive feeds a second ring from the stream, and checks that each event comes once and in order.
func receive(ctx context.Context, nc *nats.Conn, events int64) error {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	source, err := jetstream.NewSource(nc, jetstream.SourceConfig[order]{
		Stream: stream, Durable: "demo",
		Decode: func(e *order, m *js.RawStreamMsg) error {
			e.Number = int64(binary.LittleEndian.Uint64(m.Data))
			return nil
		},
	})
	if err != nil {
		return err
	}
	ring, err := disruptor.New[order](disruptor.Config{Capacity: 1 << 12})
	if err != nil {
		return err
	}
	next := int64(0)
	check := ring.Handle("check", disruptor.Each(func(_ int64, e *order) error {
		if e.Number != next {
			return fmt.Errorf("event %d comes where %d should", e.Number, next)
		}
		if next++; next == events {
			enough()
		}
		return nil
	}))
	ring.Handle("done", source.Handler(), check)
	go func() {
		_ = jetstream.Feed(ctx, source, ring.MultiProducer()) // ends with ctx, or the check fails
		ring.Close()
	}()
	return ring.Run(context.WithoutCancel(ctx))
}
