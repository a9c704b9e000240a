package behaviour

import (
	"errors"
	"strings"

	"github.com/be395dad/disruptor"
)

// A lastResort is what becomes of an event whose attempts, or the retries of whose handler, are
// used up.
type lastResort uint8

const (
	endsRing lastResort = iota
	skipped
	deadLettered
	letterFails // DeadLetter returns an error, and the ring ends
)

func (r lastResort) String() string {
	return [...]string{"the ring ends", "skipped", "dead-lettered", "DeadLetter fails"}[r]
}

// A givenUp says which events were given up at once, and how.
type givenUp struct {
	resort lastResort
	modelRun
}

// giveUp counts n events that are given up, and reports whether they are finished now.
func (c *modelConsumer) giveUp(r lastResort, n int64) bool {
	switch r {
	case skipped:
		c.skipped += n
	case deadLettered:
		c.deadLettered += n
	default:
		return false
	}
	return true
}

// A fuzzLetter is a call of DeadLetter.
type fuzzLetter struct {
	modelRun
	events   []event
	err      error
	position int64 // of the consumer during the call
}

var errLetter = errors.New("return to sender")

// deadLetter returns a DeadLetter that records its calls, or nil if the last resort is another.
func (r lastResort) deadLetter(letters *[]fuzzLetter, position func() int64) func(disruptor.Batch[event], error) error {
	if r < deadLettered {
		return nil
	}
	return func(b disruptor.Batch[event], err error) error {
		l := fuzzLetter{modelRun: modelRun{b.From(), b.To()}, err: err, position: position()}
		for _, e := range b.All() {
			l.events = append(l.events, *e)
		}
		*letters = append(*letters, l)
		if r == letterFails {
			return errLetter
		}
		return nil
	}
}

// gaveUp compares the calls of DeadLetter of the consumer of that name with what the model says it
// has given up, because of a failure with that text. The ring may have ended by it, with inHand
// not finished.
func (s *Session) gaveUp(name string, g *givenUp, inHand modelRun, letters *[]fuzzLetter, why string) {
	got := *letters
	*letters = nil
	calls := 0
	if g.resort >= deadLettered {
		calls = 1
	}
	same(s, "calls of DeadLetter", calls, len(got))
	for _, l := range got {
		same(s, "what DeadLetter was called with", g.modelRun, l.modelRun)
		for i, e := range l.events {
			same(s, "event of a dead letter", s.model.events[l.from+int64(i)-s.model.start], e)
		}
		same(s, "DeadLetter came before the position passed the event", true, l.position <= l.from)
		s.compareFailure(name, l.modelRun, l.err, why)
	}
	s.hit("given up: " + g.resort.String())
	switch g.resort {
	case endsRing:
		s.failed(name, inHand, why)
	case letterFails:
		s.failed(name, inHand, errLetter.Error(), why)
	}
}

// failed tells the model that a failure of the consumer of that name has ended the ring, if
// nothing else had.
func (s *Session) failed(name string, inHand modelRun, why ...string) {
	if s.model.failed {
		return
	}
	_, err := s.ring.Consumer("made late").Next(expired)
	s.model.fail(s.compareFailure(name, inHand, err, why...))
}

// compareFailure expects a failure of the consumer of that name, with those texts in it, and
// returns it.
func (s *Session) compareFailure(name string, inHand modelRun, err error, why ...string) *disruptor.HandlerError {
	s.t.Helper()
	var failure *disruptor.HandlerError
	if !errors.As(err, &failure) {
		s.failf("a handler has failed, but the error is %v", err)
	}
	same(s, "HandlerError.Consumer", name, failure.Consumer)
	same(s, "HandlerError.From and To", inHand, modelRun{failure.From, failure.To})
	for _, text := range why {
		if !strings.Contains(failure.Error(), text) {
			s.failf("the HandlerError %v does not have %q in it", failure, text)
		}
	}
	return failure
}
