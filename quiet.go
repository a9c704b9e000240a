package disruptor

import (
	"context"
	"time"
)

// A quiet is the context of a wait that ends after d, to be used for one wait after another. Its clock
// starts, and its timer runs, only where a wait asks for them: not while there is always something to
// hand out.
type quiet struct {
	d     time.Duration
	until time.Time // zero: the wait has not begun
	done  chan struct{}
	timer *time.Timer
}

func newQuiet(d time.Duration) *quiet { return &quiet{d: d, done: make(chan struct{}, 1)} }

// renew makes the next wait begin anew.
func (q *quiet) renew() {
	q.until = time.Time{}
	if q.timer != nil {
		q.timer.Stop()
	}
}

func (q *quiet) Deadline() (time.Time, bool) {
	if q.until.IsZero() {
		q.until = time.Now().Add(q.d)
	}
	return q.until, true
}

// Done is asked for by a wait that is about to sleep. A token that an earlier timer has left wakes
// nobody for long: Err decides.
func (q *quiet) Done() <-chan struct{} {
	left := time.Until(q.until)
	if q.timer == nil {
		q.timer = time.AfterFunc(left, func() {
			select {
			case q.done <- struct{}{}:
			default:
			}
		})
	} else {
		q.timer.Reset(left)
	}
	return q.done
}

func (q *quiet) Err() error {
	if q.until.IsZero() || time.Until(q.until) > 0 {
		return nil
	}
	return context.DeadlineExceeded
}

func (q *quiet) Value(any) any { return nil }
