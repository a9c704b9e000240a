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
	// reached looks whether it is there. An error says that it never will be.
	reached() (bool, error)
	// source is where the one sleeps who has to move first.
	source() *eventcount
	// obstacle returns what is in the way, and what for.
	obstacle() (obstacle, BlockedError)
}

// A waiter waits for one role, and keeps what it needs from wait to wait, so that a wait allocates
// nothing.
type waiter struct {
	core     *core
	bit      uint64
	producer bool

	wait     waiting.Wait
	sleeping atomic.Pointer[eventcount] // where it sleeps, or is about to
	done     <-chan struct{}            // of the context of the last sleep
	unwatch  func() bool

	vain   int // looks, without a wait
	polls  pace
	sleeps int
}

// A test has others.
var (
	// Each sleep ends by itself: who had to wake it may have died in between.
	firstSleep, longestSleep = 50 * time.Millisecond, time.Second
	// And that early if others leave it to this process to fence them, and it can't.
	blindSleep = time.Millisecond
	// While who has to move may be dead, it is looked after that often.
	firstExam, longestExam = 5 * time.Millisecond, 100 * time.Millisecond
)

const (
	// A wait that never parks looks at the clock once in that many looks, and when it has slept for so long.
	examLooks, examSleep = 1 << 8, time.Millisecond
	// And one that only polls, once in that many.
	pollLooks = 1 << 10
)

// until waits for the target, for which the caller has just looked in vain. Its first rest takes that
// many Spins.
func (w *waiter) until(ctx context.Context, t target, spins int) error {
	if ctx == nil {
		panicf("nil context")
	}
	w.wait = waiting.Wait{} // it has counted the looks of the last wait
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

// A pace says how long a wait sleeps, and when it looks after who has to move.
type pace struct {
	sleep, exam time.Duration
	next        time.Time // of the next exam; zero: none is planned
}

// examine looks after who has to move, if it is time. The first time is a while after the first call:
// most waits have ended before. It returns how long a sleep may take.
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

// inVain counts a look in vain of who doesn't wait. Who only ever polls looks after who has to move, too.
func (w *waiter) inVain(t target) {
	if w.vain++; w.vain%pollLooks == 0 {
		w.examine(t, &w.polls)
	}
}

// sleep sleeps until a look may find something. It has looked once more when it returns.
func (w *waiter) sleep(ctx context.Context, t target, p *pace) (ok bool, err error) {
	d := w.examine(t, p)
	source := t.source()
	count := source.count.Load() // sleep edge: before the bit
	bits := source.bits(w.producer)
	bits.Or(w.bit) // sleep edge: a fence before the look that follows
	faults.Point("bit of a sleeper")
	if w.core.control.unfenced.Load() != 0 && !fenceOthers() { // sleep edge: for those who don't
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

// watch has the end of ctx wake this waiter. One context after the other costs nothing if it is the same.
// Channels tell contexts apart: a user-defined one need not be comparable.
func (w *waiter) watch(ctx context.Context) {
	done := ctx.Done()
	if done == w.done || done == nil {
		return
	}
	w.forget()
	w.done, w.unwatch = done, context.AfterFunc(ctx, w.contextEnded)
}

// contextEnded wakes the waiter, if the file is still mapped: forget doesn't wait for it.
func (w *waiter) contextEnded() { w.core.visit(w.wakeUp) }

// forget forgets the last context.
func (w *waiter) forget() {
	if w.unwatch != nil {
		w.unwatch()
	}
	w.done, w.unwatch = nil, nil
}

// wakeUp wakes the waiter if it sleeps. Any goroutine may call it, after it has stored why, if it keeps the
// file mapped meanwhile.
func (w *waiter) wakeUp() {
	if e := w.sleeping.Load(); e != nil {
		w.core.guard(func() {
			e.count.Add(1)
			futexWake(&e.count)
		})
	}
}
