package waiting

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// A Wait is one wait of one goroutine, from its first empty look to its end. Its owner embeds it, or
// keeps it on the stack: a wait allocates nothing.
type Wait struct {
	strategy *Strategy
	ctx      context.Context
	over     <-chan struct{} // closed at an end before which something may still come
	deadline time.Time       // zero: none
	n        int             // looks so far, or as many less as nextLook has taken back
	spins    int             // Spins before the first look; each empty look halves them
	spun     int64           // Spins so far, each about machine.SpinTime
	checked  int64           // of them, before the last look at the context
	parkOnly bool            // to park is all that is left to do
	slept    time.Duration   // as its strategy has asked for
	first    bool            // GiveWay: yields before its first look
	last     Action          // the last step
}

const (
	// contextPeriod is how many Spins pass between two looks at the context and the clock: about a
	// microsecond.
	contextPeriod = 32

	// looksPeriod is a multiple of the periods of all built-in strategies, and mostLooks one of it.
	// A wait that has looked that often counts on from half of it, so that it neither overflows an
	// int of 32 bits nor starts again as if it had just begun.
	looksPeriod = spinPeriod * (yieldPeriod + 1)
	mostLooks   = looksPeriod * 34_000 // 1.05e9
)

// Begin begins a wait of which the first rest takes that many Spins. A long sleep ends
// when over is closed.
func (w *Wait) Begin(s *Strategy, ctx context.Context, over <-chan struct{}, spins int) {
	w.strategy, w.ctx, w.over, w.spins = s, ctx, over, spins
	w.deadline, _ = ctx.Deadline()
}

// Context returns the context of the wait.
func (w *Wait) Context() context.Context { return w.ctx }

// Deadline returns when the wait ends at the latest, or zero if it has no deadline.
func (w *Wait) Deadline() time.Time { return w.deadline }

// Looks returns how many empty looks the wait has had; after some billion it falls back to half of
// that.
func (w *Wait) Looks() int { return w.n }

// Slept returns how long the wait has slept so far, as its strategy has asked for: its parks are not in it.
func (w *Wait) Slept() time.Duration { return w.slept }

// ParkOnly makes each Step that follows ask for a park. The strategy is asked no more.
func (w *Wait) ParkOnly() { w.parkOnly = true }

// Step does what the strategy says at the next empty look. It reports that the caller has to park,
// or that the context has ended.
func (w *Wait) Step() (park bool, err error) {
	if w.first && w.giveWayFirst() {
		return false, w.Expired()
	}
	action := Park
	if !w.parkOnly {
		action = w.strategy.Action(w.n, w.spun)
	}
	w.last = action
	spins := max(w.spins>>min(w.n, 62), 1)
	w.nextLook()
	w.spun += int64(spins)
	if w.spun-w.checked >= contextPeriod || action != Spin {
		w.checked = w.spun
		if err := w.Expired(); err != nil {
			return false, err
		}
	}
	switch {
	case action == Spin && Procs() > 1:
		w.strategy.Rest(spins)
	case action == Spin || action == Yield:
		runtime.Gosched()
	case action == Park:
		return true, nil
	case action > 0:
		w.slept += time.Duration(action)
		w.sleep(time.Duration(action))
	default:
		panicAction(action)
	}
	return false, nil
}

// panicAction is not inlined, to keep Step small.
//
//go:noinline
func panicAction(a Action) {
	panic(fmt.Sprintf("disruptor: WaitStrategy.Idle returned the unknown action %d", a))
}

func (w *Wait) nextLook() {
	if w.n++; w.n == mostLooks {
		w.n = mostLooks / 2
	}
	if w.n&(procsLooks-1) == 0 {
		RefreshProcs()
	}
}

// Expired returns the cause if the context has ended. The deadline is compared with the clock,
// because with every P spinning nobody runs the timer that would end the context.
func (w *Wait) Expired() error {
	if w.ctx.Err() == nil {
		if w.deadline.IsZero() || time.Until(w.deadline) > 0 {
			return nil
		}
		w.yieldToTimer()
	}
	if cause := context.Cause(w.ctx); cause != nil {
		return cause
	}
	return context.DeadlineExceeded
}

// yieldToTimer lets the context's timer run, which knows the cause. The timer may be another P's,
// and that P busy, so it is waited for half a millisecond and a few yields; and if the clock stands
// still, as in a test's bubble, many more of them: the system may have stopped the other P's thread
// for some milliseconds.
func (w *Wait) yieldToTimer() {
	begin := time.Now()
	for n := 0; w.ctx.Err() == nil && n < 1_000_000 && (n < 16 || time.Since(begin) < 500*time.Microsecond); n++ {
		runtime.Gosched()
	}
}

// sleep sleeps for d, no longer than to the deadline. A short sleep can't be interrupted; a long one
// ends with the context and with over.
func (w *Wait) sleep(d time.Duration) {
	RefreshProcs()
	if !w.deadline.IsZero() {
		d = min(d, time.Until(w.deadline))
	}
	select {
	case <-w.over: // and can't interrupt any more: what is waited for may still come, or a failure
		d = min(d, time.Millisecond)
	default:
	}
	if d <= time.Millisecond {
		time.Sleep(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.ctx.Done():
	case <-w.over:
	}
}
