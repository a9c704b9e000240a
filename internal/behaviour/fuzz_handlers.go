package behaviour

import (
	"fmt"
	"slices"
	"time"

	"github.com/be395dad/disruptor"
)

// A fuzzHandler is a consumer with a handler, which Run serves. The handler stands still in each
// call until the session answers, and after each operation the session waits until all handlers
// stand still: in a call, in a pause, or where there is nothing to do. So nothing depends on who
// is faster.
type fuzzHandler struct {
	*disruptor.Consumer[event]
	model   *modelHandler
	calls   chan disruptor.Batch[event]
	answers chan answer
	quit    <-chan struct{} // of the session

	// The goroutine of the handler writes the fields below, between an answer and the next standstill.
	got     []int64
	letters []fuzzLetter
}

const maxFuzzHandlers = 3

// opHandler makes a handler after those whose bits are set in the first argument. The second says MaxBatch, Retries,
// what becomes of events for which these are used up, whether it is an Each, and whether it pauses before a retry.
func (s *Session) opHandler() {
	mask, shape := s.arg(), s.arg()
	if len(s.handlers) == maxFuzzHandlers {
		return
	}
	h := &fuzzHandler{calls: make(chan disruptor.Batch[event]), answers: make(chan answer), quit: s.quit}
	resort := lastResort(shape >> 4 & 3)
	after, models := s.after(mask)
	cfg := disruptor.ConsumerConfig[event]{
		Name: fmt.Sprint("handler ", len(s.handlers)), After: after, MaxBatch: int(shape & 3),
		OnFailure:  disruptor.FailurePolicy{Retries: (int(shape>>2&3)+1)%4 - 1, Skip: resort == skipped},
		DeadLetter: resort.deadLetter(&h.letters, func() int64 { return h.Position() }),
	}
	pauses := shape>>7&1 == 1 && cfg.OnFailure.Retries != 0
	if pauses {
		cfg.OnFailure.Backoff = 1000 * time.Hour
	}
	if cfg.OnFailure.Retries < 0 && resort != endsRing {
		s.mustPanic("HandleWith with a policy that contradicts itself", func() { s.ring.HandleWith(cfg, h.handle) })
		return
	}
	h.model = &modelHandler{modelConsumer: s.model.join(models, int64(cfg.MaxBatch)), ring: s.model,
		each: shape>>6&1 == 1, retries: cfg.OnFailure.Retries, pauses: pauses, resort: resort, givenUp: map[int64]bool{}}
	s.run()
	h.Consumer = s.ring.HandleWith(cfg, h.handle)
	s.handlers = append(s.handlers, h)
	s.members = append(s.members, &fuzzMember{Consumer: h.Consumer, model: h.model.modelConsumer, handler: h.model})
	switch {
	case s.model.closed:
		h.model.state = stopped
		s.hit("Handler after the end")
	case len(h.model.follows) > 0:
		s.hit("Handler after others")
	default:
		s.hit("Handler")
	}
}

// handle is the handler. It stands still until it has an answer.
func (h *fuzzHandler) handle(b disruptor.Batch[event]) error {
	select {
	case h.calls <- b:
	case <-h.quit:
		return errLate
	}
	select {
	case a := <-h.answers:
		return h.obey(b, a)
	case <-h.quit:
		return errLate
	}
}

func (h *fuzzHandler) obey(b disruptor.Batch[event], a answer) error {
	each := func(seq int64, _ *event) error {
		h.got = append(h.got, seq)
		i := int(seq - b.From())
		if i+1 == a.done {
			head, _ := b.Split(a.done)
			h.Done(head)
		}
		switch {
		case i != a.fails:
			return nil
		case a.panics:
			panic(errBoom)
		}
		return errBoom
	}
	if h.model.each {
		return disruptor.Each(each)(b)
	}
	for seq, e := range b.All() {
		if err := each(seq, e); err != nil {
			return err
		}
	}
	return nil
}

// opAnswer lets a call of a handler succeed, fail or panic, after it has perhaps called Done for some of its events.
func (s *Session) opAnswer() {
	i := s.pick(len(s.handlers))
	if i < 0 || s.handlers[i].model.state != calling {
		return
	}
	h, how := s.handlers[i], s.arg()
	n := int(h.model.to - h.model.from)
	a := answer{done: int(how>>2) % (n + 1), fails: -1}
	if how&3 > 1 {
		a.fails, a.panics = s.pick(n), how&3 == 3
	}
	s.answer(h, a)
}

// answer gives a call its answer, and waits for what follows.
func (s *Session) answer(h *fuzzHandler, a answer) {
	m := h.model
	retried := m.retried
	gaveUp := m.answer(a)
	then := m.state
	h.answers <- a
	if then == idle {
		s.settle(h)
	} else {
		s.standsStill(h)
	}
	s.compareHandled(h)
	outcome := "Handler succeeded"
	switch {
	case m.retried > retried:
		outcome = "Handler retried"
	case m.unretried:
		outcome = "Handler not retried because the ring has failed"
	case then == pausing:
		outcome = "Handler pauses"
	case gaveUp != nil && then == calling:
		outcome = "Handler goes on behind what was given up"
	case gaveUp != nil && gaveUp.from == gaveUp.to:
		outcome = "Handler failed when all was done"
	case gaveUp != nil:
		outcome = "Handler failed for good"
	case a.fails >= 0:
		outcome = "Handler not retried because it leaves"
	case a.done > 0:
		outcome = "Handler called Done"
	}
	if s.hit(outcome); gaveUp != nil {
		s.gaveUp(h.Name(), gaveUp, m.modelRun, &h.letters, errBoom.Error())
	}
	same(s, "calls of DeadLetter for what is not given up", 0, len(h.letters))
}

// compareHandled compares what a handler that stands still has handled, again and again perhaps.
func (s *Session) compareHandled(h *fuzzHandler) {
	if !slices.Equal(h.model.got, h.got) {
		s.failf("%s handled %v, not %v", h.Name(), h.got, h.model.got)
	}
}

func (s *Session) opHandlerLeave() {
	i := s.pick(len(s.handlers))
	if i < 0 {
		return
	}
	m := s.handlers[i].model
	outcome := "Handler.Close"
	switch {
	case m.gone:
		outcome = "Handler.Close again"
	case m.state == calling:
		outcome = "Handler.Close in a call"
	case m.state == pausing:
		outcome = "Handler.Close in a pause"
	case m.state == stopped:
		outcome = "Handler.Close after the end"
	}
	s.hit(outcome)
	s.handlerLeaves(s.handlers[i])
}

func (s *Session) handlerLeaves(h *fuzzHandler) {
	h.Close()
	h.model.leaving = true
	s.settle(h)
}

// drainHandlers lets each handler succeed, and reports whether one was called. A handler in a pause leaves: on a
// closed ring it would pause on.
func (s *Session) drainHandlers() (progress bool) {
	for _, h := range s.handlers {
		switch h.model.state {
		case calling:
			s.answer(h, answer{fails: -1})
			progress = true
		case pausing:
			s.handlerLeaves(h)
			progress = true
		}
		s.observe()
	}
	return progress
}

// drainedHandlers compares all events that handlers have been called with with all that were published, and closes the
// handlers.
func (s *Session) drainedHandlers() {
	for _, h := range s.handlers {
		m := h.model
		s.compareHandled(h)
		same(s, h.Name()+" is drained", true, m.gone || s.model.failed || s.model.drained(m.modelConsumer))
		for _, seq := range s.model.received(m.modelConsumer) {
			same(s, "an event was handled, or given up with others", true, slices.Contains(h.got, seq) || m.givenUp[seq])
		}
	}
	same(s, "Run has returned", true, s.running == nil)
	for _, h := range s.handlers {
		s.handlerLeaves(h)
	}
}
