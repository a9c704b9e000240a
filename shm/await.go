package shm

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/be395dad/disruptor/internal/faults"
	"github.com/be395dad/disruptor/internal/waiting"
)

// A target is what a goroutine waits for.
type target interface {
	// reached reports whether the target is reached. An error says that it never will be.
	reached() (bool, error)
	// source returns the eventcount of the word that has to move first.
	source() *eventcount
	// obstacle returns what is in the way, and what it is in the way of.
	obstacle() (obstacle, BlockedError)
}

// A waiter waits for one role. It keeps what it needs from wait to wait, so that a wait allocates
// nothing.
type waiter struct {
	core     *core
	bit      uint64
	producer bool

	wait     waiting.Wait
	sleeping atomic.Pointer[eventcount] // where it sleeps, or is about to
	done     <-chan struct{}            // of the context of the last sleep
	unwatch  func() bool

	vain   int // polls in vain
	polls  pace
	sleeps int
}

// Variables, so that tests can set them.
var (
	// Each sleep ends by itself: the process that should end it may have died.
	firstSleep, longestSleep = 50 * time.Millisecond, time.Second
	// Sleeps are this short if other processes leave out fences and this one can't fence them.
	blindSleep = time.Millisecond
	// The pauses between exams of what is in the way, whose process may be dead.
	firstExam, longestExam = 5 * time.Millisecond, 100 * time.Millisecond
)

const (
	// A wait that never parks looks at the clock once in examLooks looks, and whenever it has slept
	// for examSleep.
	examLooks, examSleep = 1 << 8, time.Millisecond
	// A goroutine that only polls does so once in pollLooks polls.
	pollLooks = 1 << 10
)

// until waits for the target, which the caller has just found not reached. Its first rest takes
// spins Spins.
func (w *waiter) until(ctx context.Context, t target, spins int) error {
	if ctx == nil {
		panicf("nil context")
	}
	w.wait = waiting.Wait{} // the last wait's looks are still counted in it
	w.wait.Begin(&w.core.strategy, ctx, nil, spins)
	pace := pace{sleep: firstSleep}
	examined := time.Duration(0) // how long it had slept by then
	for looks := 1; ; looks++ {
		park, expired := w.wait.Step()
		if ok, err := t.reached(); ok || err != nil {
			return err
		}
		if expired != nil {
			o, b := t.obstacle()
			b.By, b.What = w.core.describe(o)
			b.Err = expired
			return &b
		}
		if park {
			if ok, err := w.sleep(ctx, t, &pace); ok || err != nil {
				return err
			}
		} else if slept := w.wait.Slept(); looks%examLooks == 0 || slept-examined >= examSleep {
			examined = slept
			w.examine(t, &pace)
		}
	}
}

// A pace says how long a wait sleeps, and when it next examines what is in its way.
type pace struct {
	sleep, exam time.Duration
	next        time.Time // of the next exam; zero: none is planned
}

// examine examines what is in the way, if it is time. The first call only sets the time: most
// waits end before it comes. It returns how long a sleep may take.
func (w *waiter) examine(t target, p *pace) time.Duration {
	o, _ := t.obstacle()
	if o == nothing {
		p.next = time.Time{}
		return p.sleep
	}
	now := time.Now()
	switch {
	case p.next.IsZero():
		p.exam = firstExam
	case now.Before(p.next):
		return min(p.sleep, p.next.Sub(now))
	default:
		w.core.examine(o)
		p.exam = min(2*p.exam, longestExam)
	}
	p.next = now.Add(p.exam)
	return min(p.sleep, p.exam)
}

// inVain counts a poll that found nothing. A goroutine that only ever polls examines what is in
// its way, too.
func (w *waiter) inVain(t target) {
	if w.vain++; w.vain%pollLooks == 0 {
		w.examine(t, &w.polls)
	}
}

// sleep sleeps until a look may find something, and looks once more before it returns.
func (w *waiter) sleep(ctx context.Context, t target, p *pace) (ok bool, err error) {
	d := w.examine(t, p)
	source := t.source()
	count := source.count.Load() // sleep edge: before the bit
	bits := source.bits(w.producer)
	bits.Or(w.bit) // sleep edge: a fence before the look that follows
	faults.Point("bit of a sleeper")
	if w.core.control.unfenced.Load() != 0 && !fenceOthers() { // sleep edge: for processes that leave out fences
		d = min(d, blindSleep)
	}
	w.watch(ctx)
	w.sleeping.Store(source)
	defer func() {
		w.sleeping.Store(nil)
		bits.And(^w.bit)
	}()
	if ok, err := t.reached(); ok || err != nil {
		return ok, err
	}
	if ctx.Err() != nil || w.core.err() != nil || t.source() != source {
		return false, nil
	}
	if deadline := w.wait.Deadline(); !deadline.IsZero() {
		d = min(d, time.Until(deadline))
	}
	if d > 0 {
		if err := source.sleep(count, d); err != nil {
			w.core.breakWith(err)
		}
		if w.sleeps++; w.sleeps%waiting.ProcsPeriod == 0 {
			waiting.RefreshProcs()
		}
		p.sleep = min(2*p.sleep, longestSleep)
	}
	return t.reached()
}

// watch has the end of ctx wake this waiter. Watching the same context again costs nothing.
// Contexts are told apart by their channels: a user-defined context need not be comparable.
func (w *waiter) watch(ctx context.Context) {
	done := ctx.Done()
	if done == w.done || done == nil {
		return
	}
	w.forget()
	w.done, w.unwatch = done, context.AfterFunc(ctx, w.contextEnded)
}

// contextEnded wakes the waiter if the file is still mapped: forget doesn't wait for it.
func (w *waiter) contextEnded() { w.core.visit(w.wakeUp) }

// forget stops watching the last context.
func (w *waiter) forget() {
	if w.unwatch != nil {
		w.unwatch()
	}
	w.done, w.unwatch = nil, nil
}

// wakeUp wakes the waiter if it sleeps. Any goroutine may call it after storing the reason, if it
// keeps the file mapped meanwhile.
func (w *waiter) wakeUp() {
	if e := w.sleeping.Load(); e != nil {
		w.core.guard(func() {
			e.count.Add(1)
			futexWake(&e.count)
		})
	}
}
