package jetstream

import (
	"flag"
	"sync/atomic"
	"testing"

	js "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

var stops = flag.Int("stops", 2, "how many leaders TestLeadersStopped stops")

// The leader of the stream is stopped under load, and started again, and so is its successor.
func TestLeadersStopped(t *testing.T) {
	c := startCluster(t)
	nc := connect(t, c.url())
	addStream(t, nc, func(c *js.StreamConfig) { c.Replicas = 3 })
	p := publisher(t, connect(t, c.url()))
	var enough atomic.Bool
	published := make(chan int64)
	go func() {
		n := int64(0)
		for ; !enough.Load(); n += 50 {
			if err := p.Publish(t.Context(), sequences(n, n+50)); err != nil {
				t.Errorf("events from %d: %v", n, err)
				break
			}
		}
		published <- n
	}()
	for range *stops {
		waitForLength(t, nc, length(t, nc)+200)
		i := c.leader(t)
		stop(c.servers[i])
		c.servers[i] = nil
		waitForLength(t, nc, length(t, nc)+200)
		c.start(t, i)
	}
	waitForLength(t, nc, length(t, nc)+200)
	enough.Store(true)
	n := <-published
	require.NotZero(t, n)
	requireStored(t, nc, n)
}
