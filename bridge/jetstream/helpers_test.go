package jetstream

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// patient bounds waits for what must come.
const patient = time.Minute

func TestMain(m *testing.M) {
	if child := os.Getenv("JETSTREAM_TEST_CHILD"); child != "" {
		if err := children[child](); err != nil {
			fmt.Fprintln(os.Stderr, child, "failed:", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// event is what the tests' rings hold. It has no pointers, so that it can lie in a shared ring.
type event struct{ Value int64 }

// value is the Value of the event with the sequence.
func value(seq int64) int64 { return seq*7 + 3 }

func encode(m *nats.Msg, e *event) error {
	m.Data = binary.LittleEndian.AppendUint64(nil, uint64(e.Value))
	return nil
}

func decode(m []byte) int64 { return int64(binary.LittleEndian.Uint64(m)) }

// sequences returns the events [from, to).
func sequences(from, to int64) iter.Seq2[int64, *event] {
	return func(yield func(int64, *event) bool) {
		for seq := from; seq < to; seq++ {
			if !yield(seq, &event{value(seq)}) {
				return
			}
		}
	}
}

func serverOptions(dir string) *server.Options {
	return &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, NoLog: true, NoSigs: true,
	}
}

func start(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(o)
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { stop(s) })
	return s
}

func startOne(t *testing.T) *server.Server {
	t.Helper()
	s := start(t, serverOptions(t.TempDir()))
	require.True(t, s.ReadyForConnections(patient))
	return s
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

func connect(t *testing.T, url string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	opts = append([]nats.Option{nats.MaxReconnects(-1), nats.ReconnectWait(20 * time.Millisecond)}, opts...)
	nc, err := nats.Connect(url, opts...)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return nc
}

const streamName, subject = "EVENTS", "events"

func addStream(t *testing.T, nc *nats.Conn, change ...func(*js.StreamConfig)) js.Stream {
	t.Helper()
	cfg := js.StreamConfig{Name: streamName, Subjects: []string{subject}}
	for _, c := range change {
		c(&cfg)
	}
	s, err := jets(t, nc).CreateStream(limited(t), cfg)
	require.NoError(t, err)
	return s
}

func jets(t *testing.T, nc *nats.Conn) js.JetStream {
	t.Helper()
	j, err := js.New(nc)
	require.NoError(t, err)
	return j
}

// limited returns a context that ends after all patience.
func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 4*patient)
	t.Cleanup(cancel)
	return ctx
}

func config() Config[event] {
	return Config[event]{Stream: streamName, Subject: subject, Epoch: "e1", Encode: encode}
}

func publisher(t *testing.T, nc *nats.Conn, change ...func(*Config[event])) *Publisher[event] {
	t.Helper()
	cfg := config()
	for _, c := range change {
		c(&cfg)
	}
	p, err := NewPublisher(nc, cfg)
	require.NoError(t, err)
	return p
}

// stored returns the messages of the stream, in order.
func stored(t *testing.T, nc *nats.Conn) (all []*js.RawStreamMsg) {
	t.Helper()
	var s js.Stream
	again(t, func(ctx context.Context) (err error) { s, err = jets(t, nc).Stream(ctx, streamName); return err })
	state := s.CachedInfo().State
	for seq := max(state.FirstSeq, 1); seq <= state.LastSeq; seq++ {
		again(t, func(ctx context.Context) error {
			m, err := s.GetMsg(ctx, seq)
			all = append(all, m)
			if err != nil {
				all = all[:len(all)-1]
			}
			return err
		})
	}
	require.Len(t, all, int(state.Msgs))
	return all
}

// requireStored checks that the stream holds events [0, n) once each, in order, and nothing else.
func requireStored(t *testing.T, nc *nats.Conn, n int64) {
	t.Helper()
	all := stored(t, nc)
	for i, m := range all {
		epoch, seq, ok := Origin(m.Header)
		require.True(t, ok)
		require.Equal(t, "e1", epoch)
		require.Equal(t, int64(i), seq, "message %d", m.Sequence)
		require.Equal(t, value(seq), decode(m.Data))
	}
	require.Len(t, all, int(n))
}

// until waits until cond is true. It calls cond on the test's goroutine.
func until(t *testing.T, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * patient); !cond(); time.Sleep(2 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "waited in vain")
	}
}

// again calls f, which asks a server that may be about to stop, until it succeeds.
func again(t *testing.T, f func(context.Context) error) {
	t.Helper()
	until(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := f(ctx)
		if err != nil {
			t.Log(err)
		}
		return err == nil
	})
}

// length returns how many messages the stream has.
func length(t *testing.T, nc *nats.Conn) (n int64) {
	t.Helper()
	again(t, func(ctx context.Context) error {
		s, err := jets(t, nc).Stream(ctx, streamName)
		if err == nil {
			n = int64(s.CachedInfo().State.Msgs)
		}
		return err
	})
	return n
}

// waitForLength waits until the stream has that many messages.
func waitForLength(t *testing.T, nc *nats.Conn, n int64) {
	t.Helper()
	until(t, func() bool { return length(t, nc) >= n })
}

// cluster is three servers. Those that are stopped are nil.
type cluster struct {
	options [3]*server.Options
	servers [3]*server.Server
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{}
	routes := ""
	for i := range c.options {
		o := serverOptions(t.TempDir())
		o.ServerName, o.Port = fmt.Sprint("n", i), freePort(t)
		o.Cluster = server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: freePort(t)}
		routes += fmt.Sprintf(",nats://127.0.0.1:%d", o.Cluster.Port)
		c.options[i] = o
	}
	for i := range c.options {
		c.options[i].Routes = server.RoutesFromStr(routes[1:])
		c.start(t, i)
	}
	until(t, func() bool {
		for _, s := range c.servers {
			if s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == 3 {
				return true
			}
		}
		return false
	})
	return c
}

func (c *cluster) start(t *testing.T, i int) {
	t.Helper()
	c.servers[i] = start(t, c.options[i].Clone())
	require.True(t, c.servers[i].ReadyForConnections(patient))
}

func (c *cluster) url() (urls string) {
	for _, o := range c.options {
		urls += fmt.Sprintf(",nats://127.0.0.1:%d", o.Port)
	}
	return urls[1:]
}

// leader returns the server that leads the stream.
func (c *cluster) leader(t *testing.T) (i int) {
	t.Helper()
	until(t, func() bool {
		for i = range c.servers {
			if c.servers[i] != nil && c.servers[i].JetStreamIsStreamLeader(server.DEFAULT_GLOBAL_ACCOUNT, streamName) {
				return true
			}
		}
		return false
	})
	return i
}
