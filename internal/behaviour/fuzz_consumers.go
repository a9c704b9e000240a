package behaviour

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/be395dad/disruptor"
)

func (s *Session) consumer() *fuzzConsumer {
	if i := s.pick(len(s.consumers)); i >= 0 {
		return s.consumers[i]
	}
	return nil
}

const maxFuzzConsumers = 12

// opConsumer joins, after those whose bits are set in the first argument, with a MaxBatch that the second says.
func (s *Session) opConsumer() {
	mask, maxBatch := s.arg(), int(s.arg()&3)
	if len(s.consumers) == maxFuzzConsumers {
		return
	}
	after, models := s.after(mask)
	ahead := false
	for _, m := range models {
		ahead = ahead || !m.gone && m.position < s.model.published()
	}
	c := &fuzzConsumer{
		Consumer: s.ring.ConsumerWith(disruptor.ConsumerConfig[event]{
			Name: fmt.Sprint("consumer ", len(s.consumers)), After: after, MaxBatch: maxBatch,
		}),
		model: s.model.join(models, int64(maxBatch)),
	}
	s.consumers = append(s.consumers, c)
	s.members = append(s.members, &fuzzMember{Consumer: c, model: c.model})
	if int64(maxBatch) > s.model.maxBatch {
		s.hit("Consumer with a greater MaxBatch")
	} else if maxBatch > 0 && int64(maxBatch) < s.model.maxBatch {
		s.hit("Consumer with a smaller MaxBatch")
	}
	switch {
	case s.model.closed:
		s.hit("Consumer after the end")
	case ahead:
		s.hit("Consumer ahead of whom it follows")
	case len(c.model.follows) > 0:
		s.hit("Consumer after others")
	case len(after) > 0:
		s.hit("Consumer after those that left")
	case s.model.hasOpenClaim():
		s.hit("Consumer before open claims")
	default:
		s.hit("Consumer")
	}
}

func (s *Session) opLeave() {
	c := s.consumer()
	if c == nil {
		return
	}
	inHand := c.model.handed > c.model.position
	followed := false
	for _, o := range s.model.consumers {
		for _, f := range o.follows {
			followed = followed || f == c.model
		}
	}
	c.Close()
	c.model.closed = true
	switch {
	case c.model.gone:
		s.hit("Consumer.Close again")
		return
	case inHand:
		s.hit("Consumer.Close with slots in hand")
	case len(s.model.consumers) == 1:
		s.hit("Consumer.Close of the last")
	case followed && len(c.model.follows) > 0:
		s.hit("Consumer.Close of a middle stage")
	case followed:
		s.hit("Consumer.Close of a first stage")
	default:
		s.hit("Consumer.Close")
	}
	s.model.leave(c.model)
	if len(s.model.consumers) > 0 {
		s.model.clearBehind()
	}
}

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

// endedFor reports whether nothing will come to c.
func (s *Session) endedFor(c *fuzzConsumer) bool {
	return c.model.gone || s.model.failed || s.model.drained(c.model)
}

// causeFor returns the cause that the error of c's end wraps.
func (s *Session) causeFor(c *fuzzConsumer) error {
	return s.model.failure
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
