package disruptor

import (
	"context"
	"errors"
	"time"
)

// A timeout is the context of a wait that ends with its parent or after d. It serves one wait
// after another, and allocates for none. Its clock starts when a wait begins, and its timer when
// the wait sleeps: neither does while there is always something to hand out, or room.
//
// Done is the parent's. A sleeper looks at late as well, and a strategy that sleeps goes by
// Deadline.
type timeout struct {
	context.Context // the parent
	d               time.Duration
	until           time.Time // zero: the wait has not begun
	timer           *time.Timer
}

// errTimeout is how a wait ends after d. Programs never see it.
var errTimeout = errors.New("disruptor: timeout")

func newTimeout(d time.Duration) *timeout { return &timeout{Context: context.Background(), d: d} }

// renew starts the next wait, under that parent.
func (t *timeout) renew(parent context.Context) {
	t.Context, t.until = parent, time.Time{}
	if t.timer != nil {
		t.timer.Stop()
	}
}

func (t *timeout) Deadline() (time.Time, bool) {
	if t.until.IsZero() {
		t.until = time.Now().Add(t.d)
	}
	if deadline, ok := t.Context.Deadline(); ok && deadline.Before(t.until) {
		return deadline, true
	}
	return t.until, true
}

// late is for a wait that is about to sleep. It returns a channel that receives when d is over.
func (t *timeout) late() <-chan time.Time {
	if left := time.Until(t.until); t.timer == nil {
		t.timer = time.NewTimer(left)
	} else {
		t.timer.Reset(left)
	}
	return t.timer.C
}

func (t *timeout) Err() error {
	switch {
	case t.Context.Err() != nil:
		return context.Cause(t.Context)
	case t.until.IsZero() || time.Until(t.until) > 0:
		return nil
	}
	return errTimeout
}

// Value returns nil, so that context.Cause asks Err.
func (t *timeout) Value(any) any { return nil }
