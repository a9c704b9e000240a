package behaviour

import (
	"context"
	"errors"
)

// opSendAll sends up to a slot more than the ring has, under a context that ends after the first run.
func (s *Session) opSendAll() {
	p, events := s.producer(), make([]event, s.pick(s.ring.Cap()+2))
	for i := range events {
		events[i] = s.newEvent()
	}
	if len(events) == 0 {
		n, err := p.SendAll(expired, nil)
		same(s, "SendAll of nothing", 0, n)
		same(s, "SendAll of nothing", nil, err)
		s.hit("SendAll of nothing")
		return
	}
	run := int(min(int64(len(events)), max(1, s.model.free()), max(1, lastSequence-s.model.end())))
	want := s.model.verdict(run)
	ctx := &endsAfter{context.Background(), 1}
	if want == misuse {
		s.mustPanic("send", func() { _, _ = p.SendAll(ctx, events) })
		return
	}
	n, err := p.SendAll(ctx, events)
	if want != granted {
		same(s, "SendAll", 0, n)
		s.compareClaim(want, err)
		s.hit("SendAll " + want.String())
		return
	}
	if s.model.hasLossy() { // which gives way to one slot, and perhaps to more
		same(s, "a run of SendAll beside a lossy consumer", true, 0 < n && n <= run)
		run = n
	}
	s.model.claim(run)
	same(s, "SendAll", run, n)
	same(s, "SendAll of all", run == len(events), err == nil)
	same(s, "SendAll ended by its context", run < len(events), errors.Is(err, errLate))
	for i, e := range events[:run] {
		s.model.write(s.model.end()-int64(run-i), e)
	}
	s.model.publish(s.model.end()-int64(run), s.model.end())
	if s.hit("SendAll granted"); run < len(events) {
		s.hit("SendAll of a part")
	}
}

// An endsAfter is a context that has ended once it has been looked at so often.
type endsAfter struct {
	context.Context
	looks int
}

func (c *endsAfter) Err() error {
	if c.looks--; c.looks < 0 {
		return errLate
	}
	return nil
}
