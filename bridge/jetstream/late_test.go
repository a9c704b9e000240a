package jetstream

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// shortMemory makes the stream forget message ids as soon as a server allows, so that only the
// expectations refuse messages.
func shortMemory(c *js.StreamConfig) { c.Duplicates = 100 * time.Millisecond }

// waitForgotten waits until a stream with a short memory has forgotten the ids it has now.
func waitForgotten(t *testing.T, nc *nats.Conn) {
	ctx := limited(t)
	cfg := js.StreamConfig{Name: "PROBE", Subjects: []string{"probe"}}
	shortMemory(&cfg)
	_, err := jets(t, nc).CreateOrUpdateStream(ctx, cfg)
	require.NoError(t, err)
	_, err = jets(t, nc).Publish(ctx, "probe", nil, js.WithMsgID("probe"))
	require.NoError(t, err)
	until(t, func() bool {
		ack, err := jets(t, nc).Publish(ctx, "probe", nil, js.WithMsgID("probe"))
		return err == nil && !ack.Duplicate
	})
}

// captured returns the messages with which a publisher stores events [0, n) in another stream of
// the same name.
func captured(t *testing.T, n int64) (all []*nats.Msg) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	sub, err := nc.SubscribeSync(subject)
	require.NoError(t, err)
	require.NoError(t, publisher(t, nc).Publish(limited(t), sequences(0, n)))
	for range n {
		m, err := sub.NextMsg(patient)
		require.NoError(t, err)
		all = append(all, &nats.Msg{Subject: m.Subject, Header: m.Header, Data: m.Data})
	}
	return all
}

// A publisher has been killed. Its messages are still under way, and arrive when others have been
// stored by the next one, or before their predecessors.
func TestLateMessagesOfADeadPublisher(t *testing.T) {
	dead := captured(t, 20)
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc, shortMemory)
	ctx := limited(t)
	arrive := func(seq int64) error {
		_, err := jets(t, nc).PublishMsg(ctx, dead[seq])
		return err
	}
	refused := func(seq int64) {
		t.Helper()
		require.ErrorContains(t, arrive(seq), "wrong last sequence")
	}
	p := publisher(t, nc)
	refused(12) // nothing is there yet
	require.NoError(t, p.Publish(ctx, sequences(0, 10)))
	waitForgotten(t, nc)
	refused(0)
	refused(9)
	refused(12) // its predecessors were lost
	require.NoError(t, arrive(10), "it comes in time")
	require.NoError(t, arrive(11))
	waitForgotten(t, nc)
	require.NoError(t, p.Publish(ctx, sequences(10, 20)), "the publisher does not know of these two")
	waitForgotten(t, nc)
	refused(15)
	refused(19)
	requireStored(t, nc, 20)
}

// A message of the epoch before comes in time, after the publisher of the new one has resumed.
func TestLateMessageOfTheEpochBefore(t *testing.T) {
	dead := captured(t, 11)
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	ctx := limited(t)
	require.NoError(t, publisher(t, nc).Publish(ctx, sequences(0, 10)))
	p := publisher(t, nc, func(c *Config[event]) { c.Epoch, c.NewEpoch = "e2", true })
	_, err := p.Resume(ctx)
	require.NoError(t, err)
	_, err = jets(t, nc).PublishMsg(ctx, dead[10])
	require.NoError(t, err)
	require.NoError(t, p.Publish(ctx, sequences(0, 5)))
	all := stored(t, nc)
	require.Len(t, all, 16)
	for i, m := range all[11:] {
		epoch, seq, _ := Origin(m.Header)
		require.Equal(t, "e2", epoch)
		require.EqualValues(t, i, seq)
	}
}

// Somebody else publishes to the stream while events are on their way.
func TestForeignMessageInBetweenIsAnError(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	ctx := limited(t)
	p := publisher(t, nc)
	require.NoError(t, p.Publish(ctx, sequences(0, 10)))
	_, err := nc.Request(subject, []byte("foreign"), patient)
	require.NoError(t, err)
	err = p.Publish(ctx, sequences(10, 20)) // 10 is refused, 11 follows the foreign one
	require.ErrorIs(t, err, ErrEpoch)
	require.ErrorContains(t, err, `event 10 of epoch "e1" is missing`)
}

// Two bridges serve one source: the second was started while the first lives.
func TestTwoPublishersInTurn(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc, shortMemory)
	ctx := limited(t)
	a, b := publisher(t, nc), publisher(t, nc)
	for _, p := range []*Publisher[event]{a, b} {
		next, err := p.Resume(ctx)
		require.NoError(t, err)
		require.Zero(t, next)
	}
	require.NoError(t, a.Publish(ctx, sequences(0, 30)))
	waitForgotten(t, nc)
	require.NoError(t, b.Publish(ctx, sequences(0, 50))) // believes that the stream is empty
	waitForgotten(t, nc)
	require.NoError(t, a.Publish(ctx, sequences(30, 40))) // believes that it ends with 29
	require.NoError(t, a.Publish(ctx, sequences(40, 60)))
	require.NoError(t, b.Publish(ctx, sequences(50, 70)))
	requireStored(t, nc, 70)
}

func TestTwoPublishersAtOnce(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc, shortMemory)
	const n = 600
	var both sync.WaitGroup
	for range 2 {
		mine := connect(t, nc.ConnectedUrl())
		both.Go(func() {
			p := publisher(t, mine, func(c *Config[event]) { c.InFlight = 8 })
			for from := int64(0); from < n; from += 20 {
				if err := p.Publish(limited(t), sequences(from, from+20)); err != nil {
					t.Errorf("batch at %d: %v", from, err)
					return
				}
			}
		})
	}
	both.Wait()
	requireStored(t, nc, n)
}

// The stream is restored to an older state behind the publisher's back.
func TestLostAcknowledgedMessagesAreAnError(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	ctx := limited(t)
	p := publisher(t, nc, func(c *Config[event]) { c.GiveUp = time.Millisecond })
	require.NoError(t, p.Publish(ctx, sequences(0, 20)))
	require.NoError(t, jets(t, nc).DeleteStream(ctx, streamName))
	addStream(t, nc)
	require.NoError(t, publisher(t, nc).Publish(ctx, sequences(0, 10)))
	require.ErrorIs(t, p.Publish(ctx, sequences(20, 30)), ErrBehind)
	requireStored(t, nc, 10)
}

// After an error a handler may be called again with the same events.
func TestPublishAgainAfterAnError(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	p := publisher(t, nc)
	ctx, cancel := context.WithCancel(limited(t))
	cancel()
	require.ErrorIs(t, p.Publish(ctx, sequences(0, 10)), context.Canceled)
	require.NoError(t, p.Publish(limited(t), sequences(0, 10)))
	requireStored(t, nc, 10)
}
