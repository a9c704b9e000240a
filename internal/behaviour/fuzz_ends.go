package behaviour

import (
	"context"
	"errors"
	"fmt"
)

// opEnd closes the ring, fails it, or more often does nothing: there is much to do with an open one.
func (s *Session) opEnd() {
	switch what := s.arg(); {
	case what%8 == 1:
		s.close()
	case what%8 == 2 && !s.model.failed && (!s.model.closed || s.serving()):
		s.fail(fmt.Errorf("failed by byte %d", what))
	}
}

func (s *Session) close() {
	s.ring.Close()
	switch {
	case s.model.closed:
		s.hit("Close again")
	case s.model.hasOpenClaim():
		s.hit("Close with open claims")
	default:
		s.hit("Close")
	}
	s.model.closed = true
}

// fail ends the ring by the context of Run, even one that drains after Close.
func (s *Session) fail(cause error) {
	outcome := "Run cancelled"
	switch {
	case s.serving():
		outcome = "Run cancelled while it serves handlers"
		if s.model.closed {
			outcome = "Run cancelled after Close"
		}
		s.cancel(cause)
		s.await("the end of a cancelled Run", func() bool { return s.ring.Err() != nil })
		s.ring.Close() // returns only when no claim can succeed any more, which Err does not say
		late := s.ring.Consumer("made late")
		s.await("the failure by a cancelled Run", func() bool { _, err := late.Next(expired); return errors.Is(err, cause) })
	default:
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(cause)
		same(s, "Run", cause, s.ring.Run(ctx))
	}
	s.model.fail(cause)
	s.hit(outcome)
}
