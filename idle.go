package disruptor

import (
	"context"

	"github.com/be395dad/disruptor/internal/waiting"
)

// Of the sleeping takers of a crew, one watches: it sleeps where a reader would. The others are idle and
// sleep on the crew. So an event wakes only the taker that watches. Once that taker has found something, or
// leaves, it wakes an idle one, which watches from then on. A goroutine that leaves a run behind, closes the
// crew or asks a taker to leave wakes all of them.

// await waits until a run is in hand. The caller has just looked for one in vain. It returns an error if no
// run will ever come or ctx has ended.
func (t *taker) await(ctx context.Context) error {
	if err := t.stopped(); err != nil {
		return err
	}
	a := await{taker: t}
	defer t.awake() // a strategy may panic
	t.core.begin(&a.Wait, ctx, t.backoff.Spins())
	t.giveWay.Begin(&a.Wait, t.company())
	err := a.until()
	if err == nil {
		t.giveWay.End(&a.Wait)
		t.backoff.Adapt(t.ready-t.from, a.Looks())
	}
	return err
}

// waitsLong shows the wait in Stats.
func (t *taker) waitsLong() {
	if !t.long {
		t.long = true
		t.crew.idle.mu.Lock()
		defer t.crew.idle.mu.Unlock()
		t.crew.count(0, 1)
	}
}

// awake ends a wait.
func (t *taker) awake() {
	if !t.long { // has not slept either
		return
	}
	t.long = false
	t.crew.idle.mu.Lock()
	defer t.crew.idle.mu.Unlock()
	t.crew.count(0, -1)
	t.relieve()
}

// relieve lets an idle taker watch instead of this one, if this one watches. The caller holds the lock.
func (t *taker) relieve() {
	w := t.crew
	if !t.watches {
		return
	}
	t.watches, w.watched = false, false
	if s := w.idle.first; s != nil {
		w.idle.rouse(s)
	}
}

// mayWatch lets this taker watch if no other does. The caller holds the lock.
func (t *taker) mayWatch() {
	if w := t.crew; !w.watched {
		t.watches, w.watched = true, true
	}
}

// rouse wakes all takers. The caller holds the lock.
func (w *crew) rouse() {
	for s := w.idle.first; s != nil; s = s.next {
		s.rouse()
	}
	if w.watcher != nil {
		w.watcher.rouse()
	}
}

// park sleeps until a look may find something, and reports whether it has slept. again says that the same
// wait has slept before.
func (t *taker) park(ctx context.Context, again bool) (slept bool) {
	t.waitsLong()
	w := t.crew
	w.idle.mu.Lock()
	if t.mayWatch(); t.watches {
		w.idle.mu.Unlock()
		return t.watch(ctx, again)
	}
	s := w.idle.add()
	w.idle.mu.Unlock()
	// What is published from now on wakes the taker that watches. A run that is left behind wakes this one.
	if w.runsLeft.load() == 0 && !t.behind() && t.stopped() == nil { // park edge
		w.idle.park(ctx, s, again)
		slept = true
	}
	w.idle.mu.Lock()
	defer w.idle.mu.Unlock()
	w.idle.remove(s)
	t.mayWatch() // this one may have been woken by the taker that watched
	t.relieveUser()
	return slept
}

// watch is park for the taker that watches. It sleeps on what is published next, or on the slowest of the
// members that the crew follows. If everything in a closed ring is taken, it sleeps on the tail.
func (t *taker) watch(ctx context.Context, again bool) (slept bool) {
	w := t.crew
	end := t.core.end.load()             // close edge
	taken := w.taken.load() &^ closedBit // group edge
	last, direct, list := taken >= end, t.direct, t.seen
	place, key := &t.core.readers, t.ready
	barrier := w.barrier()
	if barrier != 0 {
		place, key = &t.member.sleepers, barrier-1
	} else if last {
		place, key = &t.member.sleepers, end-1
	} else if !direct {
		place, key = &slowest(t.follows).sleepers, taken
	}
	point(pointWatching)
	s := place.enter(key, key+1) // park edge
	defer func() {               // a key may panic
		t.sleepsAt(nil)
		place.leave(s)
	}()
	t.sleepsAt(s)
	found := t.take() || t.stopped() != nil || t.core.end.load() != end // park edge: after both registrations
	found = found || w.barrier() != barrier || t.behind()               // park edge
	found = found || t.own != nil && t.own.end != taken                 // last was computed from an earlier taken
	switch {
	case last, barrier != 0: // the position has not moved there
	case direct:
		found = found || t.ready != key || t.mayKey()
	default: // a member that has moved on, or left, wakes no sleeper that came later
		found = found || least(t.follows) > key || t.core.members.list.load() != list
	}
	if !found {
		place.park(ctx, s, again)
	}
	return !found
}

// sleepsAt records the sleeper by which the taker that watches is woken; nil: it does not sleep.
func (t *taker) sleepsAt(s *sleeper) {
	w := t.crew
	w.idle.mu.Lock()
	defer w.idle.mu.Unlock()
	if w.watcher = s; s == nil {
		t.relieveUser()
	}
}

// relieveUser is relieve for a user-defined strategy, whose next step need not be a park. The caller holds
// the lock.
func (t *taker) relieveUser() {
	if t.core.strategy.Kind == waiting.KindUser {
		t.relieve()
	}
}
