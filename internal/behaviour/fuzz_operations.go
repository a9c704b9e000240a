package behaviour

import (
	"errors"

	"github.com/be395dad/disruptor"
)

type operation struct {
	name string
	do   func(*Session)
}

// operations are the operations that a byte of a session stands for. Each compares the answer of
// the ring with that of the model; after each, the session compares the rest.
var operations = []operation{
	{"TryClaim", (*Session).opTryClaim},
	{"Claim", (*Session).opClaim},
	{"Split", (*Session).opSplit},
	{"Publish", func(s *Session) { s.finish(s.pick(len(s.open)), false) }},
	{"Abort", func(s *Session) { s.finish(s.pick(len(s.open)), true) }},
	{"TrySend", (*Session).opTrySend},
	{"Send", (*Session).opSend},
	{"SendAll", (*Session).opSendAll},
	{"Do", (*Session).opDo},
	{"Consumer", (*Session).opConsumer},
	{"TryNext", (*Session).opTryNext},
	{"Next", (*Session).opNext},
	{"Done", (*Session).opDone},
	{"Batches", (*Session).opBatches},
	{"At", (*Session).opAt},
	{"WaitFor", (*Session).opWaitFor},
	{"Consumer.Close", (*Session).opLeave},
	{"end", (*Session).opEnd},
	{"misuse", (*Session).opMisuse},
	{"Group", (*Session).opGroup},
	{"Worker", (*Session).opWorker},
	{"Worker.TryNext", (*Session).opWorkerTryNext},
	{"Worker.Next", (*Session).opWorkerNext},
	{"Worker.Done", (*Session).opWorkerDone},
	{"Worker.Close", (*Session).opWorkerLeave},
	{"Group.Close", (*Session).opGroupLeave},
	{"LossyConsumer", (*Session).opLossy},
	{"Lossy.TryNext", (*Session).opLossyTryNext},
	{"Lossy.Close", (*Session).opLossyLeave},
	{"Sender", (*Session).opSender},
	{"Ready", (*Session).opReady},
	// Often, so that a ring moves on.
	{"TrySend", (*Session).opTrySend},
	{"TryNext", (*Session).opTryNext},
	{"Done", (*Session).opDone},
	{"Worker.TryNext", (*Session).opWorkerTryNext},
	{"Worker.Done", (*Session).opWorkerDone},
}

// producer takes no argument where there is only one.
func (s *Session) producer() disruptor.Producer[event] {
	if len(s.producers) == 1 {
		return s.producers[0]
	}
	return s.producers[s.pick(len(s.producers))]
}

// slots returns how many slots to claim: 1 to Cap+1, so that too many is tried as well.
func (s *Session) slots() int { return 1 + s.pick(s.ring.Cap()+1) }

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
	if want == ended && s.model.failure != nil {
		same(s, "claim has the ring's cause", true, errors.Is(err, s.model.failure))
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
