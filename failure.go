package disruptor

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// A FailurePolicy says what happens to events whose handler fails: returns an error or panics.
// With the zero value the ring ends. runtime.Goexit always ends the ring.
//
// The handler is called again, at most Retries times, with the events in hand from the position
// of its consumer on: what it has called Done for is finished. If the handler is made by [Each],
// or returns an error that wraps what such a handler returned, the events before the one that
// failed are finished too. Retries are counted for each event that fails; without Each, for the
// first event in hand. Meanwhile later stages wait and, once the ring is full, producers.
//
// When the retries are used up, the ring ends with a [HandlerError], unless Skip or
// [ConsumerConfig.DeadLetter] is set. With Each, both apply to the event that failed, and the
// handler receives the events after it next. Otherwise they apply to all events in hand.
//
// Close and Shutdown let retries run out. A pause ends at once if the ring fails, for example
// because the context of Shutdown or Run has ended, or if the consumer is closed. The handler is
// then not called again with what failed, which stays unfinished. If the ring has failed, Run
// reports the unfinished failure as well.
//
// A policy contradicts itself, and what makes the consumer panics, if a time is negative, if
// Backoff is set without Retries, if MaxBackoff is set without Backoff or is below it, or if Skip
// goes with DeadLetter, or either of them with unlimited Retries.
type FailurePolicy struct {
	// Retries is how many more times the handler is called with an event that fails; negative
	// means without limit.
	Retries int
	// Backoff is the pause before the first retry; 0 means no pause. It doubles with each
	// further retry, up to MaxBackoff.
	Backoff time.Duration
	// MaxBackoff is the longest pause; 0 means a second, or Backoff if that is longer.
	MaxBackoff time.Duration
	// Skip passes over the events as if they had been handled.
	Skip bool
}

// check panics if p contradicts itself.
func (p FailurePolicy) check(consumer string, deadLetter bool) {
	wrong := ""
	switch {
	case p.Backoff < 0 || p.MaxBackoff < 0:
		wrong = fmt.Sprintf("Backoff of %v up to %v", p.Backoff, p.MaxBackoff)
	case p.Backoff == 0 && p.MaxBackoff != 0:
		wrong = fmt.Sprintf("MaxBackoff of %v without Backoff", p.MaxBackoff)
	case p.MaxBackoff != 0 && p.MaxBackoff < p.Backoff:
		wrong = fmt.Sprintf("Backoff of %v exceeds MaxBackoff of %v", p.Backoff, p.MaxBackoff)
	case p.Backoff != 0 && p.Retries == 0:
		wrong = fmt.Sprintf("Backoff of %v without Retries", p.Backoff)
	case p.Skip && deadLetter:
		wrong = "both Skip and DeadLetter"
	case p.Retries < 0 && p.Skip:
		wrong = "Skip with unlimited Retries"
	case p.Retries < 0 && deadLetter:
		wrong = "DeadLetter with unlimited Retries"
	}
	if wrong != "" {
		panicf("FailurePolicy of consumer %q: %s", consumer, wrong)
	}
}

// pause returns how long to pause before the n-th retry, n from 1.
func (p FailurePolicy) pause(n int) time.Duration {
	most := p.MaxBackoff
	if most == 0 {
		most = max(time.Second, p.Backoff)
	}
	d := p.Backoff
	for ; n > 1 && d > 0 && d < most; n-- {
		if d > most/2 {
			return most
		}
		d *= 2
	}
	return d
}

// A failure says how a call failed.
type failure struct {
	err   error
	stack []byte // of a panic; otherwise nil
}

// panicked returns the failure for a value that recover returned.
func panicked(value any) *failure {
	if p, ok := value.(eventPanic); ok {
		return &failure{p.eventError, debug.Stack()} // it says that it was a panic
	}
	return &failure{panicError(value), debug.Stack()}
}

func panicError(value any) error {
	if err, ok := value.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", value)
}

// An eventError says at which event of a batch a function given to Each failed.
type eventError struct {
	ring *core
	seq  int64
	err  error
}

func (e *eventError) Error() string { return fmt.Sprintf("sequence %d: %v", e.seq, e.err) }
func (e *eventError) Unwrap() error { return e.err }

// An eventPanic is what Each panics with instead of what its function panicked with.
type eventPanic struct{ *eventError }

func (p eventPanic) Unwrap() error { return p.eventError }

// concerns returns which of the events in hand, [from, to), have failed: the one that f names,
// or all. It ignores what an Each says of another ring or of other events.
func (f *failure) concerns(ring *core, from, to int64) (first, last int64) {
	var e *eventError
	for err := f.err; errors.As(err, &e); err = e.err {
		if e.ring == ring && from <= e.seq && e.seq < to {
			return e.seq, e.seq + 1
		}
	}
	return from, to
}

// A hand calls a handler with the events that a consumer holds: it is what a remedy needs of a
// consumer.
type hand interface {
	// inHand returns the events that the handler was called with and that are not finished.
	// again says whether the handler may be called with them once more; if there are none, only
	// if there were none before.
	inHand() (from, to int64, again bool)
	// call calls the handler with them, and finishes them unless it fails.
	call() *failure
	// finish finishes the events below to.
	finish(to int64)
	// deadLetter calls ConsumerConfig.DeadLetter.
	deadLetter(from, to int64, f *failure) *failure
}

// A remedy carries out a FailurePolicy, on the goroutine that calls the handler.
type remedy struct {
	FailurePolicy
	dead   bool // there is a DeadLetter
	ring   *core
	counts *failureCounts
	left   <-chan struct{} // closed when the consumer has been asked to leave
}

// apply does what the policy says about f and about what fails after it, until nothing in hand
// has to be handled any more, or the ring or the consumer has ended. It returns the failure that
// must end the ring, or nil. If interrupted, it returns the failure that was about to be retried
// when the ring failed.
func (r *remedy) apply(h hand, f *failure) (final *failure, interrupted bool) {
	at, times := int64(-1), 0 // how often the event there has failed
	for f != nil {
		from, to, again := h.inHand()
		first, last := f.concerns(r.ring, from, to)
		h.finish(first)
		if first != at {
			at, times = first, 0
		}
		if times++; again && (r.Retries < 0 || times <= r.Retries) {
			r.counts.last.store(&f.err)
			if !r.rest(r.pause(times)) {
				if r.ring.failed.load() != 0 { // close edge
					return f, true
				}
				return nil, false
			}
			r.counts.retried.add(1)
		} else {
			if final := r.giveUp(h, first, last, f); final != nil {
				return final, false
			}
			if from, to, _ := h.inHand(); from == to || r.ring.failed.load() != 0 { // close edge
				return nil, false
			}
		}
		f = h.call()
	}
	return nil, false
}

// rest pauses, and reports whether the handler may be called again.
func (r *remedy) rest(d time.Duration) bool {
	if d > 0 {
		r.counts.retrying.add(1)
		defer r.counts.retrying.add(-1)
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.ring.stop: // close edge
		case <-r.left: // leave edge
		}
	}
	select {
	case <-r.ring.stop: // close edge
	case <-r.left: // leave edge
	default:
		return true
	}
	return false
}

// giveUp does what follows the last retry of [first, last). It returns the failure that must end
// the ring, or nil.
func (r *remedy) giveUp(h hand, first, last int64, f *failure) *failure {
	switch {
	case r.dead:
		if failed := h.deadLetter(first, last, f); failed != nil {
			return &failure{fmt.Errorf("dead letter: %w; after: %w", failed.err, f.err), failed.stack}
		}
		r.counts.deadLettered.add(last - first)
	case r.Skip:
		r.counts.skipped.add(last - first)
	default:
		return f
	}
	h.finish(last)
	return nil
}
