package behaviour

import (
	"fmt"

	"github.com/be395dad/disruptor"
)

// A modelLossy models a lossy consumer. It is told where claims have pushed the consumer, and
// says exactly what the consumer then misses.
type modelLossy struct {
	*modelConsumer
	newest       bool
	got, skipped int64 // skipped: aborted sequences between copies
	missed       int64
	gap          int64 // first missed sequence that no copy has reported yet, or never
}

type fuzzLossy struct {
	*disruptor.LossyConsumer[event]
	model *modelLossy
}

const maxFuzzLossy = 3

// opLossy makes a lossy consumer. The argument says its MaxBatch, and whether it wants the
// newest events.
func (s *Session) opLossy() {
	shape := s.arg()
	if len(s.lossies) == maxFuzzLossy {
		return
	}
	cfg := disruptor.LossyConfig[event]{
		Name: fmt.Sprint("lossy ", len(s.lossies)), MaxBatch: int(shape & 3), Newest: shape>>2&1 == 1,
	}
	c := &fuzzLossy{s.ring.LossyConsumer(cfg), &modelLossy{modelConsumer: s.model.join(nil, 0), newest: cfg.Newest, gap: never}}
	c.model.lossy = true
	if c.model.maxBatch = s.model.capacity; cfg.MaxBatch > 0 {
		c.model.maxBatch = min(c.model.maxBatch, int64(cfg.MaxBatch))
	}
	s.lossies = append(s.lossies, c)
	s.members = append(s.members, &fuzzMember{Consumer: c, model: c.model.modelConsumer, lossy: c.model})
	switch {
	case s.model.closed:
		s.hit("LossyConsumer after the end")
	case cfg.Newest:
		s.hit("LossyConsumer with Newest")
	default:
		s.hit("LossyConsumer")
	}
}

// pushed tells the model of c where claims have pushed it, which they may do only for room.
func (s *Session) pushed(c *fuzzLossy) {
	m, at, capacity := c.model, c.Position(), s.model.capacity
	if at != m.position {
		same(s, "a lossy consumer was pushed for room", true, !m.gone && (s.model.most-capacity > m.position || s.misused))
		same(s, "a lossy consumer was pushed onwards, over what is published", true,
			m.position < at && at <= s.model.published())
		if s.model.single && !s.misused { // or the boundary behind it
			most := max(s.model.most-capacity, min(s.model.most-capacity/2, s.model.gate()))
			if at > most {
				s.failf("a lossy consumer was pushed from %d to %d, further than to %d", m.position, at, most)
			}
		}
		m.miss(at)
		s.hit("a lossy consumer was pushed")
	}
	if !m.gone {
		same(s, "a lossy consumer is overtaken by no claim", true, at >= s.model.most-capacity)
	}
	same(s, "Missed", m.missed, c.Missed())
	same(s, "got, skipped and missed", m.position-m.joined, m.got+m.skipped+m.missed)
}

func (m *modelLossy) miss(to int64) {
	m.gap = min(m.gap, m.position)
	m.missed += to - m.position
	m.position = to
}

// next steps over unwanted and aborted slots, and returns the end of the range that may be copied.
func (m *modelLossy) next(ring *model) (end int64) {
	if m.gone || ring.failed {
		return m.position
	}
	published := ring.published()
	if newest := published - m.maxBatch; m.newest && newest > m.position {
		m.miss(newest)
	}
	start := m.position
	for m.position < published && ring.fate(m.position) == aborted {
		m.position++
	}
	if m.gap == never {
		m.skipped += m.position - start
	} else {
		m.missed += m.position - start
	}
	for end = m.position; end < published && end < m.position+m.maxBatch && ring.fate(end) != aborted; {
		end++
	}
	return end
}

func (s *Session) opLossyTryNext() {
	if i := s.pick(len(s.lossies)); i >= 0 {
		s.tryCopy(s.lossies[i])
	}
}

func (s *Session) tryCopy(c *fuzzLossy) bool {
	m := c.model
	at := m.position
	end := m.next(s.model)
	got, ok := c.TryNext()
	same(s, "a lossy consumer is handed something", end > m.position, ok)
	same(s, "events of a Copy", got.To-got.From, int64(len(got.Events)))
	if !ok {
		same(s, "Missed of nothing", 0, got.Missed)
		s.hit("Lossy.TryNext found nothing")
		return false
	}
	same(s, "Copy.From", m.position, got.From)
	same(s, "Copy.Missed", m.position-min(m.gap, m.position), got.Missed)
	// What lies before the aborted slots may have been part of the look: then it found fewer.
	same(s, "Copy.To", true, got.To == end || m.position > at && got.From < got.To && got.To < end)
	for i, e := range got.Events {
		same(s, "event of a Copy", s.model.events[got.From+int64(i)-s.model.start], e)
	}
	switch {
	case m.newest && got.Missed > 0:
		s.hit("Lossy.TryNext of the newest")
	case got.Missed > 0:
		s.hit("Lossy.TryNext after a gap")
	case m.position > at:
		s.hit("Lossy.TryNext over aborted slots")
	default:
		s.hit("Lossy.TryNext")
	}
	m.gap, m.got, m.position = never, m.got+got.To-got.From, got.To
	return true
}

func (s *Session) opLossyLeave() {
	i := s.pick(len(s.lossies))
	if i < 0 {
		return
	}
	c := s.lossies[i]
	if c.model.gone {
		s.hit("Lossy.Close again")
	} else {
		s.hit("Lossy.Close")
	}
	s.lossyLeaves(c)
}

func (s *Session) lossyLeaves(c *fuzzLossy) {
	c.Close()
	if !c.model.gone {
		s.model.leave(c.model.modelConsumer)
	}
}

// drainCopies makes each lossy consumer copy the rest.
func (s *Session) drainCopies() {
	for _, c := range s.lossies {
		for s.tryCopy(c) {
			s.pushed(c)
		}
		s.pushed(c)
		same(s, c.Name()+" is drained", true, c.model.gone || s.model.failed || s.model.drained(c.model.modelConsumer))
		_, err := c.Next(expired)
		s.compareErr(c.Name(), true, err, s.model.failure)
		s.lossyLeaves(c)
		s.pushed(c)
	}
}
