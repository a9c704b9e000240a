package jetstream

import (
	"github.com/be395dad/disruptor"
	js "github.com/nats-io/nats.go/jetstream"
)

// Done tells the durable consumer that all stages are done with the events whose sequences in the
// ring are below to. A source that is started anew begins behind them. It sends at most one
// acknowledgement and does not wait for an answer: one that is lost makes some events come again
// after a crash, not more. So a program should call Flush of its connection before it ends.
//
// Call it, or use [Source.Handler], in a consumer that follows all others. Without
// SourceConfig.Durable it does nothing.
func (s *Source[T]) Done(to int64) error {
	s.mu.Lock()
	var newest js.Msg
	n := 0
	for n < len(s.fed) && s.fed[n].at < to {
		if m := s.fed[n].msg; m != nil {
			newest = m
		}
		s.done = s.fed[n].seq
		n++
	}
	s.fed = s.fed[n:]
	s.mu.Unlock()
	if newest == nil {
		return nil // the next one acknowledges these too
	}
	return newest.Ack()
}

// Handler returns a handler that calls Done. Its consumer must follow all others of the ring.
func (s *Source[T]) Handler() disruptor.Handler[T] {
	return func(b disruptor.Batch[T]) error { return s.Done(b.To()) }
}

// repeated is called for a message that comes again. If it is done, its acknowledgement was lost.
func (s *Source[T]) repeated(seq uint64, msg js.Msg) {
	s.mu.Lock()
	done := seq <= s.done
	s.mu.Unlock()
	if done {
		_ = msg.Ack() // the message comes again if this is lost too
	}
}
