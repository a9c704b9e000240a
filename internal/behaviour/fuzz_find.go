package behaviour

import (
	"errors"
	"math"

	"github.com/be395dad/disruptor"
)

// opAt asks for a sequence from three below the position to three above what is available.
func (s *Session) opAt() {
	c := s.consumer()
	if c == nil {
		return
	}
	end := s.model.available(c.model)
	seq := c.model.position - 3 + int64(s.pick(int(end-c.model.position)+6))
	e, err := c.At(seq)
	switch {
	case c.model.late:
		same(s, "At of an ended ring", true, err != nil)
	case seq < c.model.position:
		same(s, "At below", true, errors.Is(err, disruptor.ErrOverwritten))
		s.hit("At below")
	case seq >= end:
		same(s, "At above", true, errors.Is(err, disruptor.ErrNotPublished))
		s.hit("At above")
	case s.model.fate(seq) == aborted:
		same(s, "At an aborted slot", true, errors.Is(err, disruptor.ErrAborted))
		s.hit("At an aborted slot")
	default:
		same(s, "At", nil, err)
		same(s, "event", s.model.events[seq-s.model.start], *e)
		s.hit("At")
	}
}

// opWaitFor asks for a sequence from one below the position to two above what is available, or for the greatest.
func (s *Session) opWaitFor() {
	c := s.consumer()
	if c == nil {
		return
	}
	end := s.model.available(c.model)
	seq := c.model.position - 1 + int64(s.pick(int(end-c.model.position)+4))
	if seq == end+2 {
		seq = math.MaxInt64
	}
	if c.model.gone || s.model.failed {
		seq = max(seq, end) // Whether it still finds what came before the end is left open.
	}
	available, err := c.WaitFor(expired, seq)
	switch {
	case seq < end:
		same(s, "WaitFor", nil, err)
		same(s, "WaitFor answers what was asked", true, seq < available && available <= end)
		s.hit("WaitFor")
	case c.model.gone || s.model.failed || s.model.closed && seq >= s.model.end():
		s.compareErr("WaitFor", true, err, s.causeFor(c))
		s.hit("WaitFor on its end")
	default:
		same(s, "WaitFor", errLate, err)
		s.hit("WaitFor ended by its context")
	}
}
