package behaviour

import (
	"errors"

	"github.com/be395dad/disruptor"
)

// granted checks a claimed batch and takes it among the open ones.
func (s *Session) granted(b disruptor.Batch[event]) {
	same(s, "end of the claim", s.model.end(), b.To())
	s.see(b)
	for seq, e := range b.All() {
		same(s, "claimed slot", *s.model.slot(seq), *e)
	}
	s.open = append(s.open, b)
}

func (s *Session) opTryClaim() {
	p, n := s.producer(), s.slots()
	want := s.model.claim(n)
	if want == misuse {
		s.mustPanic("claim", func() { p.TryClaim(n) })
		return
	}
	b, ok := p.TryClaim(n)
	same(s, "TryClaim", want == granted, ok)
	if s.hit("TryClaim " + want.String()); ok {
		same(s, "Len", n, b.Len())
		s.granted(b)
	}
}

func (s *Session) opClaim() {
	p, n := s.producer(), s.slots()
	want := s.model.claim(n)
	if want == misuse {
		s.mustPanic("claim", func() { _, _ = p.Claim(expired, n) })
		return
	}
	b, err := p.Claim(expired, n)
	s.compareClaim(want, err)
	if s.hit("Claim " + want.String()); err == nil {
		same(s, "Len", n, b.Len())
		s.granted(b)
	}
}

// compareClaim compares the error of a claim under an ended context.
func (s *Session) compareClaim(want verdict, err error) {
	same(s, "claim without an error", want == granted, err == nil)
	same(s, "claim on an ended ring", want == ended, errors.Is(err, disruptor.ErrClosed))
	same(s, "claim ended by its context", want == noRoom, errors.Is(err, errLate))
	if want == ended && s.model.cause != nil {
		same(s, "claim has the ring's cause", true, errors.Is(err, s.model.cause))
	}
}

func (s *Session) opSplit() {
	i := s.pick(len(s.open))
	if i < 0 {
		return
	}
	b := s.open[i]
	head, rest := b.Split(s.pick(b.Len() + 1))
	s.open[i] = head
	s.split = append(s.split, b)
	s.open = append(s.open, rest)
	s.hit("Split")
}

func (s *Session) newEvent() event {
	s.count++
	return newEvent(uint64(s.model.end()), s.count)
}

// Fill writes b and, slot by slot, the model.
func (s *Session) fill(b disruptor.Batch[event]) {
	head, tail := b.Slices()
	for i := range b.Len() {
		e := s.newEvent()
		switch seq := b.From() + int64(i); {
		case s.count%3 == 0:
			*b.At(i) = e
			s.model.write(seq, e)
		case i < len(head):
			head[i] = e
			s.model.write(seq, e)
		default:
			tail[i-len(head)] = e
			s.model.write(seq, e)
		}
	}
}

// finish publishes or aborts the i-th open claim. What is aborted was written to as well.
func (s *Session) finish(i int, abort bool) {
	if i < 0 {
		return
	}
	b, p := s.open[i], s.producer()
	s.open = append(s.open[:i:i], s.open[i+1:]...)
	s.fill(b)
	outcome := "Publish"
	switch {
	case b.Len() == 0 && abort:
		p.Abort(b)
		s.hit("Abort of nothing")
		return
	case b.Len() == 0:
		p.Publish(b)
		s.hit("Publish of nothing")
		return
	case abort && s.model.abort(b.From(), b.To()):
		p.Abort(b)
		s.hit("Abort taken back")
		return // b may be claimed again, and publishing it is then no misuse
	case abort:
		p.Abort(b)
		outcome = "Abort"
	default:
		s.model.publish(b.From(), b.To())
		p.Publish(b)
	}
	switch {
	case s.model.closed:
		outcome += " after the end"
	case s.model.published() < b.From():
		outcome += " out of order"
	}
	s.hit(outcome)
	s.over = append(s.over, b)
}
