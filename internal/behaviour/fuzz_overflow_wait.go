package behaviour

import (
	"context"
	"errors"
)

// A waitEnd says what ends the wait of a Sender for room.
type waitEnd uint8

const (
	byTime waitEnd = iota
	byRoom
	byContext
	byClose
	byFailure
	waitEnds = 5
)

// sendLater sends e, for which there is no room, on another goroutine, and ends the wait once it
// has begun. What the session does before the model is told of the outcome must find the same
// whether e has been published or not.
func (s *Session) sendLater(x *fuzzSender, e event, end waitEnd) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	sent := inBackground(func() error { return x.Send(ctx, e) })
	s.await("a blocked claim", func() bool { return len(sent) > 0 || s.ring.Stats().Blocked == 1 })
	if len(sent) > 0 {
		s.failf("Sender.Send did not wait for room, but returned %v", <-sent)
	}
	if end == byRoom && !s.makeRoom() {
		end = byContext
	}
	switch end {
	case byContext:
		cancel(errLate)
	case byClose:
		s.close()
	case byFailure:
		s.fail(errors.New("failed while a Sender waits"))
	}
	err := receive(s, "the end of a wait for room", sent)
	switch end {
	case byRoom:
		same(s, "Sender.Send when there is room", nil, err)
		same(s, "a claim", granted, s.model.claim(1))
		s.sent(e)
	case byContext:
		same(s, "Sender.Send ended by its context", true, errors.Is(err, errLate))
	default:
		s.compareErr("Sender.Send", true, err, s.model.cause)
	}
	s.hit("Sender's wait ended by " + [...]string{byRoom: "room", byContext: "its context", byClose: "Close", byFailure: "a failure"}[end])
}

// makeRoom makes room on a full ring in one step, if there is a way.
func (s *Session) makeRoom() bool {
	gate := s.model.gate()
	var last *fuzzMember // that stands at the gate
	for _, m := range s.members {
		if m.model.gone || m.model.lossy || m.model.position > gate {
			continue
		}
		if last != nil {
			return false
		}
		last = m
	}
	switch {
	case last == nil:
		return s.publishFirst()
	case last.handler != nil && last.handler.state == calling:
		for _, h := range s.handlers {
			if h.model == last.handler {
				last.handler.answer(answer{fails: -1})
				h.answers <- answer{fails: -1}
			}
		}
		s.hit("room by a handler")
		return true
	}
	c, ok := last.Consumer.(*fuzzConsumer)
	if !ok || c.model.handed == c.model.position {
		return false
	}
	b := forge(s.ring, c.model.position, c.model.handed)
	b, _ = b.Split(1 + s.pick(b.Len()))
	s.done(c, b)
	s.hit("room by Done")
	return true
}

// publishFirst publishes or aborts the first open claim, which is in the way if nobody consumes.
func (s *Session) publishFirst() bool {
	for i, b := range s.open {
		if b.Len() > 0 && b.From() == s.model.published() {
			s.finish(i, s.arg()&1 == 1)
			s.hit("room by Publish or Abort")
			return true
		}
	}
	return false
}
