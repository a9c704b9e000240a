package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	js "github.com/nats-io/nats.go/jetstream"
)

// put puts a message into the ring. msg is nil if it has been fetched.
type put func(m *js.RawStreamMsg, msg js.Msg) error

// request bounds the wait for an answer of the server.
const request = 5 * time.Second

// read opens a consumer of the stream and feeds messages until something fails.
func (s *Source[T]) read(ctx context.Context, put put) error {
	stream, consumer, err := s.open(ctx)
	if err != nil {
		return err
	}
	// A consumer that has been delivered messages before delivers them again only after AckWait.
	if err := s.fill(ctx, stream, consumer.CachedInfo().Delivered.Stream, put); err != nil {
		return err
	}
	messages, err := consumer.Messages(js.PullHeartbeat(2 * time.Second))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for {
		msg, err := messages.Next(js.NextContext(ctx))
		if err != nil {
			return err
		}
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		seq := meta.Sequence.Stream
		if seq < s.next {
			s.repeated(seq, msg)
			continue
		}
		if err := s.fill(ctx, stream, seq-1, put); err != nil {
			return err
		}
		m := &js.RawStreamMsg{Subject: msg.Subject(), Sequence: seq, Header: msg.Headers(), Data: msg.Data(), Time: meta.Timestamp}
		if err := s.feed(m, msg, put); err != nil {
			return err
		}
	}
}

func (s *Source[T]) feed(m *js.RawStreamMsg, msg js.Msg, put put) error {
	if err := put(m, msg); err != nil {
		return err
	}
	s.next = m.Sequence + 1
	s.patience.progress()
	return nil
}

// fill fetches the messages up to the sequence last that have not been fed. They were delivered
// and lost on the way, or to a source that has been killed.
func (s *Source[T]) fill(ctx context.Context, stream js.Stream, last uint64, put put) error {
	for s.next <= last {
		m, err := fetch(ctx, stream, s.next)
		if errors.Is(err, js.ErrMsgNotFound) && !stream.CachedInfo().Config.AllowDirect {
			return &GapError{int64(s.next), int64(last + 1)} // a server that answers directly may only be late
		}
		if err != nil {
			return fmt.Errorf("message %d: %w", s.next, err)
		}
		if err := s.feed(m, nil, put); err != nil {
			return err
		}
	}
	return nil
}

func fetch(ctx context.Context, stream js.Stream, seq uint64) (*js.RawStreamMsg, error) {
	ctx, cancel := context.WithTimeout(ctx, request)
	defer cancel()
	return stream.GetMsg(ctx, seq)
}

// open returns the stream, and a consumer that begins at s.next or before.
func (s *Source[T]) open(ctx context.Context) (js.Stream, js.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, request)
	defer cancel()
	stream, err := s.js.Stream(ctx, s.cfg.Stream)
	if err != nil {
		return nil, nil, err
	}
	state := stream.CachedInfo().State
	if s.next > 0 && state.LastSeq < s.next-1 {
		return nil, nil, fmt.Errorf("%w: it ends with %d, message %d was there", ErrBehind, state.LastSeq, s.next-1)
	}
	if s.next > 0 && state.FirstSeq > s.next {
		return nil, nil, &GapError{int64(s.next), int64(state.FirstSeq)}
	}
	if s.cfg.Durable != "" {
		c, err := s.openDurable(ctx, stream)
		return stream, c, err
	}
	c, err := stream.CreateConsumer(ctx, js.ConsumerConfig{
		AckPolicy: js.AckNonePolicy, DeliverPolicy: js.DeliverByStartSequencePolicy, OptStartSeq: s.next,
		MemoryStorage: true, Replicas: 1, InactiveThreshold: time.Minute,
	})
	return stream, c, err
}

func (s *Source[T]) openDurable(ctx context.Context, stream js.Stream) (js.Consumer, error) {
	c, err := stream.Consumer(ctx, s.cfg.Durable)
	if errors.Is(err, js.ErrConsumerNotFound) {
		first := max(s.next, stream.CachedInfo().State.FirstSeq, 1)
		s.next = first
		return stream.CreateConsumer(ctx, js.ConsumerConfig{
			Durable: s.cfg.Durable, AckPolicy: js.AckAllPolicy, AckWait: s.cfg.AckWait, MaxAckPending: -1,
			DeliverPolicy: js.DeliverByStartSequencePolicy, OptStartSeq: first,
		})
	}
	if err != nil {
		return nil, err
	}
	info := c.CachedInfo()
	if info.Config.AckPolicy != js.AckAllPolicy || len(info.Config.FilterSubjects) > 0 || info.Config.FilterSubject != "" {
		return nil, fmt.Errorf("%w, or filters: %q of stream %q", errDurable, s.cfg.Durable, s.cfg.Stream)
	}
	if s.next == 0 {
		s.next = info.AckFloor.Stream + 1
	}
	return c, nil
}
