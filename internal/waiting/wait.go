package waiting

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// A Wait is one wait of one goroutine, from its first empty look to its end. Its owner embeds it or keeps it
// on the stack, so a wait allocates nothing.
type Wait struct {
	strategy *Strategy
	ctx      context.Context
	over     <-chan struct{} // closed at an end before which something may still come
	deadline time.Time       // zero: none
	n        int             // looks so far; nextLook takes some back before it overflows
	spins    int             // Spins before the first look; each empty look halves them
	spun     int64           // Spins so far, each about machine.SpinTime
	checked  int64           // of them, before the last look at the context
	extra    int64           // Patience: of them, not counted before a park
	parkOnly bool            // to park is all that is left to do
	slept    time.Duration   // total of the sleeps that its strategy asked for
	first    bool            // GiveWay: yields before its first look
	last     Action          // the last step
}

const (
	// contextPeriod is how many Spins pass between two looks at the context and the clock: about a
	// microsecond.
	contextPeriod = 32

	// looksPeriod is a multiple of the periods of all built-in strategies, and mostLooks is a multiple of
	// looksPeriod. A wait that has looked mostLooks times counts on from half of that. So it neither
	// overflows an int of 32 bits nor behaves as if it had just begun.
	looksPeriod = spinPeriod * (yieldPeriod + 1)
	mostLooks   = looksPeriod * 34_000 // 1.05e9
)

// Begin begins a wait whose first rest takes spins Spins. A long sleep ends when over is closed.
func (w *Wait) Begin(s *Strategy, ctx context.Context, over <-chan struct{}, spins int) {
	w.strategy, w.ctx, w.over, w.spins = s, ctx, over, spins
	w.deadline, _ = ctx.Deadline()
}

// Context returns the context of the wait.
func (w *Wait) Context() context.Context { return w.ctx }

// Deadline returns the time at which the wait ends at the latest, or zero if it has no deadline.
func (w *Wait) Deadline() time.Time { return w.deadline }

// Looks returns how many empty looks the wait has had. After a billion looks it continues from half a
// billion.
func (w *Wait) Looks() int { return w.n }

// Slept returns how long the wait has slept so far because its strategy asked for it. Parks do not count.
func (w *Wait) Slept() time.Duration { return w.slept }

// ParkOnly makes each later Step ask for a park, without asking the strategy.
func (w *Wait) ParkOnly() { w.parkOnly = true }

// Step does what the strategy says at the next empty look. It reports whether the caller must park, and an
// error if the context has ended.
func (w *Wait) Step() (park bool, err error) {
	if w.first && w.giveWayFirst() {
		return false, w.Expired()
	}
	action := Park
	if !w.parkOnly {
		action = w.strategy.Action(w.n, w.spun-w.extra)
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

// Expired returns the cause if the context has ended. It compares the deadline with the clock, because
// while every P spins, nothing runs the timer that would end the context.
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

// yieldToTimer lets the context's timer run, because only the context knows the cause. The timer may belong
// to another P that is busy, so yieldToTimer waits for half a millisecond and at least 16 yields. If the
// clock stands still, as in a synctest bubble, it yields up to a million times: the system may have stopped
// the other P's thread for some milliseconds.
func (w *Wait) yieldToTimer() {
	begin := time.Now()
	for n := 0; w.ctx.Err() == nil && n < 1_000_000 && (n < 16 || time.Since(begin) < 500*time.Microsecond); n++ {
		runtime.Gosched()
	}
}

// sleep sleeps for d, but not past the deadline. A sleep of more than a millisecond ends early with the
// context and with over.
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
