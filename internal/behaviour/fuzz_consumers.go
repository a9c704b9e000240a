package behaviour

import (
	"fmt"

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

// endedFor reports whether nothing will come to c.
func (s *Session) endedFor(c *fuzzConsumer) bool {
	return c.model.gone || s.model.failed || s.model.drained(c.model)
}

// causeFor returns the cause that the error of c's end wraps.
func (s *Session) causeFor(c *fuzzConsumer) error {
	return s.model.failure
}
