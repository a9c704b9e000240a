package behaviour

import (
	"context"
	"math"
	"unsafe"

	"github.com/be395dad/disruptor"
)

// opMisuse makes a call that must panic.
func (s *Session) opMisuse() {
	p := s.producer()
	switch s.pick(15) {
	case 0:
		for _, n := range []int{0, -1, math.MinInt, s.ring.Cap() + 1, math.MaxInt} {
			s.mustPanic("claim", func() { p.TryClaim(n) })
			s.mustPanic("claim", func() { _, _ = p.Claim(expired, n) })
			s.mustPanic("claim", func() { _ = p.Do(expired, n, func(disruptor.Batch[event]) error { return nil }) })
		}
	case 1:
		if i := s.pick(len(s.over)); i >= 0 {
			s.mustPanic("Publish again", func() { p.Publish(s.over[i]) })
		}
	case 2:
		if i := s.pick(len(s.over)); i >= 0 {
			s.mustPanic("Abort again", func() { p.Abort(s.over[i]) })
		}
	case 3:
		b := forge(foreignRing, 0, 1)
		s.mustPanic("Publish of another ring's batch", func() { p.Publish(b) })
		s.mustPanic("Abort of another ring's batch", func() { p.Abort(b) })
	case 4:
		s.mustPanic("Publish of no batch", func() { p.Publish(disruptor.Batch[event]{}) })
		s.mustPanic("Abort of no batch", func() { p.Abort(disruptor.Batch[event]{}) })
	case 5:
		s.misuseDone()
	case 6:
		if s.model.single {
			s.mustPanic("a second producer", func() { s.ring.SingleProducer() })
			s.mustPanic("a producer of the other kind", func() { s.ring.MultiProducer() })
		} else {
			s.mustPanic("a producer of the other kind", func() { s.ring.SingleProducer() })
		}
	case 7:
		s.mustPanic("Consumer after nil", func() { s.ring.Consumer("x", nil) })
		s.mustPanic("Consumer after another ring's", func() { s.ring.Consumer("x", foreignConsumer) })
		s.mustPanic("nil handler", func() { s.ring.Handle("x", nil) })
		s.mustPanic("negative MaxBatch", func() { s.ring.ConsumerWith(disruptor.ConsumerConfig[event]{MaxBatch: -1}) })
		s.mustPanic("Do with nil", func() { _ = p.Do(expired, 1, nil) })
		if s.serving() {
			s.mustPanic("Run while another Run is active", func() { _ = s.ring.Run(context.Background()) })
		}
		s.mustPanic("Fill with nil", func() { s.ring.Fill(nil) })
	case 8:
		if s.model.clear || len(s.model.fates) > 0 {
			s.mustPanic("Fill", func() { s.ring.Fill(func(int, *event) {}) })
		}
	case 9:
		var none context.Context
		s.mustPanic("nil context", func() { _, _ = p.Claim(none, 1) })
		s.mustPanic("nil context", func() { _ = p.Send(none, event{}) })
		s.mustPanic("nil context", func() { _, _ = p.SendAll(none, nil) })
		s.mustPanic("nil context", func() { _ = s.ring.Run(none) })
		s.mustPanic("nil context", func() { _ = s.ring.Shutdown(none) })
		if c := s.consumer(); c != nil {
			s.mustPanic("nil context", func() { _, _ = c.Next(none) })
			s.mustPanic("nil context", func() { _, _ = c.WaitFor(none, 0) })
			s.mustPanic("nil context", func() { c.Batches(none) })
		}
	case 10:
		if c := s.consumer(); c != nil && c.model.handed > c.model.position {
			b := forge(s.ring, c.model.position, c.model.handed)
			s.mustPanic("Abort of a consumer's batch", func() { p.Abort(b) })
			if debugTag {
				s.mustPanic("Publish of a consumer's batch", func() { p.Publish(b) })
			}
		}
	case 11:
		b := forge(s.ring, 0, 1)
		s.mustPanic("At and Split out of range", func() { b.At(1) })
		s.mustPanic("At and Split out of range", func() { b.At(-1) })
		s.mustPanic("At and Split out of range", func() { b.Split(2) })
		s.mustPanic("At and Split out of range", func() { b.Split(-1) })
	case 12:
		if i := s.pick(len(s.split)); i >= 0 && s.partly(s.split[i]) {
			s.mustPanic("Abort of a claim that is published in part", func() { p.Abort(s.split[i]) })
			if debugTag || s.model.single {
				s.mustPanic("Publish of a claim that is published in part", func() { p.Publish(s.split[i]) })
			}
		}
	case 13:
		s.misuseWorker()
	case 14:
		s.misuseGroup()
	}
}

// partly reports whether b begins with slots that are still open and goes on with others that are not.
func (s *Session) partly(b disruptor.Batch[event]) bool {
	if b.Len() == 0 || b.To() > s.model.end() || s.model.fate(b.From()) != claimed {
		return false
	}
	for seq := range b.All() {
		if s.model.fate(seq) != claimed {
			return true
		}
	}
	return false
}

var (
	foreignRing, _  = disruptor.New[event](disruptor.Config{Capacity: 1})
	foreignConsumer = foreignRing.Consumer("foreign")
)

// misuseDone hands back slots that are not in hand.
func (s *Session) misuseDone() {
	c := s.consumer()
	if c == nil {
		return
	}
	s.mustPanic("Done of another ring's batch", func() { c.Done(forge(foreignRing, 0, 1)) })
	s.mustPanic("Done of no batch", func() { c.Done(disruptor.Batch[event]{}) })
	if c.model.gone { // it has nothing in hand any more
		c.Done(forge(s.ring, c.model.position, c.model.position+1))
		return
	}
	pos, handed := c.model.position, c.model.handed
	s.mustPanic("Done of more than is in hand", func() { c.Done(forge(s.ring, pos, handed+1)) })
	if pos > 0 {
		s.mustPanic("Done again", func() { c.Done(forge(s.ring, pos-1, pos)) })
	}
	if handed > pos+1 {
		s.mustPanic("Done with a gap", func() { c.Done(forge(s.ring, pos+1, handed)) })
	}
}

// forge returns a batch that r has not handed out. A program can have each of these batches, as
// a batch of another producer or consumer, but to get each in that way would take a separate
// session.
func forge(r *disruptor.Ring[event], from, to int64) (b disruptor.Batch[event]) {
	type fields struct {
		ring     *disruptor.Ring[event]
		from, to int64
	}
	if unsafe.Sizeof(b) != unsafe.Sizeof(fields{}) {
		panic("forge does not know the fields of a Batch any more")
	}
	*(*fields)(unsafe.Pointer(&b)) = fields{r, from, to}
	if b.From() != from || b.To() != to || b.Len() != int(to-from) {
		panic("forge does not know the fields of a Batch any more")
	}
	return b
}
