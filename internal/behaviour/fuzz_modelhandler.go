package behaviour

import "github.com/be395dad/disruptor"

// A modelHandler is a consumer with a handler as its documentation describes it. The session says
// what a call of the handler does, and the model what follows from that. It leaves open how much
// the handler is called with first, because that depends on when its goroutine looks.
type modelHandler struct {
	*modelConsumer
	ring    *model
	each    bool // made by Each
	retries int  // negative: without limit
	pauses  bool // before each retry, until something else ends the pause
	resort  lastResort

	state     handlerState
	modelRun        // calling, pausing: what the handler has been called with and has not finished
	at        int64 // the event that has failed
	times     int   // how often
	leaving   bool  // Close has been called
	unretried bool  // the ring failed when it was about to be called again

	got     []int64 // what it has handled or tried to, in order
	givenUp map[int64]bool
}

type handlerState uint8

const (
	idle handlerState = iota
	calling
	pausing
	stopped // it is not called any more
)

// seen returns the state that Stats shows.
func (s handlerState) seen() disruptor.ConsumerState {
	return map[handlerState]disruptor.ConsumerState{
		idle: disruptor.Waiting, calling: disruptor.Busy, pausing: disruptor.Retrying, stopped: disruptor.Unserved,
	}[s]
}

// An answer is what a call of a handler does with its batch: after the first done events it calls
// Done, and at the event of index fails it fails. No event has the index -1.
type answer struct {
	done, fails int
	panics      bool
}

func (h *modelHandler) hasPolicy() bool { return h.retries != 0 || h.resort != endsRing }

// call is the first call with [from, to). The count of failures begins anew: what failed before may
// have been an empty rest of a batch at the same place.
func (h *modelHandler) call(from, to int64) {
	h.modelRun = modelRun{from, to}
	h.position, h.handed, h.state = from, to, calling
	h.at, h.times = never, 0
}

// answer does what a says, and says what has been given up, or nil. The state is then that in
// which the handler comes to a standstill; idle may turn out to be another.
func (h *modelHandler) answer(a answer) *givenUp {
	call := h.modelRun
	tried := call.to
	if a.fails >= 0 {
		tried = call.from + int64(a.fails) + 1
	}
	for seq := call.from; seq < tried; seq++ {
		h.got = append(h.got, seq)
	}
	if done := call.from + int64(a.done); done <= tried {
		h.finish(done)
	}
	if a.fails < 0 {
		h.finish(call.to)
		h.state = idle
		return nil
	}
	if !h.hasPolicy() {
		h.state = stopped
		return &givenUp{endsRing, h.modelRun}
	}
	return h.failed(tried - 1)
}

// finish finishes the events below to.
func (h *modelHandler) finish(to int64) {
	h.position = max(h.position, to)
	h.from = max(h.from, to)
}

// failed does what the policy says about a call that has failed at seq.
func (h *modelHandler) failed(seq int64) *givenUp {
	failed := h.modelRun
	again := failed.from < failed.to
	if h.each && failed.from <= seq {
		failed = modelRun{seq, seq + 1}
	}
	h.finish(failed.from)
	if h.times++; h.at != failed.from {
		h.at, h.times = failed.from, 1
	}
	if again && (h.retries < 0 || h.times <= h.retries) {
		h.retry()
		return nil
	}
	if !h.giveUp(h.resort, failed.to-failed.from) {
		h.state = stopped
		return &givenUp{h.resort, failed}
	}
	for seq := failed.from; seq < failed.to; seq++ {
		h.givenUp[seq] = true
	}
	h.finish(failed.to)
	switch {
	case h.ring.failed:
		h.state = stopped
	case h.from == h.to:
		h.state = idle
	default:
		h.state = calling
	}
	return &givenUp{h.resort, failed}
}

// retry is what follows a failure that is not the last one.
func (h *modelHandler) retry() {
	switch {
	case h.ring.failed:
		h.state, h.unretried = stopped, true
	case h.leaving:
		h.state = idle
	case h.pauses:
		h.state = pausing
	default:
		h.state = calling
		h.retried++
	}
}
