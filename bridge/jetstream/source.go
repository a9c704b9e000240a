package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// SourceConfig describes a [Source]. Stream and Decode are required.
type SourceConfig[T any] struct {
	// Stream is the name of the stream, all of whose messages are read.
	Stream string
	// Decode sets the event to what the message holds. m.Sequence is the message's sequence in
	// the stream; a stage that stores how far it is stores that. Decode may keep m.Data. An error
	// ends Feed.
	Decode func(event *T, m *js.RawStreamMsg) error
	// After is the sequence in the stream of the last message that is not wanted again: the
	// source begins behind it. It must be 0 with a Durable.
	After uint64
	// Durable names a durable consumer of the stream, in which the server keeps how far the
	// source has come: see [Source.Done]. Feed creates it if need be. It belongs to one source.
	Durable string
	// AckWait is how long the server waits for Done before it delivers a message again. A new
	// durable consumer gets it. 0 means 30 s.
	AckWait time.Duration
	// GiveUp is how long the source tries again in vain after a failure; 0 means 2 min.
	GiveUp time.Duration
}

// A Source feeds a ring from a stream: every message once, in order. [Feed] and Done may run on
// two goroutines, but each only once at a time.
type Source[T any] struct {
	cfg      SourceConfig[T]
	js       js.JetStream
	patience patience
	next     uint64 // sequence in the stream of the next message to feed; 0: not known yet

	mu   sync.Mutex
	fed  []fed  // not done, in order
	done uint64 // sequence in the stream of the last message that is done
}

// fed is a message that lies in the ring.
type fed struct {
	at  int64  // sequence in the ring
	seq uint64 // in the stream
	msg js.Msg // to acknowledge; nil: it was not delivered but fetched
}

var errDurable = errors.New("jetstream: the durable consumer does not acknowledge all below (AckAll)")

// NewSource returns a source that uses the connection, which it does not close. It does not talk
// to the server yet. It fails if cfg is not usable.
func NewSource[T any](nc *nats.Conn, cfg SourceConfig[T]) (*Source[T], error) {
	switch {
	case cfg.Stream == "":
		return nil, errors.New("jetstream: no SourceConfig.Stream")
	case cfg.Decode == nil:
		return nil, errors.New("jetstream: no SourceConfig.Decode")
	case cfg.Durable != "" && cfg.After != 0:
		return nil, fmt.Errorf("jetstream: SourceConfig.After %d with Durable %q: the durable consumer knows where to go on",
			cfg.After, cfg.Durable)
	case cfg.AckWait < 0 || cfg.GiveUp < 0:
		return nil, fmt.Errorf("jetstream: SourceConfig.AckWait %v, GiveUp %v: must not be negative", cfg.AckWait, cfg.GiveUp)
	}
	cfg.AckWait = orDefault(cfg.AckWait, 30*time.Second)
	cfg.GiveUp = orDefault(cfg.GiveUp, 2*time.Minute)
	jets, err := js.New(nc)
	if err != nil {
		return nil, fmt.Errorf("jetstream: %w", err)
	}
	s := &Source[T]{cfg: cfg, js: jets, patience: patience{limit: cfg.GiveUp}}
	if cfg.Durable == "" {
		s.next = cfg.After + 1
	}
	return s, nil
}

// Slots is a batch that a producer has claimed, of a ring in memory or a shared one.
type Slots[T any] interface {
	From() int64
	At(int) *T
}

// A Producer is one of package disruptor or a *shm.Producer. B is its batch.
type Producer[T any, B Slots[T]] interface {
	Claim(context.Context, int) (B, error)
	Publish(B)
	Abort(B)
}

// Feed publishes the messages of the stream in the ring until ctx or the ring ends, and returns
// why it ended. It tries again after failures of the server and the connection. It returns
// ErrGaveUp, wrapped, after SourceConfig.GiveUp of them, ErrBehind if the stream ends before
// SourceConfig.After all that time, and a [*GapError] if the next message has been deleted from
// the stream. Called again, it goes on where it was.
func Feed[T any, B Slots[T]](ctx context.Context, s *Source[T], p Producer[T, B]) error {
	var end error // of what trying again can't change
	put := func(m *js.RawStreamMsg, msg js.Msg) error {
		b, err := p.Claim(ctx, 1)
		if err != nil {
			end = err
			return err
		}
		if err := s.cfg.Decode(b.At(0), m); err != nil {
			p.Abort(b)
			end = fmt.Errorf("jetstream: message %d of stream %q: %w", m.Sequence, s.cfg.Stream, err)
			return end
		}
		s.note(fed{b.From(), m.Sequence, msg})
		p.Publish(b)
		return nil
	}
	for {
		err := s.read(ctx, put)
		if end != nil {
			return end
		}
		err = fmt.Errorf("jetstream: reading stream %q: %w", s.cfg.Stream, err)
		if err := s.patience.next(ctx, err); err != nil {
			return err
		}
	}
}

// note remembers a message that Done will be called for. Without a durable consumer nobody asks.
func (s *Source[T]) note(f fed) {
	if s.cfg.Durable == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fed = append(s.fed, f)
}
