package behaviour

import (
	"slices"

	"github.com/be395dad/disruptor"
)

// A fuzzMember has a place in the stream: it is a consumer, one with a handler, a group or a
// lossy consumer.
type fuzzMember struct {
	Consumer interface {
		Name() string
		Position() int64
		Lag() int64
	}
	model   *modelConsumer
	group   *modelGroup
	lossy   *modelLossy
	handler *modelHandler
}

func (m *fuzzMember) Name() string    { return m.Consumer.Name() }
func (m *fuzzMember) Position() int64 { return m.Consumer.Position() }

// after returns the consumers and groups whose bits are set in mask.
func (s *Session) after(mask byte) (after []*disruptor.Consumer[event], models []*modelConsumer) {
	i := 0
	for _, m := range s.members {
		var c *disruptor.Consumer[event]
		switch o := m.Consumer.(type) {
		case *fuzzConsumer:
			c = o.Consumer
		case *disruptor.Consumer[event]:
			c = o
		default:
			continue
		}
		if mask>>(i%8)&1 == 1 {
			after, models = append(after, c), append(models, m.model)
		}
		i++
	}
	return after, models
}

// observe tells the model what it leaves open, after checking that this is within its bounds:
// positions, and what handlers have been called with.
func (s *Session) observe() {
	for _, c := range s.lossies {
		s.pushed(c)
	}
	for _, m := range s.members {
		if m.group == nil || !m.group.keyed || m.model.gone {
			continue
		}
		at := m.Position()
		same(s, "a group went back", false, at < m.model.position)
		same(s, "a group passed what is not finished", false, at > m.group.firstUnfinished())
		m.model.position = at
		if m.group.closed && !s.listed(m.Name()) {
			same(s, "a group left with slots in hand", 0, len(m.group.inHand))
			s.model.leave(m.model)
		}
	}
	for _, h := range s.handlers {
		s.settle(h)
	}
	s.returns()
}

// listed reports whether a consumer of that name is in the ring.
func (s *Session) listed(name string) bool {
	return slices.ContainsFunc(s.ring.Stats().Consumers, func(c disruptor.ConsumerStats) bool { return c.Name == name })
}
