// Grpcstream is a gRPC service with a server-streaming method whose calls are fed by a ring. A
// caller that is too slow misses events, and is told how many; it holds nobody up.
//
//	cd recipes && GOWORK=off go run ./grpcstream
//
// It serves on a port of localhost, publishes ticks, and calls itself twice: one caller is slow.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/be395dad/disruptor"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	n := flag.Int("n", 100_000, "how many ticks to publish")
	flag.Parse()
	if err := run(*n); err != nil {
		fmt.Fprintln(os.Stderr, "grpcstream:", err)
		os.Exit(1)
	}
}

func run(n int) error {
	ring, err := disruptor.New[tick](disruptor.Config{Name: "ticks", Capacity: 1 << 10, Producers: disruptor.Single})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	registerFeedServer(server, &feed{ring})
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	client, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer client.Close()
	var callers, joined sync.WaitGroup
	joined.Add(2)
	failed := make([]error, 2)
	for i, pause := range []time.Duration{0, 100 * time.Microsecond} {
		callers.Go(func() {
			received, missed, err := count(client, pause, joined.Done)
			fmt.Printf("caller with a pause of %v: %d received, %d missed\n", pause, received, missed)
			failed[i] = err
		})
	}
	joined.Wait()
	p := ring.SingleProducer()
	for i := range n {
		if i%100 == 99 {
			time.Sleep(time.Millisecond) // as a market would: some 100,000 ticks in a second
		}
		if err := p.Send(context.Background(), tick{"AAA", float64(i)}); err != nil {
			return err
		}
	}
	err = end(ring, server, time.Minute)
	callers.Wait()
	return errors.Join(err, <-served, failed[0], failed[1])
}

// count calls Watch, and counts ticks until the service ends. It calls joined once it misses no
// tick unnoticed.
func count(client grpc.ClientConnInterface, pause time.Duration, joined func()) (received, missed int64, err error) {
	stream, err := watch(context.Background(), client)
	if err == nil {
		_, err = stream.Header()
	}
	joined()
	if err != nil {
		return 0, 0, err
	}
	for {
		m, err := stream.Recv()
		if err == io.EOF {
			return received, missed, nil
		}
		if err != nil {
			return received, missed, err
		}
		received++
		missed += int64(m.Fields["missed"].GetNumberValue())
		time.Sleep(pause)
	}
}
