package behaviour

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/be395dad/disruptor"
)

// run has the ring serve handlers, as long as it is open.
func (s *Session) run() {
	if s.running != nil || s.model.closed {
		return
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	s.running, s.cancel = inBackground(func() error { return s.ring.Run(ctx) }), cancel
}

// leaveNothing ends the goroutines of a session that has failed.
func (s *Session) leaveNothing() {
	close(s.quit)
	if s.cancel != nil {
		s.cancel(errLate)
	}
}

// serving reports whether Run is certainly active.
func (s *Session) serving() bool {
	for _, h := range s.handlers {
		if h.model.state != stopped {
			return true
		}
	}
	return s.running != nil && !s.model.closed
}

// await waits until condition holds. It fails after a minute, so that no result depends on time.
func (s *Session) await(what string, condition func() bool) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); !condition(); runtime.Gosched() {
		if time.Now().After(end) {
			s.failf("never came true: %s", what)
		}
	}
}

// receive is await for a value of a channel.
func receive[T any](s *Session, what string, from <-chan T) (v T) {
	s.t.Helper()
	s.await(what, func() bool {
		select {
		case v = <-from:
			return true
		default:
			return false
		}
	})
	return v
}

// returns compares the error of Run with the end of the ring as soon as Run must return: a failure
// may come later.
func (s *Session) returns() {
	if s.running == nil || s.serving() {
		return
	}
	err := receive(s, "the return of Run", s.running)
	s.running = nil
	unretried := 0
	for _, h := range s.handlers {
		if h.model.unretried {
			unretried++
		}
	}
	same(s, "an error of Run", s.model.failed, err != nil)
	same(s, "Run returned the cause", true, errors.Is(err, s.model.failure))
	same(s, "failures that were not retried", unretried, strings.Count(fmt.Sprint(err), "; not retried: "))
	s.hit("Run returned")
}

// settle waits until h stands still, and tells its model what it does then. The handlers that it
// follows have been settled before.
func (s *Session) settle(h *fuzzHandler) {
	m := h.model
	from, to := s.model.look(m.modelConsumer)
	switch {
	case m.gone || m.state == calling:
		return
	case m.leaving: // in a pause or idle; or nobody serves it
		s.await(h.Name()+" leaves", func() bool { return !s.listed(h.Name()) })
		h.Close() // returns only when the goroutine of the handler has left the ring for good
		s.stopped(h, from)
		s.model.leave(m.modelConsumer)
	case m.state == stopped:
	case s.model.failed:
		s.ends(h, from, to)
	case m.state == pausing:
	case to > from:
		b := s.called(h)
		if b.From() != from || b.To() <= from || b.To() > to {
			s.failf("%s was called with [%d, %d), not with a first part of [%d, %d)", h.Name(), b.From(), b.To(), from, to)
		}
		s.calledWith(h, b)
	default:
		m.position, m.state = from, idle
		if s.model.drained(m.modelConsumer) {
			m.state = stopped
		}
		s.standsStill(h)
	}
}

// ends settles a handler of a failed ring that was idle or in a pause. If another handler has
// finished something before the failure, h may have found that.
func (s *Session) ends(h *fuzzHandler, from, to int64) {
	m := h.model
	var b disruptor.Batch[event]
	s.await(h.Name()+" ends", func() bool {
		select {
		case b = <-h.calls:
			return true
		default:
			return s.stateOf(h) == disruptor.Unserved
		}
	})
	if b.Len() > 0 {
		same(s, "a handler was called after a failure with what came before it", true,
			m.state == idle && b.From() == from && b.To() <= to)
		s.calledWith(h, b)
		return
	}
	if m.state == pausing {
		m.unretried = true
		s.hit("Handler in a pause when the ring failed")
	}
	s.stopped(h, from)
}

// stopped tells the model where h has stopped: its last look may have gone over aborted slots, up
// to end.
func (s *Session) stopped(h *fuzzHandler, end int64) {
	m, at := h.model, h.Position()
	same(s, "a handler stopped where it stood, or behind aborted slots", true, m.position <= at && at <= end)
	m.position, m.state = at, stopped
}

// called waits for a call of h.
func (s *Session) called(h *fuzzHandler) disruptor.Batch[event] {
	return receive(s, h.Name()+" is called", h.calls)
}

// calledWith tells the model of a call, after a comparison of its events.
func (s *Session) calledWith(h *fuzzHandler, b disruptor.Batch[event]) {
	m := h.model
	s.handed(b, b.From(), b.To())
	m.call(b.From(), b.To())
	s.hit("Handler called")
}

// standsStill waits until h is in the state that the model says. A retry begins with exactly what
// is left of the batch.
func (s *Session) standsStill(h *fuzzHandler) {
	m := h.model
	switch m.state {
	case calling:
		b := s.called(h)
		s.handed(b, m.from, m.to)
	case idle:
		s.await(h.Name()+" waits", func() bool {
			return h.Position() == m.position && s.stateOf(h) == disruptor.Waiting
		})
	case pausing:
		s.await(h.Name()+" pauses", func() bool { return s.stateOf(h) == disruptor.Retrying })
	case stopped:
		s.await(h.Name()+" stops", func() bool { return s.stateOf(h) == disruptor.Unserved })
	}
}

// stateOf returns the state of h. One that has left is unserved.
func (s *Session) stateOf(h *fuzzHandler) disruptor.ConsumerState {
	for _, c := range s.ring.Stats().Consumers {
		if c.Name == h.Name() {
			return c.State
		}
	}
	return disruptor.Unserved
}
