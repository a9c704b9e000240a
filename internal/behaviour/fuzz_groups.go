package behaviour

import (
	"errors"
	"fmt"

	"github.com/be395dad/disruptor"
)

type fuzzGroup struct {
	*disruptor.Group[event]
	model *modelGroup
	keyed map[uint64]int // how often Key was called, by the count of the event
	made  int            // workers

	letters []fuzzLetter // what DeadLetter was called with, since the model last said what it expects
}

const maxFuzzGroups, maxFuzzWorkers = 3, 5

// opGroup makes a group after those whose bits are set in the first argument; the second says MaxBatch, whether it has
// a key, Attempts, and what becomes of events that are given up.
func (s *Session) opGroup() {
	mask, shape := s.arg(), s.arg()
	if len(s.groups) == maxFuzzGroups {
		return
	}
	after, models := s.after(mask)
	cfg := disruptor.GroupConfig[event]{Name: fmt.Sprint("group ", len(s.groups)), After: after, MaxBatch: int(shape & 3)}
	g := &fuzzGroup{model: s.model.joinGroup(models, int64(cfg.MaxBatch), shape>>2&1 == 1), keyed: map[uint64]int{}}
	if cfg.Attempts = int(shape >> 3 & 3); cfg.Attempts > 0 {
		g.model.attempts, g.model.resort = cfg.Attempts, lastResort(shape>>5&3)
		cfg.OnFailure.Skip = g.model.resort == skipped
		cfg.DeadLetter = g.model.resort.deadLetter(&g.letters, func() int64 { return g.Consumer().Position() })
	}
	if g.model.keyed {
		cfg.Key = func(e *event) uint64 {
			g.keyed[e.count]++
			return fuzzKey(e)
		}
	}
	g.Group = s.ring.Group(cfg)
	s.groups = append(s.groups, g)
	s.members = append(s.members, &fuzzMember{Consumer: g.Consumer(), model: g.model.modelConsumer, group: g.model})
	switch {
	case s.model.closed:
		s.hit("Group after the end")
	case g.model.keyed:
		s.hit("Group with a key")
	default:
		s.hit("Group")
	}
	if len(g.model.follows) > 0 {
		s.hit("Group after others")
	}
	if cfg.Attempts > 0 {
		s.hit("Group with Attempts")
	}
}

func (s *Session) opGroupLeave() {
	i := s.pick(len(s.groups))
	if i < 0 {
		return
	}
	g := s.groups[i]
	switch {
	case g.model.closed:
		s.hit("Group.Close again")
	case len(g.model.inHand) > 0:
		s.hit("Group.Close with slots in hand")
	default:
		s.hit("Group.Close")
	}
	s.groupLeaves(g)
}

func (s *Session) groupLeaves(g *fuzzGroup) {
	g.Consumer().Close()
	g.model.close()
}

// drainWorkers makes each worker take and finish something, and reports whether one did.
func (s *Session) drainWorkers() (progress bool) {
	for _, g := range s.groups {
		if len(g.model.workers) == 0 && !g.model.closed {
			s.newWorker(g)
		}
	}
	for _, w := range s.workers {
		before := w.group.model.position
		if s.take(w, func() disruptor.Batch[event] { b, _ := w.TryNext(); return b }) {
			s.workerDone(w, w.batch)
			progress = true
		}
		s.observe()
		progress = progress || w.group.model.position != before
	}
	return progress
}

// drainedGroups compares all events that workers have finished with all that were published, and
// closes the groups.
func (s *Session) drainedGroups() {
	for _, w := range s.workers {
		_, err := w.Next(expired)
		same(s, "Worker.Next of a drained ring", true, errors.Is(err, disruptor.ErrClosed))
	}
	for _, g := range s.groups {
		if !s.model.failed {
			same(s, "a group is drained", true, g.model.gone || s.model.drained(g.model.modelConsumer))
		}
		for seq := g.model.joined; seq < g.model.position && !g.model.closed; seq++ {
			same(s, "an event is finished", true, g.model.finished[seq] || s.model.fate(seq) == aborted)
		}
		for _, calls := range g.keyed {
			same(s, "calls of Key for an event", 1, calls)
		}
	}
	for _, w := range s.workers {
		s.workerLeaves(w)
	}
	for _, g := range s.groups {
		s.groupLeaves(g)
		s.observe()
		same(s, "a closed group without workers has left", true, g.model.gone)
	}
}
