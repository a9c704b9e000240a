package jetstream

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

func TestPublishesARing(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	p := publisher(t, nc, func(c *Config[event]) { c.InFlight = 16 })
	next, err := p.Resume(limited(t))
	require.NoError(t, err)
	require.Zero(t, next)

	ring, err := disruptor.New[event](disruptor.Config{Capacity: 64})
	require.NoError(t, err)
	ctx := limited(t)
	c := ring.Handle("publisher", p.Handler(ctx))
	seen := ring.Handle("after", func(b disruptor.Batch[event]) error {
		info, err := jets(t, nc).Stream(ctx, streamName)
		if err == nil && info.CachedInfo().State.LastSeq < uint64(b.To()) {
			err = errors.New("handed on before it was stored")
		}
		return err
	}, c)
	go func() {
		defer ring.Close()
		producer := ring.MultiProducer()
		for seq := range int64(500) {
			if producer.Send(ctx, event{value(seq)}) != nil {
				return
			}
		}
	}()
	require.NoError(t, ring.Run(ctx))
	require.EqualValues(t, 500, seen.Position())
	requireStored(t, nc, 500)
	require.Equal(t, "e1-499", stored(t, nc)[499].Header.Get(js.MsgIDHeader))
}

func TestFollowsAConsumer(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	ring, err := disruptor.New[event](disruptor.Config{Capacity: 64})
	require.NoError(t, err)
	ctx := limited(t)
	c := ring.Consumer("publisher")
	go func() {
		defer ring.Close()
		producer := ring.MultiProducer()
		for seq := range int64(200) {
			if producer.Send(ctx, event{value(seq)}) != nil {
				return
			}
		}
	}()
	require.ErrorIs(t, Follow(ctx, publisher(t, nc), c), disruptor.ErrClosed)
	requireStored(t, nc, 200)
}

// The stream has more than the source knows of: acknowledgements were lost with a publisher.
func TestResumesBehindTheLastStored(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	ctx := limited(t)
	require.NoError(t, publisher(t, nc).Publish(ctx, sequences(0, 30)))

	p := publisher(t, nc)
	next, err := p.Resume(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 30, next)
	require.NoError(t, p.Publish(ctx, sequences(10, 50)))
	require.NoError(t, publisher(t, nc).Publish(ctx, sequences(20, 60))) // resumes by itself
	requireStored(t, nc, 60)
}

func TestGapIsAnError(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	ctx := limited(t)
	var gap *GapError
	require.ErrorAs(t, publisher(t, nc).Publish(ctx, sequences(3, 5)), &gap) // the stream is empty
	require.Equal(t, GapError{0, 3}, *gap)
	require.NoError(t, publisher(t, nc).Publish(ctx, sequences(0, 10)))
	require.ErrorAs(t, publisher(t, nc).Publish(ctx, sequences(12, 20)), &gap)
	require.Equal(t, GapError{10, 12}, *gap)
	require.ErrorAs(t, publisher(t, nc).Begin(ctx, 11), &gap)
	require.Equal(t, GapError{10, 11}, *gap)
	requireStored(t, nc, 10)

	refusal := errors.New("not aborted")
	p := publisher(t, nc, func(c *Config[event]) { c.Missing = func(from, to int64) error { return refusal } })
	err := p.Publish(ctx, sequences(12, 20))
	require.ErrorIs(t, err, refusal)
	require.ErrorAs(t, err, &gap)
	var asked [2]int64
	p = publisher(t, nc, func(c *Config[event]) {
		c.Missing = func(from, to int64) error { asked = [2]int64{from, to}; return nil }
	})
	require.NoError(t, p.Publish(ctx, sequences(12, 20)))
	require.Equal(t, [2]int64{10, 12}, asked)
	require.NoError(t, p.Publish(ctx, sequences(25, 26)), "the ring steps over aborted sequences")
	require.Len(t, stored(t, nc), 19)
}

func TestNumbersOfTheSourceHaveNoHoles(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc)
	ctx := limited(t)
	numbered := func(c *Config[event]) {
		c.Sequence = func(e *event) int64 { return (e.Value - 3) / 7 }
		c.Missing = func(int64, int64) error { return nil } // does not apply
	}
	p := publisher(t, nc, numbered)
	shifted := func(from, to int64) func(func(int64, *event) bool) {
		return func(yield func(int64, *event) bool) {
			for seq, e := range sequences(from, to) {
				if !yield(seq-from, e) {
					return
				}
			}
		}
	}
	require.NoError(t, p.Publish(ctx, shifted(0, 10)))
	p = publisher(t, nc, numbered)
	require.NoError(t, p.Publish(ctx, shifted(5, 15)))
	requireStored(t, nc, 15)
	var gap *GapError
	require.ErrorAs(t, p.Publish(ctx, shifted(16, 17)), &gap)
	require.Equal(t, GapError{15, 16}, *gap)
	require.ErrorAs(t, publisher(t, nc, numbered).Publish(ctx, shifted(16, 17)), &gap)
	requireStored(t, nc, 15)
}

func TestEpochs(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	stream := addStream(t, nc)
	ctx := limited(t)
	require.NoError(t, publisher(t, nc).Publish(ctx, sequences(0, 10)))

	second := func(c *Config[event]) { c.Epoch = "e2" }
	_, err := publisher(t, nc, second).Resume(ctx)
	require.ErrorIs(t, err, ErrEpoch)
	require.ErrorContains(t, err, `the publisher's is "e2"; message 10 of stream "EVENTS" is event 9 of epoch "e1"`)

	first := publisher(t, nc)
	_, err = first.Resume(ctx)
	require.NoError(t, err)
	p := publisher(t, nc, second, func(c *Config[event]) { c.NewEpoch = true })
	require.NoError(t, p.Publish(ctx, sequences(100, 110)))
	next, err := p.Resume(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 110, next)
	require.ErrorIs(t, first.Publish(ctx, sequences(10, 11)), ErrEpoch, "the first is superseded")

	_, err = nc.Request(subject, []byte("hello"), patient)
	require.NoError(t, err)
	require.ErrorIs(t, p.Publish(ctx, sequences(110, 111)), ErrEpoch, "even with NewEpoch: it has begun")
	require.ErrorContains(t, p.Publish(ctx, sequences(110, 111)), "is not of a Publisher")

	require.NoError(t, stream.Purge(ctx))
	_, err = publisher(t, nc).Resume(ctx)
	require.ErrorIs(t, err, ErrForgotten)
	p = publisher(t, nc, func(c *Config[event]) { c.Epoch, c.NewEpoch = "e3", true })
	require.NoError(t, p.Publish(ctx, sequences(5, 7)))
	require.Len(t, stored(t, nc), 2)
}

func TestConfigIsChecked(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	for text, change := range map[string]func(*Config[event]){
		"Stream":        func(c *Config[event]) { c.Stream = "" },
		`Subject "a.*"`: func(c *Config[event]) { c.Subject = "a.*" },
		`Epoch "a b"`:   func(c *Config[event]) { c.Epoch = "a b" },
		"Encode":        func(c *Config[event]) { c.Encode = nil },
		"InFlight -1":   func(c *Config[event]) { c.InFlight = -1 },
		"GiveUp -1s":    func(c *Config[event]) { c.GiveUp = -time.Second },
	} {
		cfg := config()
		change(&cfg)
		_, err := NewPublisher(nc, cfg)
		require.ErrorContains(t, err, text)
	}
}

// What trying again can't change ends the ring, although there is time to try again.
func TestPermanentRefusals(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	ctx := limited(t)
	forEver := func(c *Config[event]) { c.GiveUp = time.Hour }
	require.ErrorIs(t, publisher(t, nc, forEver).Publish(ctx, sequences(0, 1)), js.ErrStreamNotFound)

	stream := addStream(t, nc, func(c *js.StreamConfig) {
		c.MaxMsgs, c.Discard, c.MaxMsgSize = 5, js.DiscardNew, 1000
	})
	large := publisher(t, nc, forEver, func(c *Config[event]) {
		c.Encode = func(m *nats.Msg, e *event) error { m.Data = make([]byte, 1000); return nil }
	})
	require.ErrorContains(t, large.Publish(ctx, sequences(0, 1)), "message size exceeds maximum allowed")
	larger := publisher(t, nc, forEver, func(c *Config[event]) {
		c.Encode = func(m *nats.Msg, e *event) error { m.Data = make([]byte, 1<<20+1); return nil }
	})
	require.ErrorIs(t, larger.Publish(ctx, sequences(0, 1)), nats.ErrMaxPayload)

	err := publisher(t, nc, forEver).Publish(ctx, sequences(0, 9))
	require.ErrorContains(t, err, `event 5 to stream "EVENTS"`)
	require.ErrorContains(t, err, "maximum messages exceeded")
	requireStored(t, nc, 5)

	elsewhere := publisher(t, nc, forEver, func(c *Config[event]) { c.Subject = "nobody" })
	require.ErrorIs(t, elsewhere.Publish(ctx, sequences(5, 6)), errSubject)
	_, err = jets(t, nc).CreateStream(ctx, js.StreamConfig{Name: "OTHER", Subjects: []string{"other"}})
	require.NoError(t, err)
	elsewhere = publisher(t, nc, forEver, func(c *Config[event]) { c.Subject = "other" })
	require.ErrorContains(t, elsewhere.Publish(ctx, sequences(5, 6)), "expected stream does not match")

	broken := publisher(t, nc, func(c *Config[event]) {
		c.Encode = func(*nats.Msg, *event) error { return errors.New("no text for it") }
	})
	require.ErrorContains(t, broken.Publish(ctx, sequences(5, 6)), "event 5: no text for it")

	require.NoError(t, jets(t, nc).DeleteStream(ctx, stream.CachedInfo().Config.Name))
	require.ErrorIs(t, publisher(t, nc, forEver).Publish(ctx, sequences(5, 6)), js.ErrStreamNotFound)

	p := publisher(t, nc, forEver)
	nc.Close()
	require.ErrorIs(t, p.Publish(ctx, sequences(5, 6)), nats.ErrConnectionClosed)
}

func TestGivesUp(t *testing.T) {
	s := startOne(t)
	nc := connect(t, s.ClientURL())
	addStream(t, nc)
	p := publisher(t, nc, func(c *Config[event]) { c.AckWait, c.GiveUp = 50*time.Millisecond, 100*time.Millisecond })
	require.NoError(t, p.Publish(limited(t), sequences(0, 5)))
	stop(s)
	require.ErrorIs(t, p.Publish(limited(t), sequences(5, 10)), ErrGaveUp)

	p = publisher(t, nc)
	ctx, cancel := context.WithCancelCause(limited(t))
	cause := errors.New("enough")
	failed := make(chan error)
	go func() { failed <- p.Publish(ctx, sequences(5, 10)) }()
	cancel(cause)
	require.ErrorIs(t, <-failed, cause, "the end of the context ends the retries")
}
