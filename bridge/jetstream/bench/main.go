// Bench measures the bridge to NATS JetStream: events per second as fast as they go, and the age of
// events at a subscriber at a steady rate. It compares batches of several sizes with publishing
// without a ring, synchronously and asynchronously.
//
//	go run ./bridge/jetstream/bench
//	go run ./bridge/jetstream/bench -url nats://one:4222 -replicas 3 -time 10s
//
// The age is the time from just before the event is claimed to the moment when a consumer of the
// stream, in this process, is called with it. Without a ring, it begins before the call that
// publishes. Events are due at equal distances; one that is claimed late counts from when it was
// due.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

const (
	streamName = "DISRUPTOR_BENCH"
	subject    = "disruptor.bench"
)

type options struct {
	url      string
	replicas int
	size     int
	rate     int
	duration time.Duration
	rounds   int
}

func main() {
	var o options
	flag.StringVar(&o.url, "url", "", "`addresses` of the NATS servers, with commas; none: a server in this process")
	flag.IntVar(&o.replicas, "replicas", 1, "how many servers store the stream")
	flag.IntVar(&o.size, "size", 128, "`bytes` of an event, 8 or more")
	flag.IntVar(&o.rate, "rate", 2000, "events per `second` when ages are measured")
	flag.DurationVar(&o.duration, "time", 2*time.Second, "how long each measurement takes")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each is repeated; the table has medians")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, o options) error {
	if o.size < 8 || o.rate < 1 || o.rounds < 1 || o.duration <= 0 {
		return fmt.Errorf("-size %d, -rate %d, -rounds %d, -time %v: at least 8, 1, 1 and more than 0", o.size, o.rate, o.rounds, o.duration)
	}
	if o.url == "" {
		dir, err := os.MkdirTemp("", "disruptor-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
		if err != nil {
			return err
		}
		s.Start()
		defer s.WaitForShutdown()
		defer s.Shutdown()
		if !s.ReadyForConnections(10 * time.Second) {
			return errors.New("the server is not ready after 10 s")
		}
		o.url = s.ClientURL()
	}
	results := make([][]result, len(ways))
	for range o.rounds {
		for i, way := range ways {
			r, err := measure(ctx, o, way)
			if err != nil {
				return fmt.Errorf("%s: %w", way.name, err)
			}
			results[i] = append(results[i], r)
		}
	}
	fmt.Fprintf(w, "Events of %d bytes, %d replicas, medians of %d rounds of %v. Ages in µs, at %d events/s.\n\n",
		o.size, o.replicas, o.rounds, o.duration, o.rate)
	fmt.Fprint(w, "| way | events/s | p50 age | p99 age |\n| --- | ---: | ---: | ---: |\n")
	for i, way := range ways {
		median := func(f func(result) float64) float64 {
			all := make([]float64, o.rounds)
			for j, r := range results[i] {
				all[j] = f(r)
			}
			slices.Sort(all)
			return all[o.rounds/2]
		}
		fmt.Fprintf(w, "| %s | %.0f | %.0f | %.0f |\n", way.name, median(func(r result) float64 { return r.rate }),
			median(func(r result) float64 { return r.p50 }), median(func(r result) float64 { return r.p99 }))
	}
	return nil
}

type result struct{ rate, p50, p99 float64 }

// measure lets a way publish as fast as it can, and then at the rate, to a new stream each time.
func measure(ctx context.Context, o options, way way) (r result, err error) {
	fast, ages, err := session(ctx, o, way, 0)
	if err != nil {
		return r, err
	}
	r.rate = float64(len(ages)) / fast.Seconds()
	if _, ages, err = session(ctx, o, way, o.rate); err != nil {
		return r, err
	}
	slices.Sort(ages)
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
	r.p50, r.p99 = us(ages[len(ages)/2]), us(ages[len(ages)*99/100])
	return r, nil
}

// session publishes for the duration, and returns how long it took until everything was
// acknowledged, and the age of each event.
func session(ctx context.Context, o options, way way, rate int) (took time.Duration, ages []time.Duration, err error) {
	nc, err := nats.Connect(o.url)
	if err != nil {
		return 0, nil, err
	}
	defer nc.Close()
	jets, err := js.New(nc, js.WithPublishAsyncMaxPending(inFlight))
	if err != nil {
		return 0, nil, err
	}
	stream, err := jets.CreateStream(ctx, js.StreamConfig{Name: streamName, Subjects: []string{subject}, Replicas: o.replicas})
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, jets.DeleteStream(ctx, streamName)) }()
	consumer, err := stream.CreateConsumer(ctx, js.ConsumerConfig{AckPolicy: js.AckNonePolicy, MemoryStorage: true})
	if err != nil {
		return 0, nil, err
	}
	begun := time.Now()
	received := make(chan time.Duration, 1<<12)
	consuming, err := consumer.Consume(func(m js.Msg) {
		received <- time.Since(begun) - time.Duration(binary.LittleEndian.Uint64(m.Data()))
	})
	if err != nil {
		return 0, nil, err
	}
	defer consuming.Stop()
	t := &ticks{begun: begun, until: o.duration, rate: rate}
	sent := make(chan error, 1)
	go func() {
		err := way.publish(ctx, nc, jets, o.size, t)
		took = time.Since(begun)
		sent <- err
	}()
	for n := -1; n < 0 || len(ages) < n; {
		select {
		case age := <-received:
			ages = append(ages, age)
		case err := <-sent:
			if err != nil {
				return 0, nil, err
			}
			n = t.n
		case <-time.After(30 * time.Second):
			return 0, nil, fmt.Errorf("%d of %d events received, and no more for 30 s", len(ages), n)
		}
	}
	return took, ages, nil
}

// ticks says when events are due.
type ticks struct {
	begun time.Time
	until time.Duration
	rate  int // 0: as fast as possible
	n     int
}

// next waits until the next event is due, and returns since begun when that was.
func (t *ticks) next() (due time.Duration, ok bool) {
	due = time.Since(t.begun)
	if t.rate > 0 {
		wait := time.Duration(t.n)*time.Second/time.Duration(t.rate) - due
		time.Sleep(wait)
		due += wait
	}
	if due >= t.until && t.n > 0 {
		return 0, false
	}
	t.n++
	return due, true
}
