// Otelexport sends the metrics of a ring, and a span for each batch of a handler, to a collector
// of OpenTelemetry.
//
//	cd recipes && GOWORK=off go run ./otelexport
//
// It sends to OTEL_EXPORTER_OTLP_ENDPOINT. Without one it stands in for the collector, and prints
// what it has received.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/metrics"
)

func main() {
	n := flag.Int("n", 100_000, "how many orders to send")
	flag.Parse()
	if err := demonstrate(*n); err != nil {
		fmt.Fprintln(os.Stderr, "otelexport:", err)
		os.Exit(1)
	}
}

// demonstrate runs with a collector, or with one of its own.
func demonstrate(n int) error {
	const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
	ctx := context.Background()
	if os.Getenv(endpoint) != "" {
		return run(ctx, n, time.Second)
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	var received receiver
	server := &http.Server{Handler: &received, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if err := os.Setenv(endpoint, "http://"+listener.Addr().String()); err != nil {
		return err
	}
	err = run(ctx, n, time.Second)
	err = errors.Join(err, server.Shutdown(ctx))
	if <-served; err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(received.values)) {
		if strings.HasPrefix(name, "disruptor.ring.") {
			fmt.Println(name, received.values[name])
		}
	}
	fmt.Println(len(received.spans), "spans")
	return nil
}

type order struct{ id int }

// run sends n orders to a handler, and exports the figures of their ring every so often and at the
// end.
func run(ctx context.Context, n int, every time.Duration) (err error) {
	ring, err := disruptor.New[order](disruptor.Config{Name: "orders", Capacity: 1 << 10})
	if err != nil {
		return err
	}
	var rings metrics.Set
	if err := rings.Add(ring); err != nil {
		return err
	}
	t, err := newTelemetry(ctx, &rings, every)
	if err != nil {
		return err
	}
	ring.Handle("store", traced(t.traces.Tracer("orders"), "store",
		func(_ context.Context, b disruptor.Batch[order]) error {
			time.Sleep(time.Millisecond) // a transaction, say, which is worth a span
			return nil
		}))
	ran := make(chan error, 1)
	go func() { ran <- ring.Run(context.WithoutCancel(ctx)) }()
	p := ring.MultiProducer()
	for i := range n {
		if err = p.Send(ctx, order{i}); err != nil {
			break
		}
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	_ = ring.Shutdown(late) // Run returns the same error
	return errors.Join(err, <-ran, t.shutdown(late))
}
