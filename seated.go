package disruptor

// The methods of a taker of a crew with a key. It walks from a seat, its own or one that it has
// adopted, and takes the events that the seat owns.

// lookOwn is look for a crew with a key. It is not inlined, so that a call separates the
// accesses to a slot from the store of the seat.
//
//go:noinline
func (t *taker) lookOwn() (from, to int64) {
	if t.core.failed.load() != 0 || !t.takeOwn() { // close edge
		return t.from, t.from
	}
	t.handed = t.to
	return t.from, t.to
}

// takeOwn is take for a crew with a key. It looks around only if there is no more to walk over.
func (t *taker) takeOwn() bool {
	if t.from < t.to {
		return true
	}
	return t.asked.load() == 0 && !t.crew.seats.closed() && t.step() || t.walkAround() // leave edge
}

// step takes the next piece that the seat owns, below the end that the seat knows to be keyed.
func (t *taker) step() bool {
	st := t.seat
	at := t.crew.seats.next(st)
	if at == st.end {
		return false
	}
	t.from, t.to, t.handed = at, t.runEnd(at), at
	st.walked = t.to
	t.moveSeat(at)
	return true
}

// walkAround is takeOwn for a seat that has walked to its end.
func (t *taker) walkAround() bool {
	s := t.crew.seats
	for lap := t.own.end + t.core.capacity; t.asked.load() == 0; { // leave edge
		if s.closed() {
			t.dropRest()
			return false
		}
		if t.seat == t.own && s.orphans.load() != 0 { // seat edge
			t.moveSeat(s.next(t.own))
			t.settle()
			t.adopt()
		}
		if t.step() {
			return true
		}
		st := t.seat
		if st != t.own {
			t.retire()
			continue
		}
		if st.position.load() < st.end { // seat edge: its own, which owns nothing in between
			t.settleAt(st.end)
		}
		if st.end >= lap || !t.lookOn() { // after a lap with no event to take, let a wait look at its context
			return false
		}
	}
	return false
}

// moveSeat moves the seat to at, over events that other seats own.
func (t *taker) moveSeat(at int64) {
	switch st := t.seat; {
	case st.position.load() >= at: // seat edge: its own
	case t.period == 1:
		t.settleAt(at)
	default:
		st.position.storeRelease(at) // seat edge
	}
}

// runEnd returns the end of the piece that begins at at and that the seat owns entirely.
func (t *taker) runEnd(at int64) int64 {
	s, st := t.crew.seats, t.seat
	mask := t.core.capacity - 1
	most := min(st.end, at+t.crew.maxBatch)
	for at++; at < most && s.owners[at&mask] == st.id; {
		at++
	}
	return at
}

// lookOn reports whether more is keyed than the worker's own seat knows of. It keys what is
// published if nobody has.
func (t *taker) lookOn() bool {
	s, st := t.crew.seats, t.own
	if s.keyed.load() == st.end && t.key() { // seat edge
		t.rouseIdle()
	}
	end := s.keyed.load() &^ closedBit // seat edge
	more := end > st.end
	st.end = end
	return more
}

// key keys what is published and reports whether that was anything. It does nothing while
// another taker does so; only the taker that watches waits for the lock, because it has to be
// sure.
func (t *taker) key() bool {
	s := t.crew.seats
	at := t.own.end
	// Look for published slots even at a barrier: a taker that goes to sleep has to know of them.
	if t.find(at, at+1) <= at || s.blocked() != 0 {
		return false
	}
	if t.watches {
		s.mu.Lock()
	} else if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	from := s.keyed.load() // seat edge
	if from != at || s.blocked() != 0 {
		return false
	}
	to := min(t.find(from, from+keyedAtOnce), from+keyedAtOnce)
	s.assign(from, to)
	return s.keyed.cas(from, to) // seat edge: unless the crew has been closed
}

// behind reports whether more is keyed than the taker has walked over.
func (t *taker) behind() bool {
	return t.own != nil && t.crew.seats.keyed.load()&^closedBit != t.own.end // seat edge
}

// mayKey reports whether the taker has found more than is keyed.
func (t *taker) mayKey() bool { return t.own != nil && t.ready > t.own.end }

// rouseIdle wakes the idle takers, after keyed has been raised.
func (t *taker) rouseIdle() {
	w := t.crew
	w.idle.mu.Lock()
	defer w.idle.mu.Unlock()
	for o := w.idle.first; o != nil; o = o.next { // park edge: keyed before the list of the idle
		o.rouse()
	}
}

// finishOwn is finish for a crew with a key. It is not inlined, for the same reason as lookOwn.
//
//go:noinline
func (t *taker) finishOwn(to int64) {
	s, st := t.crew.seats, t.seat
	t.from, t.handed, st.tries = to, max(t.handed, to), 0
	if to == t.to {
		to = s.next(st)
	}
	if to == st.end || to-st.settled >= t.period {
		t.settleAt(to)
		return
	}
	st.position.storeRelease(to) // seat edge
}

// settleSeldom makes the position follow the worker's seat only when the worker has finished all
// that is keyed, and once in a while in between: a look at all seats costs more than many
// handlers.
func (t *taker) settleSeldom() { t.period = min(settlePeriod, t.crew.maxBatch) }

// settle moves the position if the seat has moved since it last did so, and was the one that
// held it.
func (t *taker) settle() {
	if at := t.seat.position.load(); at > t.seat.settled { // seat edge: its own
		t.settleAt(at)
	}
}

// settleAt moves the seat to at, and the position too if the seat was the one that held it.
func (t *taker) settleAt(at int64) {
	t.seat.settled = at
	t.seat.position.store(at) // seat edge: before the looks at the others
	t.crew.seats.settle()
}

// adopt goes on with a seat that has no worker, if there is one.
func (t *taker) adopt() {
	if st := t.crew.seats.adopt(); st != nil {
		t.sit(st)
	}
}

// retire removes an adopted seat that is at its end, and goes back to the worker's own seat.
func (t *taker) retire() {
	t.crew.seats.retire(t.seat)
	t.sit(t.own)
}

func (t *taker) sit(st *seat) {
	t.seat = st
	t.from, t.to = st.walked, st.walked
}

// dropRest gives up the events not yet handed out, after the crew has been closed.
func (t *taker) dropRest() {
	if t.seat != t.own {
		t.seat.walked = t.seat.end
		t.retire()
	}
	st := t.own
	st.end = t.crew.seats.keyed.load() &^ closedBit // seat edge
	st.walked = st.end
	if st.position.load() < st.end { // seat edge: its own
		t.settleAt(st.end)
	}
}

// stand leaves the seats of a worker that goes, and with them the events that it has not finished.
func (t *taker) stand() {
	w, st := t.crew, t.seat
	if t.from < t.to {
		if st.tries++; w.givesUp(t.from, st.tries) {
			t.finishOwn(t.from + 1)
		}
	}
	if t.from < t.to {
		st.walked = t.from
	}
	t.from, t.handed = t.to, t.to
	orphans := st != t.own && w.seats.leave(st)
	if w.seats.leave(t.own) || orphans {
		w.idle.mu.Lock()
		defer w.idle.mu.Unlock()
		w.rouse() // park edge: behind orphans
	}
}
