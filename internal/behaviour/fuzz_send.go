package behaviour

import (
	"context"
	"errors"

	"github.com/be395dad/disruptor"
)

// sent does in the model what Send has done in the ring.
func (s *Session) sent(e event) {
	seq := s.model.end() - 1
	s.model.write(seq, e)
	s.model.publish(seq, seq+1)
}

func (s *Session) opTrySend() {
	p, want := s.producer(), s.model.claim(1)
	e := s.newEvent()
	if want == misuse {
		s.mustPanic("send", func() { p.TrySend(e) })
		return
	}
	same(s, "TrySend", want == granted, p.TrySend(e))
	if s.hit("TrySend " + want.String()); want == granted {
		s.sent(e)
	}
}

func (s *Session) opSend() {
	p, want := s.producer(), s.model.claim(1)
	e := s.newEvent()
	if want == misuse {
		s.mustPanic("send", func() { _ = p.Send(expired, e) })
		return
	}
	s.compareClaim(want, p.Send(expired, e))
	if s.hit("Send " + want.String()); want == granted {
		s.sent(e)
	}
}

// opDo lets fill succeed, fail or panic.
func (s *Session) opDo() {
	p, n, mode := s.producer(), s.slots(), s.pick(3)
	want := s.model.claim(n)
	called := false
	fill := func(b disruptor.Batch[event]) error {
		called = true
		same(s, "end of the claim", s.model.end(), b.To())
		s.see(b)
		s.fill(b)
		switch mode {
		case 1:
			return errBoom
		case 2:
			panic(errBoom)
		}
		return nil
	}
	if want == misuse {
		s.mustPanic("claim", func() { _ = p.Do(expired, n, fill) })
		return
	}
	value, err := try(func() error { return p.Do(expired, n, fill) })
	same(s, "fill called", want == granted, called)
	if want != granted {
		s.compareClaim(want, err)
		s.hit("Do " + want.String())
		return
	}
	to := s.model.end()
	from := to - int64(n)
	switch mode {
	case 0:
		same(s, "Do", nil, err)
		s.model.publish(from, to)
		s.hit("Do published")
	case 1:
		same(s, "Do", errBoom, err)
		s.model.abort(from, to)
		s.hit("Do aborted by an error")
	case 2:
		same(s, "Do's panic", any(errBoom), value)
		s.model.abort(from, to)
		s.hit("Do aborted by a panic")
	}
}

// try returns the value with which f panics, or its result.
func try(f func() error) (value any, err error) {
	defer func() { value = recover() }()
	return nil, f()
}

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
