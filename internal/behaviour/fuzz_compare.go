package behaviour

import (
	"errors"
	"slices"
	"strings"

	"github.com/be395dad/disruptor"
)

// compare compares what can be looked at without changing anything.
func (s *Session) compare(all bool) {
	s.observe()
	for _, m := range s.members {
		if !m.model.late {
			same(s, m.Name(), m.model.position, m.Position())
		}
	}
	if len(s.model.consumers) > 0 {
		s.model.clearBehind()
	}
	if !all {
		return
	}
	same(s, "published", s.model.published(), s.ring.Published())
	s.compareErr("ring", s.model.closed, s.ring.Err(), s.model.cause)
	s.compareStats()
	if !s.model.clear || len(s.model.consumers) > 0 {
		for i, e := range s.model.slots {
			if slot := s.memory[i]; slot != nil {
				same(s, "slot", e, *slot)
			}
		}
	}
}

// see remembers the slots of a batch: Fill, which shows all of them, is not for rings with Config.Clear.
func (s *Session) see(b disruptor.Batch[event]) {
	for seq, slot := range b.All() {
		s.memory[seq&int64(len(s.memory)-1)] = slot
	}
}

// compareErr expects an end of the ring, with the cause if there is one, or no error.
func (s *Session) compareErr(what string, ended bool, err, cause error) {
	s.t.Helper()
	same(s, what+" ended", ended, errors.Is(err, disruptor.ErrClosed))
	if cause != nil {
		same(s, what+" has the cause", true, errors.Is(err, cause))
	}
}

func (s *Session) compareStats() {
	stats := s.ring.Stats()
	same(s, "Stats.Claimed", s.model.end(), stats.Claimed)
	same(s, "Stats.Published", s.model.published(), stats.Published)
	same(s, "Stats.Free", int(s.model.free()), stats.Free)
	same(s, "Stats.Blocked", 0, stats.Blocked)
	same(s, "Stats.Dropped", s.dropped, stats.Dropped)
	same(s, "Stats.Inlined", s.inlined, stats.Inlined)
	same(s, "Stats.TimedOut", s.timedOut, stats.TimedOut)
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
		if m.handler != nil {
			state = m.handler.state.seen()
		}
		same(s, "ConsumerStats.Name", m.Name(), got.Name)
		same(s, "ConsumerStats.Position", m.model.position, got.Position)
		same(s, "ConsumerStats.Lag", lag, got.Lag)
		same(s, "ConsumerStats.Available", s.model.available(m.model)-m.model.position, got.Available)
		same(s, "ConsumerStats.State", state, got.State)
		same(s, "ConsumerStats.After", s.followed(m), sorted(got.After))
		same(s, "ConsumerStats.Lossy", m.model.lossy, got.Lossy)
		same(s, "ConsumerStats.Retried", m.model.retried, got.Retried)
		same(s, "ConsumerStats.Skipped", m.model.skipped, got.Skipped)
		same(s, "ConsumerStats.DeadLettered", m.model.deadLettered, got.DeadLettered)
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
