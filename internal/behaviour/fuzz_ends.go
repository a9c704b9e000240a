package behaviour

import (
	"context"
	"fmt"
)

// opEnd closes the ring, fails it, or more often does nothing: there is much to do with an open one.
func (s *Session) opEnd() {
	switch what := s.arg(); {
	case what%8 == 1:
		s.close()
	case what%8 == 2 && !s.model.closed:
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

// fail ends the ring by the context of Run.
func (s *Session) fail(cause error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	same(s, "Run", cause, s.ring.Run(ctx))
	s.model.closed, s.model.failed, s.model.failure = true, true, cause
	s.hit("Run cancelled")
}
