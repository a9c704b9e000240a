package shm

import (
	"context"
	"fmt"
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
	// examine looks whether who has to move is dead, or may be evicted, and does what is to be done.
	examine()
	// blocked says what is in the way.
	blocked() BlockedError
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
}

// A test has others.
var (
	// Each sleep ends by itself: who had to wake it may have died in between.
	firstSleep, longestSleep = 50 * time.Millisecond, time.Second
	// While who has to move may be dead, it is looked after that often.
	firstExam, longestExam = 5 * time.Millisecond, 100 * time.Millisecond
)

// A wait that never sleeps looks at the clock once in that many looks.
const examLooks = 1 << 12

// until waits for the target, for which the caller has just looked in vain. Its first rest takes that
// many Spins.
func (w *waiter) until(ctx context.Context, t target, spins int) error {
	if ctx == nil {
		panicf("nil context")
	}
	w.wait = waiting.Wait{} // it has counted the looks of the last wait
	w.wait.Begin(&w.core.strategy, ctx, nil, spins)
	pace := pace{sleep: firstSleep, exam: firstExam}
	for looks := 1; ; looks++ {
		park, expired := w.wait.Step()
		if ok, err := t.reached(); ok || err != nil {
			return err
		}
		if expired != nil {
			b := t.blocked()
			b.Err = expired
			return &b
		}
		if park {
			if ok, err := w.sleep(ctx, t, &pace); ok || err != nil {
				return err
			}
		} else if looks%examLooks == 0 {
			pace.examine(t)
		}
	}
}

// A pace says how long a wait sleeps, and when it looks after who has to move.
type pace struct {
	sleep, exam time.Duration
	next        time.Time // of the next exam; zero: none is planned
}

// examine looks after who has to move, if it is time. The first time is a while after the first call:
// most waits have ended before.
func (p *pace) examine(t target) {
	now := time.Now()
	switch {
	case p.next.IsZero():
	case now.Before(p.next):
		return
	default:
		t.examine()
		p.exam = min(2*p.exam, longestExam)
	}
	p.next = now.Add(p.exam)
}

// sleep sleeps until a look may find something. It has looked once more when it returns.
func (w *waiter) sleep(ctx context.Context, t target, p *pace) (ok bool, err error) {
	p.examine(t)
	source := t.source()
	count := source.count.Load() // sleep edge: before the bit
	bits := source.bits(w.producer)
	bits.Or(w.bit) // sleep edge: a fence before the look that follows
	faults.Point("bit of a sleeper")
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
	d := min(p.sleep, time.Until(p.next))
	if deadline := w.wait.Deadline(); !deadline.IsZero() {
		d = min(d, time.Until(deadline))
	}
	if d > 0 {
		if err := source.sleep(count, d); err != nil {
			w.core.breakWith(err)
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

// room is what a claim waits for: a target. It is a pointer, so to make an interface of it allocates
// nothing; the same goes for coming.
type room struct{ *claimer }

func (r room) reached() (bool, error) {
	if r.attempt(r.wanted) {
		return true, nil
	}
	return false, r.end()
}

// end returns why there will be no room any more, or nil.
func (p *claimer) end() error {
	if err := p.core.err(); err != nil {
		return err
	}
	if _, closed := p.core.claimed(); closed {
		return ErrClosed
	}
	return nil
}

func (r room) source() *eventcount {
	if members := r.core.control.members.Load(); members != 0 {
		if i, _ := r.core.slowest(members); i != nobody {
			return &r.core.place(i).event
		}
	}
	return &r.core.control.event
}

func (r room) examine() {
	c := r.core
	members := c.control.members.Load()
	if members == 0 {
		if end, _ := c.claimed(); r.resolved < end {
			c.examineOpen(r.resolved)
		}
		return
	}
	i, _ := c.slowest(members)
	if i == nobody {
		return
	}
	switch st := state(c.place(i).state.Load()); {
	case st.phase() == live && c.lives(st.owner()):
		if c.place(i).maxLag.Load() > 0 {
			c.evict(i)
		} else {
			c.examineBefore(i)
		}
	default:
		c.recover()
	}
}

// examineBefore examines what consumer i waits for.
func (c *core) examineBefore(i int) {
	at := c.place(i).position.Load()
	if end, _ := c.claimed(); at >= 0 && at < end && !mark(c.mark(at).Load()).resolved(at) {
		c.examineOpen(at)
	}
	c.recoverDead() // whom it follows may be dead
}

// examineOpen recovers if no living producer owns seq, which is open.
func (c *core) examineOpen(seq int64) {
	if i, st := c.coveredBy(seq, nil); i == nobody || !c.lives(st.owner()) {
		c.recover()
	}
}

func (r room) blocked() BlockedError {
	b := BlockedError{Waits: "room", Sequence: r.seen}
	c := r.core
	members := c.control.members.Load()
	if members == 0 {
		b.By, b.What = c.whoClaims(r.walk())
		return b
	}
	i, at := c.slowest(members)
	if i == nobody {
		b.What = "consumers come and go"
		return b
	}
	end, _ := c.claimed()
	b.By, b.What = c.whoConsumes(i), fmt.Sprintf("is %d behind", end-at)
	return b
}

// whoClaims says who has seq claimed and not published.
func (c *core) whoClaims(seq int64) (by, what string) {
	end, _ := c.claimed()
	if seq >= end {
		return "", "nothing is published"
	}
	i, st := c.coveredBy(seq, nil)
	if i == nobody {
		return "", fmt.Sprintf("sequence %d is claimed by nobody who lives, and not recovered yet", seq)
	}
	by = fmt.Sprintf("producer %d%s of %s", i, quoted(c.record(i).name.load()), c.process(st.owner()))
	return by, fmt.Sprintf("has claimed %d and not published it", seq)
}

// whoConsumes names a consumer.
func (c *core) whoConsumes(i int) string {
	st := state(c.place(i).state.Load())
	who := fmt.Sprintf("consumer %d%s", i, quoted(c.place(i).name.load()))
	if st.phase() == held {
		return who + ", which died and is waited for,"
	}
	return who + " of " + c.process(st.owner())
}

// process names the owner of an attachment.
func (c *core) process(i int) string {
	if i < 0 || i >= c.geometry.processes {
		return "nobody"
	}
	a := c.attachment(i)
	who := fmt.Sprintf("process %d%s", a.pid.Load(), quoted(a.name.load()))
	if !c.lives(i) {
		who += ", which is dead and not recovered yet,"
	}
	return who
}

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" %q", name)
}

// coming is what a consumer waits for: a target.
type coming struct{ *reader }

func (r coming) reached() (bool, error) {
	if r.look() > r.next {
		return true, nil
	}
	return false, r.end()
}

func (r coming) source() *eventcount {
	if len(r.upstream) > 0 {
		if u, _, _ := r.slowest(); u != nil {
			return &u.place.event
		}
	}
	return &r.core.control.event
}

func (r coming) examine() {
	c := r.core
	if len(r.upstream) == 0 {
		if end, _ := c.claimed(); r.next < end {
			c.examineOpen(r.next)
		}
		return
	}
	u, _, _ := r.slowest()
	if u == nil {
		return
	}
	if st := state(u.place.state.Load()); st.phase() == live && c.lives(st.owner()) {
		c.examineBefore(u.index)
	} else {
		c.recover()
	}
}

func (r coming) blocked() BlockedError {
	b := BlockedError{Waits: "events", Sequence: r.next}
	if u, _, _ := r.slowest(); u != nil {
		b.By, b.What = r.core.whoConsumes(u.index), "is not done with it"
		return b
	}
	b.By, b.What = r.core.whoClaims(r.next)
	return b
}
