package jetstream

import (
	"context"
	"fmt"
	"iter"

	"github.com/be395dad/disruptor"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// A Publisher publishes the events of one ring to one stream, in order, each exactly once as far
// as the package documentation promises. It belongs to one goroutine. After an error it may be
// used again: it then asks the stream where to go on.
type Publisher[T any] struct {
	cfg      Config[T]
	nc       *nats.Conn
	js       js.JetStream
	patience patience

	known bool   // last and next are what the stream said, and what has been acknowledged since
	last  uint64 // sequence in the stream of its last message
	next  int64  // the first event that is not in the stream
	any   bool   // the first event may have any sequence, next or not
	ours  bool   // the last message is of this epoch, or was

	before string // epoch of the messages before this one's
	alone  int    // so many messages must not be on their way together: see findOnce

	begun  bool       // the first event has been compared with next
	window []*message // on their way: window[i] is to be message last+1+i of the stream
}

// NewPublisher returns a publisher that uses the connection, which it does not close. It does not
// talk to the server yet. It fails if cfg is not usable.
//
// The connection should reconnect without limit (nats.MaxReconnects(-1)): Config.GiveUp is the
// limit.
func NewPublisher[T any](nc *nats.Conn, cfg Config[T]) (*Publisher[T], error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	jets, err := js.New(nc, js.WithPublishAsyncTimeout(cfg.AckWait), js.WithPublishAsyncMaxPending(2*cfg.InFlight))
	if err != nil {
		return nil, fmt.Errorf("jetstream: %w", err)
	}
	return &Publisher[T]{cfg: cfg, nc: nc, js: jets, patience: patience{limit: cfg.GiveUp}}, nil
}

// Resume asks the stream for its last message and returns the sequence of the event that comes
// after it: the source has to go on there, or before. Events before it are passed over. Resume
// tries again as Publish does. It fails with ErrEpoch, ErrForgotten, or as Publish.
func (p *Publisher[T]) Resume(ctx context.Context) (next int64, err error) {
	p.forget()
	if err := p.find(ctx); err != nil {
		return 0, err
	}
	return p.next, nil
}

// Begin says from which sequence on the publisher will get everything there is. Without Begin,
// this is the sequence of the first event that it gets. If the stream ends before, Begin returns
// a [*GapError], unless Config.Missing accepts that. [Follow] calls Begin.
func (p *Publisher[T]) Begin(ctx context.Context, position int64) error {
	if !p.known {
		if err := p.find(ctx); err != nil {
			return err
		}
	}
	if position > p.next && !p.any {
		if p.cfg.Missing == nil || p.cfg.Sequence != nil {
			return &GapError{p.next, position}
		}
		if err := p.cfg.Missing(p.next, position); err != nil {
			return fmt.Errorf("%w: %w", &GapError{p.next, position}, err)
		}
	}
	p.begun = true
	return nil
}

// Handler returns a handler for [disruptor.Ring.Handle] and HandleWith, which calls Publish. The
// ring's Run should have the same context: its end ends the retries.
func (p *Publisher[T]) Handler(ctx context.Context) disruptor.Handler[T] {
	return func(b disruptor.Batch[T]) error { return p.Publish(ctx, b.All()) }
}

// Publish publishes the events, which come with their sequences in order, and returns when the
// stream has acknowledged all of them. Up to Config.InFlight are on their way at once. It passes
// over events that the stream has.
//
// If the server refuses a message, or an answer is lost, Publish asks for the last stored message
// and goes on behind it, after a pause that grows up to a second. It returns an error that wraps
// the cause of ctx if ctx ends; ErrGaveUp after Config.GiveUp without progress; at once, what
// trying again can't change: no such stream, no permission, a message that is too large, a stream
// that is full and discards new messages, a closed connection, ErrEpoch, a [*GapError]. What was
// on its way may have been stored or not.
func (p *Publisher[T]) Publish(ctx context.Context, events iter.Seq2[int64, *T]) (err error) {
	defer func() {
		if err != nil {
			p.forget()
		}
	}()
	if !p.known {
		if err := p.find(ctx); err != nil {
			return err
		}
	}
	for seq, event := range events {
		if p.cfg.Sequence != nil {
			seq = p.cfg.Sequence(event)
		}
		fresh, err := p.admit(ctx, seq)
		if err != nil {
			return err
		}
		if !fresh {
			continue
		}
		m, err := p.encode(seq, event)
		if err != nil {
			return err
		}
		for len(p.window) >= p.cfg.InFlight || len(p.window) > 0 && p.alone > 0 {
			if err := p.settle(ctx); err != nil {
				return err
			}
		}
		if seq >= p.next || p.any { // settle may have found it in the stream
			p.window = append(p.window, m)
			p.send(len(p.window) - 1)
		}
	}
	for len(p.window) > 0 {
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// admit reports whether the event is not in the stream or on its way yet.
func (p *Publisher[T]) admit(ctx context.Context, seq int64) (fresh bool, err error) {
	if !p.begun {
		if err := p.Begin(ctx, seq); err != nil {
			return false, err
		}
	}
	end := p.next
	if n := len(p.window); n > 0 {
		end = p.window[n-1].seq + 1
	} else if p.any {
		return true, nil
	}
	if p.cfg.Sequence != nil && seq > end {
		return false, &GapError{end, seq}
	}
	return seq >= end, nil
}

func (p *Publisher[T]) encode(seq int64, event *T) (*message, error) {
	m := &nats.Msg{Subject: p.cfg.Subject, Header: nats.Header{}}
	if err := p.cfg.Encode(m, event); err != nil {
		return nil, fmt.Errorf("jetstream: event %d: %w", seq, err)
	}
	p.label(m, seq)
	return &message{Msg: m, seq: seq}, nil
}

// forget makes the next call ask the stream where to go on.
func (p *Publisher[T]) forget() {
	p.known, p.begun, p.window = false, false, nil
	p.patience.progress()
}
