package main

import (
	"context"
	"errors"
	"time"

	"github.com/be395dad/disruptor"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// A tick is an event of the ring.
type tick struct {
	Symbol string
	Price  float64
}

// A feed streams the events of a ring to its callers. Each call has a lossy consumer: a slow
// caller misses ticks and is told how many, and holds up neither the ring nor other callers.
type feed struct{ ring *disruptor.Ring[tick] }

// Watch sends the ticks that are published from now on, until the ring is closed or the call
// ends. When the caller has the header, its consumer has joined.
func (f *feed) Watch(_ *emptypb.Empty, stream grpc.ServerStreamingServer[structpb.Struct]) error {
	c := f.ring.LossyConsumer(disruptor.LossyConfig[tick]{Name: "watch"})
	defer c.Close()
	if err := stream.SendHeader(nil); err != nil {
		return err
	}
	for got := range c.Copies(stream.Context()) {
		missed := got.Missed
		for i, t := range got.Events {
			// Send waits while the caller's window is full. The copies are ours, so nobody waits for us.
			if err := stream.Send(message(got.From+int64(i), t, missed)); err != nil {
				return err
			}
			missed = 0
		}
	}
	return c.Err() // nil if the ring was closed: the caller gets io.EOF
}

// message makes a message of a tick and the number of ticks missed before it.
func message(seq int64, t tick, missed int64) *structpb.Struct {
	return &structpb.Struct{Fields: map[string]*structpb.Value{
		"seq":    structpb.NewNumberValue(float64(seq)), // exact up to 1<<53
		"symbol": structpb.NewStringValue(t.Symbol),
		"price":  structpb.NewNumberValue(t.Price),
		"missed": structpb.NewNumberValue(float64(missed)),
	}}
}

// end closes the ring, which ends each call once it has sent what was published. Calls that take
// longer than limit are cut off.
func end(ring *disruptor.Ring[tick], server *grpc.Server, limit time.Duration) error {
	ring.Close()
	ended := make(chan struct{})
	go func() {
		server.GracefulStop()
		close(ended)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		server.Stop() // ends GracefulStop as well
		<-ended
		return errors.New("slow callers were cut off")
	}
}
