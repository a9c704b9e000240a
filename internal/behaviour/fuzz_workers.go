package behaviour

import (
	"fmt"

	"github.com/be395dad/disruptor"
)

type fuzzWorker struct {
	*disruptor.Worker[event]
	group *fuzzGroup
	model *modelWorker
	batch disruptor.Batch[event] // what is in hand
}

func (s *Session) opWorker() {
	if i := s.pick(len(s.groups)); i >= 0 && s.groups[i].made < maxFuzzWorkers {
		s.newWorker(s.groups[i])
	}
}

func (s *Session) newWorker(g *fuzzGroup) {
	s.workers = append(s.workers, &fuzzWorker{Worker: g.Worker(), group: g, model: g.model.join()})
	g.made++
	s.hit("Worker")
}

func (s *Session) worker() *fuzzWorker {
	if i := s.pick(len(s.workers)); i >= 0 {
		return s.workers[i]
	}
	return nil
}

func (s *Session) opWorkerTryNext() {
	if w := s.worker(); w != nil {
		s.take(w, func() disruptor.Batch[event] {
			b, ok := w.TryNext()
			same(s, "Worker.TryNext", b.Len() > 0, ok)
			return b
		})
	}
}

// opWorkerNext calls Next with a context that has ended.
func (s *Session) opWorkerNext() {
	w := s.worker()
	if w == nil {
		return
	}
	var err error
	took := s.take(w, func() (b disruptor.Batch[event]) {
		b, err = w.Next(expired)
		return b
	})
	s.observe() // where a group with a key stands
	switch {
	case took:
		same(s, "Worker.Next", nil, err)
		s.hit("Worker.Next")
	case w.model.ended():
		s.compareErr("Worker.Next", true, err, s.model.failure)
		s.hit("Worker.Next on its end")
	default:
		same(s, "Worker.Next", errLate, err)
		s.hit("Worker.Next ended by its context")
	}
}

// take compares the batch that next hands to w with the model, and reports whether there was one.
func (s *Session) take(w *fuzzWorker, next func() disruptor.Batch[event]) bool {
	g, before := w.group.model, *w.model
	left := len(g.left) > 0
	if g.keyed {
		return s.takeKeyed(w, next)
	}
	from, to := w.model.next()
	b := next()
	same(s, "a worker is handed something", to > from, b.Len() > 0)
	if b.Len() == 0 {
		s.hit("Worker found nothing")
		return false
	}
	s.handed(b, from, to)
	w.batch = b
	switch {
	case before.from < before.handed:
		s.hit("Worker again")
	case before.from == before.to && left:
		s.hit("Worker took what another left")
	case from > before.from && before.from < before.to:
		s.hit("Worker over aborted slots")
	default:
		s.hit("Worker took")
	}
	if g.closed {
		s.hit("Worker of a closed group has more")
	}
	return true
}

// takeKeyed is take for a group with a key.
func (s *Session) takeKeyed(w *fuzzWorker, next func() disruptor.Batch[event]) bool {
	m := w.model
	b := next()
	if m.from < m.to && !s.model.failed {
		s.handed(b, m.from, m.to)
		w.batch = b
		s.hit("Worker with keys again")
		return true
	}
	if b.Len() == 0 {
		s.hit("Worker with keys found nothing")
		return false
	}
	same(s, "a worker of a closed group or a failed ring is handed something", false,
		m.gone || m.group.closed || s.model.failed)
	same(s, fmt.Sprintf("what is wrong with [%d, %d)", b.From(), b.To()), "", m.mayHave(b))
	s.handed(b, b.From(), b.To())
	for seq, e := range b.All() {
		same(s, "calls of Key for an event", 1, w.group.keyed[e.count])
		m.group.inHand[seq] = m
	}
	m.modelRun, m.handed, w.batch = modelRun{b.From(), b.To()}, b.To(), b
	s.hit("Worker with keys took")
	return true
}

// opWorkerDone hands back the first few of the slots that a worker has in hand, or all.
func (s *Session) opWorkerDone() {
	w := s.worker()
	if w == nil || w.batch.Len() == 0 {
		return
	}
	b := w.batch
	if n := s.pick(b.Len() + 1); n > 0 {
		b, _ = b.Split(n)
		s.hit("Worker.Done of a prefix")
	}
	s.workerDone(w, b)
}

func (s *Session) workerDone(w *fuzzWorker, b disruptor.Batch[event]) {
	g := w.group.model
	if w.model.from < g.firstOfOthers(w.model) {
		s.hit("Worker.Done of the first")
	} else {
		s.hit("Worker.Done behind others")
	}
	w.Done(b)
	w.model.finish(b.To())
	_, w.batch = w.batch.Split(b.Len())
}

// firstOfOthers returns the first sequence that a worker other than w has in hand.
func (g *modelGroup) firstOfOthers(w *modelWorker) int64 {
	low := never
	for seq, o := range g.inHand {
		if o != w {
			low = min(low, seq)
		}
	}
	return low
}

func (s *Session) opWorkerLeave() {
	w := s.worker()
	if w == nil {
		return
	}
	switch {
	case w.model.gone:
		s.hit("Worker.Close again")
	case w.batch.Len() > 0 && w.group.model.tries[w.model.from] > 0:
		s.hit("Worker.Close with slots in hand, not the first time")
	case w.batch.Len() > 0:
		s.hit("Worker.Close with slots in hand")
	default:
		s.hit("Worker.Close")
	}
	s.workerLeaves(w)
}

func (s *Session) workerLeaves(w *fuzzWorker) {
	w.Close()
	w.batch = disruptor.Batch[event]{}
	if w.model.gone {
		return
	}
	g := w.group.model
	gaveUp := w.model.leave()
	if gaveUp != nil {
		s.gaveUp(w.group.Consumer().Name(), gaveUp, gaveUp.modelRun, &w.group.letters, fmt.Sprint("given up: Attempts is ", g.attempts))
		if s.hit("Worker.Close at the last attempt"); g.keyed {
			s.hit("Worker.Close at the last attempt, with keys")
		}
	}
	same(s, "calls of DeadLetter for what is not given up", 0, len(w.group.letters))
}

// misuseGroup makes groups whose configuration contradicts itself.
func (s *Session) misuseGroup() {
	letter := func(disruptor.Batch[event], error) error { return nil }
	skip := disruptor.FailurePolicy{Skip: true}
	for _, cfg := range []disruptor.GroupConfig[event]{
		{Attempts: -1}, {OnFailure: skip}, {DeadLetter: letter}, {Attempts: 1, OnFailure: skip, DeadLetter: letter},
		{Attempts: 1, OnFailure: disruptor.FailurePolicy{Retries: 1}},
	} {
		s.mustPanic("Group with wrong Attempts", func() { s.ring.Group(cfg) })
	}
}

// misuseWorker hands back slots that a worker does not have.
func (s *Session) misuseWorker() {
	w := s.worker()
	if w == nil {
		return
	}
	s.mustPanic("Worker.Done of another ring's batch", func() { w.Done(forge(foreignRing, 0, 1)) })
	if w.model.gone {
		return
	}
	if from, handed := w.model.from, w.model.handed; handed > from {
		s.mustPanic("Worker.Done of more than is in hand", func() { w.Done(forge(s.ring, from, handed+1)) })
		s.mustPanic("Worker.Done with a gap", func() { w.Done(forge(s.ring, from+1, handed+1)) })
	}
	s.mustPanic("Group used as a consumer", func() { w.group.Consumer().TryNext() })
	s.mustPanic("Group used as a consumer", func() { _, _ = w.group.Consumer().Next(expired) })
}
