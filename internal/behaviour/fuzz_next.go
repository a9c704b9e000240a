package behaviour

import (
	"context"

	"github.com/be395dad/disruptor"
)

// handed compares a batch, empty if there is none, with what the model hands out, and its events.
func (s *Session) handed(b disruptor.Batch[event], from, to int64) {
	same(s, "From", from, b.From())
	same(s, "To", to, b.To())
	s.see(b)
	for seq, e := range b.All() {
		same(s, "event", s.model.events[seq-s.model.start], *e)
		same(s, "event is whole", true, e.whole())
	}
}

func (s *Session) tryNext(c *fuzzConsumer) (disruptor.Batch[event], bool) {
	before := *c.model
	from, to := s.model.next(c.model)
	b, ok := c.TryNext()
	same(s, "TryNext", to > from, ok)
	if !ok {
		s.hit("TryNext found nothing")
		same(s, "Len of nothing", 0, b.Len())
		return b, false
	}
	s.handed(b, from, to)
	switch {
	case from > before.position:
		s.hit("TryNext over aborted slots")
	case before.handed > from && to > before.handed:
		s.hit("TryNext early, with more")
	case before.handed > from:
		s.hit("TryNext early")
	default:
		s.hit("TryNext")
	}
	return b, true
}

func (s *Session) opTryNext() {
	if c := s.consumer(); c != nil {
		s.tryNext(c)
	}
}

// opReady receives what Ready has, and then calls TryNext, or there must be nothing for it to find.
func (s *Session) opReady() {
	c := s.consumer()
	if c == nil {
		return
	}
	select {
	case <-c.Ready():
		if _, ok := s.tryNext(c); ok {
			s.hit("Ready")
		} else {
			s.hit("Ready in vain")
		}
	default:
		same(s, "Next would wait", true, !s.goesOn(c))
		s.hit("Ready has nothing")
	}
}

func (s *Session) opNext() {
	c := s.consumer()
	if c == nil {
		return
	}
	var from, to int64
	if !s.model.failed && !c.model.gone {
		from, to = s.model.next(c.model)
	}
	b, err := c.Next(expired)
	switch {
	case to > from:
		same(s, "Next", nil, err)
		s.handed(b, from, to)
		s.hit("Next")
	case s.endedFor(c):
		s.compareErr("Next", true, err, s.causeFor(c))
		s.hit("Next on its end")
	default:
		same(s, "Next", errLate, err)
		s.hit("Next ended by its context")
	}
}

// opDone hands back the first few of the slots in hand, or all.
func (s *Session) opDone() {
	c := s.consumer()
	if c == nil || c.model.handed == c.model.position {
		return
	}
	b := forge(s.ring, c.model.position, c.model.handed)
	if n := s.pick(b.Len() + 1); n > 0 {
		b, _ = b.Split(n)
		s.hit("Done of a prefix")
	}
	s.done(c, b)
}

func (s *Session) done(c *fuzzConsumer, b disruptor.Batch[event]) {
	for seq := range b.All() {
		c.got = append(c.got, seq)
	}
	c.Done(b)
	if !c.model.gone {
		c.model.position = b.To()
	}
	s.hit("Done")
}

// opBatches leaves the loop after a few turns, or earlier rather than wait.
func (s *Session) opBatches() {
	c := s.consumer()
	turns := 1 + s.pick(3)
	if c == nil || s.model.failed || !s.goesOn(c) {
		return
	}
	left := false
	for b := range c.Batches(context.Background()) {
		from, to := s.model.next(c.model)
		s.handed(b, from, to)
		if turns == 2 {
			head, _ := b.Split(1)
			c.Done(head)
		}
		for seq := range b.All() {
			c.got = append(c.got, seq)
		}
		c.model.position = to
		if turns--; turns == 0 || !s.goesOn(c) {
			left = true
			break
		}
	}
	switch {
	case left:
		same(s, "Err", nil, c.Err())
		s.hit("Batches left")
	case c.model.closed:
		same(s, "Err", disruptor.ErrClosed, c.Err())
		s.hit("Batches of one that has left")
	case c.model.late:
		same(s, "Err", nil, c.Err())
	default:
		s.model.next(c.model) // the look that found the end passed aborted slots
		same(s, "Err", nil, c.Err())
		same(s, "drained", true, s.model.drained(c.model))
		s.hit("Batches drained")
	}
}

// goesOn reports whether Next would return without waiting.
func (s *Session) goesOn(c *fuzzConsumer) bool {
	ahead := *c.model // which a look that does not take place must not move
	from, to := s.model.next(&ahead)
	return to > from || s.model.drained(&ahead) || s.endedFor(c)
}
