package behaviour

import (
	"slices"
	"strings"

	"github.com/be395dad/disruptor"
)

// A fuzzMember has a place in the stream: it is a consumer, a group or a lossy consumer.
type fuzzMember struct {
	Consumer interface {
		Name() string
		Position() int64
		Lag() int64
	}
	model *modelConsumer
	group *modelGroup
	lossy *modelLossy
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

// observe tells the model the positions that it leaves open, after checking that they are within
// its bounds.
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
}

// listed reports whether a consumer of that name is in the ring.
func (s *Session) listed(name string) bool {
	return slices.ContainsFunc(s.ring.Stats().Consumers, func(c disruptor.ConsumerStats) bool { return c.Name == name })
}

func (s *Session) compareStats() {
	stats := s.ring.Stats()
	same(s, "Stats.Claimed", s.model.end(), stats.Claimed)
	same(s, "Stats.Published", s.model.published(), stats.Published)
	same(s, "Stats.Free", int(s.model.free()), stats.Free)
	same(s, "Stats.Blocked", 0, stats.Blocked)
	same(s, "Stats.Dropped", s.dropped, stats.Dropped)
	same(s, "Stats.Inlined", s.inlined, stats.Inlined)
	same(s, "consumers", len(s.model.consumers), len(stats.Consumers))
	i := 0
	for _, m := range s.members {
		if m.model.gone {
			continue
		}
		got := stats.Consumers[i]
		lag := max(0, s.model.published()-m.model.position)
		state := disruptor.Busy
		if m.group != nil && len(m.group.workers) == 0 {
			state = disruptor.Unserved
		}
		same(s, "ConsumerStats.Name", m.Name(), got.Name)
		same(s, "ConsumerStats.Position", m.model.position, got.Position)
		same(s, "ConsumerStats.Lag", lag, got.Lag)
		same(s, "ConsumerStats.Available", s.model.available(m.model)-m.model.position, got.Available)
		same(s, "ConsumerStats.State", state, got.State)
		same(s, "ConsumerStats.After", s.followed(m), sorted(got.After))
		same(s, "ConsumerStats.Lossy", m.model.lossy, got.Lossy)
		if m.lossy != nil {
			same(s, "ConsumerStats.Missed", m.lossy.missed, got.Missed)
		}
		same(s, "Lag", lag, m.Consumer.Lag())
		i++
	}
}

// followed returns the names of the members that m follows.
func (s *Session) followed(m *fuzzMember) string {
	var names []string
	for _, o := range s.members {
		if slices.Contains(m.model.follows, o.model) {
			names = append(names, o.Name())
		}
	}
	return sorted(names)
}

func sorted(names []string) string {
	slices.Sort(names)
	return strings.Join(names, ", ")
}
