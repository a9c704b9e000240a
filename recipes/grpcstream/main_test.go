package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/structpb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const soon = time.Minute // how long a busy machine may take

var big = strings.Repeat("A", 10_000) // 64 of them, all that a ring of 64 can hold, are more than a window

// A service is a feed of a ring, its server and a client, connected in memory.
type service struct {
	ring     *disruptor.Ring[tick]
	server   *grpc.Server
	producer *disruptor.SingleProducer[tick]
	client   *grpc.ClientConn
}

func start(t *testing.T, capacity int) *service {
	ring, err := disruptor.New[tick](disruptor.Config{Capacity: capacity, Producers: disruptor.Single})
	require.NoError(t, err)
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer()
	registerFeedServer(server, &feed{ring})
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	client, err := grpc.NewClient("passthrough:service",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithInitialWindowSize(1<<16), // fixed: what a caller has not received fills it soon
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, client.Close())
		server.Stop()
		require.NoError(t, <-served)
	})
	return &service{ring, server, ring.SingleProducer(), client}
}

// call calls Watch and returns when the call's consumer has joined.
func (s *service) call(ctx context.Context, t *testing.T) grpc.ServerStreamingClient[structpb.Struct] {
	ctx, cancel := context.WithTimeout(ctx, 2*soon)
	t.Cleanup(cancel)
	stream, err := watch(ctx, s.client)
	require.NoError(t, err)
	_, err = stream.Header()
	require.NoError(t, err)
	return stream
}

func (s *service) publish(t *testing.T, n int, symbol string) {
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	for i := range n {
		require.NoError(t, s.producer.Send(ctx, tick{symbol, float64(i)}))
	}
}

// receive receives all, and checks that nothing is missing unnoticed.
func receive(t *testing.T, stream grpc.ServerStreamingClient[structpb.Struct]) (received, missed int64) {
	for {
		m, err := stream.Recv()
		if err == io.EOF {
			return received, missed
		}
		require.NoError(t, err)
		missed += int64(m.Fields["missed"].GetNumberValue())
		require.EqualValues(t, received+missed, m.Fields["seq"].GetNumberValue())
		require.EqualValues(t, received+missed, m.Fields["price"].GetNumberValue())
		received++
	}
}

func (s *service) requireNoConsumers(t *testing.T) {
	require.Eventually(t, func() bool { return len(s.ring.Stats().Consumers) == 0 }, soon, time.Millisecond)
}

func TestCallersSeeAllInOrder(t *testing.T) {
	const n = 1000
	s := start(t, 1024) // room for all, so that even a slow machine misses none
	a, b := s.call(t.Context(), t), s.call(t.Context(), t)
	s.publish(t, n, "AAA")
	s.ring.Close()
	for _, stream := range []grpc.ServerStreamingClient[structpb.Struct]{a, b} {
		received, missed := receive(t, stream)
		require.EqualValues(t, n, received)
		require.Zero(t, missed)
	}
	s.requireNoConsumers(t)
}

func TestASlowCallerIsToldWhatItMissed(t *testing.T) {
	const n = 10_000
	s := start(t, 64)
	slow, fast := s.call(t.Context(), t), s.call(t.Context(), t)
	counted := make(chan [2]int64, 1)
	go func() {
		defer close(counted) // even if receive fails
		received, missed := receive(t, fast)
		counted <- [2]int64{received, missed}
	}()
	s.publish(t, n, big[:1000]) // much more than a window; slow receives nothing meanwhile
	s.ring.Close()
	got := <-counted
	require.EqualValues(t, n, got[0]+got[1])
	received, missed := receive(t, slow)
	require.Positive(t, missed)
	require.EqualValues(t, n, received+missed)
	s.requireNoConsumers(t)
}

func TestACallThatIsCancelledLeavesTheRing(t *testing.T) {
	s := start(t, 64)
	waiting, cancelWaiting := context.WithCancel(t.Context())
	sending, cancelSending := context.WithCancel(t.Context())
	defer cancelWaiting()
	defer cancelSending()
	waits := s.call(waiting, t)
	sends := s.call(sending, t)
	require.Len(t, s.ring.Stats().Consumers, 2)
	cancelWaiting() // it waits for events
	_, err := waits.Recv()
	require.Equal(t, codes.Canceled, status.Code(err))
	require.Eventually(t, func() bool { return len(s.ring.Stats().Consumers) == 1 }, soon, time.Millisecond)

	s.publish(t, 200, big)
	cancelSending() // it waits for its window
	require.Eventually(t, func() bool { _, err := sends.Recv(); return status.Code(err) == codes.Canceled }, soon, time.Millisecond)
	s.requireNoConsumers(t)
}

func TestTheEnd(t *testing.T) {
	s := start(t, 64)
	stream := s.call(t.Context(), t)
	s.publish(t, 10, "AAA")
	ended := make(chan error, 1)
	go func() { ended <- end(s.ring, s.server, soon) }()
	received, missed := receive(t, stream) // io.EOF after what was published
	require.EqualValues(t, 10, received+missed)
	require.NoError(t, <-ended)
	_, err := watch(t.Context(), s.client)
	require.Equal(t, codes.Unavailable, status.Code(err))
}

func TestTheEndCutsOffASlowCaller(t *testing.T) {
	s := start(t, 64)
	stream := s.call(t.Context(), t)
	s.publish(t, 200, big)
	require.ErrorContains(t, end(s.ring, s.server, time.Millisecond), "cut off")
	s.requireNoConsumers(t)
	var err error
	for err == nil { // what had arrived
		_, err = stream.Recv()
	}
	require.Equal(t, codes.Unavailable, status.Code(err)) // not io.EOF, and not the limit of the call
}

func TestACallerLearnsThatTheRingHasFailed(t *testing.T) {
	s := start(t, 64)
	s.ring.Handle("journal", func(disruptor.Batch[tick]) error { return errors.New("disk full") })
	stream := s.call(t.Context(), t)
	s.publish(t, 1, "AAA")
	require.ErrorContains(t, s.ring.Run(t.Context()), "disk full")
	var err error
	for err == nil {
		_, err = stream.Recv()
	}
	require.ErrorContains(t, err, "disk full")
}

func TestRun(t *testing.T) { require.NoError(t, run(1000)) }
