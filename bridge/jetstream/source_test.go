package jetstream

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// received is what the ring of a reader holds.
type received struct {
	Stream uint64 // sequence
	Value  int64
}

// A reader is a ring that a source feeds, and its last stage.
type reader struct {
	source *Source[received]
	ring   *disruptor.Ring[received]
	stop   context.CancelFunc
	fed    chan error
	ran    chan error

	mu   sync.Mutex
	seen []received
}

func sourceConfig() SourceConfig[received] {
	return SourceConfig[received]{Stream: streamName, Decode: func(e *received, m *js.RawStreamMsg) error {
		*e = received{m.Sequence, decode(m.Data)}
		return nil
	}}
}

// startReader starts a source and a ring. The first stage calls stage, the second one Done.
func startReader(t *testing.T, nc *nats.Conn, stage func(), change ...func(*SourceConfig[received])) *reader {
	t.Helper()
	cfg := sourceConfig()
	for _, c := range change {
		c(&cfg)
	}
	s, err := NewSource(nc, cfg)
	require.NoError(t, err)
	ring, err := disruptor.New[received](disruptor.Config{Capacity: 1024, Producers: disruptor.Single})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(limited(t))
	r := &reader{source: s, ring: ring, stop: cancel, fed: make(chan error, 1), ran: make(chan error, 1)}
	first := ring.Handle("stage", disruptor.Each(func(_ int64, e *received) error {
		stage()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seen = append(r.seen, *e)
		return nil
	}))
	ring.Handle("done", s.Handler(), first)
	go func() { r.fed <- Feed(ctx, s, ring.SingleProducer()) }()
	go func() { r.ran <- ring.Run(ctx) }()
	return r
}

// end ends the reader and returns what its stage has seen.
func (r *reader) end(t *testing.T) []received {
	t.Helper()
	r.stop()
	require.ErrorIs(t, <-r.fed, context.Canceled)
	require.ErrorIs(t, <-r.ran, context.Canceled)
	return r.seen
}

func (r *reader) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}

// requireSeen checks that these are the messages [from, to) of the stream.
func requireSeen(t *testing.T, seen []received, from, to uint64) {
	t.Helper()
	for i, e := range seen {
		require.Equal(t, received{from + uint64(i), value(int64(from) + int64(i) - 1)}, e)
	}
	require.Len(t, seen, int(to-from))
}

func nothing() {}

func noRedelivery(c *SourceConfig[received]) { c.AckWait = time.Hour }

func durable(c *SourceConfig[received])   { c.Durable = "reader" }
func impatient(c *SourceConfig[received]) { c.AckWait = 100 * time.Millisecond }
func after(seq uint64) func(*SourceConfig[received]) {
	return func(c *SourceConfig[received]) { c.After = seq }
}

func startFilled(t *testing.T, n int64) (*nats.Conn, js.Stream) {
	t.Helper()
	nc := connect(t, startOne(t).ClientURL())
	s := addStream(t, nc)
	require.NoError(t, publisher(t, nc).Publish(limited(t), sequences(0, n)))
	return nc, s
}

func ackFloor(t *testing.T, nc *nats.Conn) (info *js.ConsumerInfo) {
	t.Helper()
	again(t, func(ctx context.Context) error {
		c, err := jets(t, nc).Consumer(ctx, streamName, "reader")
		if err == nil {
			info = c.CachedInfo()
		}
		return err
	})
	return info
}

func TestSourceGoesOnBehindAfter(t *testing.T) {
	nc, _ := startFilled(t, 300)
	r := startReader(t, nc, nothing)
	until(t, func() bool { return r.count() == 300 })
	require.NoError(t, publisher(t, nc).Publish(limited(t), sequences(300, 320)))
	until(t, func() bool { return r.count() == 320 })
	requireSeen(t, r.end(t), 1, 321)

	r = startReader(t, nc, nothing, after(200))
	until(t, func() bool { return r.count() == 120 })
	requireSeen(t, r.end(t), 201, 321)
}

// What lies in the ring when the source ends is not acknowledged, and comes again.
func TestDurableIsAcknowledgedWhenDone(t *testing.T) {
	nc, _ := startFilled(t, 50)
	gate := make(chan struct{})
	r := startReader(t, nc, func() { <-gate }, durable, noRedelivery)
	until(t, func() bool { return r.ring.Published() == 50 })
	require.NoError(t, nc.Flush())
	require.Zero(t, ackFloor(t, nc).AckFloor.Stream)
	r.stop()
	require.ErrorIs(t, <-r.fed, context.Canceled)
	until(t, func() bool { return r.ring.Err() != nil }) // so that the second stage gets nothing
	close(gate)
	require.ErrorIs(t, <-r.ran, context.Canceled)

	r = startReader(t, nc, nothing, durable, noRedelivery)
	until(t, func() bool { return r.count() == 50 })
	require.NoError(t, publisher(t, nc).Publish(limited(t), sequences(50, 60)))
	until(t, func() bool { return ackFloor(t, nc).AckFloor.Stream == 60 })
	requireSeen(t, r.end(t), 1, 61)
	require.NoError(t, nc.Flush())

	require.NoError(t, publisher(t, nc).Publish(limited(t), sequences(60, 70)))
	r = startReader(t, nc, nothing, durable, noRedelivery)
	until(t, func() bool { return r.count() == 10 })
	requireSeen(t, r.end(t), 61, 71)
}

func TestRedeliveriesAreNotDoubled(t *testing.T) {
	nc, _ := startFilled(t, 50)
	gate := make(chan struct{})
	r := startReader(t, nc, func() { <-gate }, durable, impatient)
	until(t, func() bool { return ackFloor(t, nc).NumRedelivered == 50 })
	close(gate)
	until(t, func() bool { return ackFloor(t, nc).AckFloor.Stream == 50 })
	require.NoError(t, publisher(t, nc).Publish(limited(t), sequences(50, 60)))
	until(t, func() bool { return ackFloor(t, nc).AckFloor.Stream == 60 })
	requireSeen(t, r.end(t), 1, 61)
}

// Acknowledgements are lost. The messages come again and are acknowledged, not handled, again.
func TestLostAcknowledgementsOfASource(t *testing.T) {
	nc, _ := startFilled(t, 20)
	gate := make(chan struct{})
	r := startReader(t, nc, func() { <-gate }, durable, impatient)
	until(t, func() bool { return r.ring.Published() == 20 })
	r.source.mu.Lock()
	for i := range r.source.fed {
		r.source.fed[i].msg = nil
	}
	r.source.mu.Unlock()
	close(gate)
	until(t, func() bool { return ackFloor(t, nc).AckFloor.Stream == 20 })
	requireSeen(t, r.end(t), 1, 21)
}

func TestSourceGaps(t *testing.T) {
	nc, stream := startFilled(t, 20)
	feed := func(change ...func(*SourceConfig[received])) error {
		r := startReader(t, nc, nothing, append(change, func(c *SourceConfig[received]) { c.GiveUp = time.Millisecond })...)
		defer r.ring.Close()
		return <-r.fed
	}
	var gap *GapError
	require.ErrorIs(t, feed(after(100)), ErrBehind)
	require.NoError(t, stream.DeleteMsg(t.Context(), 7))
	require.ErrorAs(t, feed(), &gap)
	require.Equal(t, GapError{7, 8}, *gap)
	require.ErrorAs(t, feed(durable), &gap)
	require.Equal(t, GapError{7, 8}, *gap)
	require.NoError(t, stream.Purge(t.Context(), js.WithPurgeSequence(11)))
	require.ErrorAs(t, feed(after(3)), &gap)
	require.Equal(t, GapError{4, 11}, *gap)

	bad := errors.New("unreadable")
	require.ErrorIs(t, feed(after(11), func(c *SourceConfig[received]) {
		c.Decode = func(*received, *js.RawStreamMsg) error { return bad }
	}), bad)
	require.ErrorIs(t, feed(func(c *SourceConfig[received]) { c.Stream = "NONE" }), js.ErrStreamNotFound)
	_, err := stream.CreateConsumer(t.Context(), js.ConsumerConfig{Durable: "other"})
	require.NoError(t, err)
	require.ErrorIs(t, feed(func(c *SourceConfig[received]) { c.Durable = "other" }), errDurable)
}

func TestSourceConfigIsChecked(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	for text, change := range map[string]func(*SourceConfig[received]){
		"Stream":                   func(c *SourceConfig[received]) { c.Stream = "" },
		"Decode":                   func(c *SourceConfig[received]) { c.Decode = nil },
		`After 5 with Durable "x"`: func(c *SourceConfig[received]) { c.Durable, c.After = "x", 5 },
		"GiveUp -1s":               func(c *SourceConfig[received]) { c.GiveUp = -time.Second },
	} {
		cfg := sourceConfig()
		change(&cfg)
		_, err := NewSource(nc, cfg)
		require.ErrorContains(t, err, text)
	}
}

// The server is stopped and started again: the consumer in its memory is gone.
func TestSourceSurvivesTheServer(t *testing.T) {
	for name, mode := range map[string]func(*SourceConfig[received]){"in order": after(0), "durable": durable} {
		t.Run(name, func(t *testing.T) {
			o := serverOptions(t.TempDir())
			o.Port = freePort(t)
			start := func() *server.Server {
				s := start(t, o.Clone())
				require.True(t, s.ReadyForConnections(patient))
				return s
			}
			s := start()
			nc := connect(t, s.ClientURL())
			addStream(t, nc)
			r := startReader(t, nc, nothing, mode)
			for n := int64(0); n < 300; n += 100 {
				require.NoError(t, publisher(t, nc).Publish(limited(t), sequences(n, n+100)))
				until(t, func() bool { return r.count() >= int(n)+50 })
				stop(s)
				s = start()
			}
			until(t, func() bool { return r.count() == 300 })
			requireSeen(t, r.end(t), 1, 301)
		})
	}
}
