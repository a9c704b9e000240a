package disruptor

// A consumer in a select sleeps outside of the ring, so its park is split in two. A look that
// finds nothing registers the consumer's signal and looks again, as one that is about to park
// does (finder.park). The sleep is a receive from the signal's channel, whenever that comes. The
// next look that finds something leaves. At the end of each look one of two things holds:
//
//   - The channel has a value, and the signal is registered nowhere. Something was there, or the
//     next look may find it, or the consumer has found its end.
//   - The signal is registered for what comes next, and a look after the registration found
//     nothing.
//
// In the second case no wake-up is lost (park edge). The signal has kept the alert up since it
// entered this lot, whether or not it has been registered anew since. Take a waker whose store
// the last look has not seen. It has not found the alert down: then its store would precede the
// process fence that came before the registration, or one before that, and the look would have
// seen it (alert.go). So it fences after its store and looks at wanted. Had it found wanted as
// it was before the last registration, its store would precede that, and the look would have
// seen it. So it finds the key, and rouses the signal.
//
// The lot's lock orders the rest. A waker that holds it before the signal is registered anew may
// rouse the signal for its old key: one value too many. A waker that gets it afterwards finds
// the new key.
//
// A goroutine that ends the ring, and a consumer that leaves, store that first and then rouse
// every sleeper they find registered. Either the signal is among them, or the checks after the
// last look see what was stored. A consumer that has left does not rouse again: a signal
// registered in its lot later must see that the list has changed. The same goes for a signal in
// the lot of the slowest stage, if that has moved on since while another still holds the
// consumer back. Such a signal is raised, and the next look registers it where it belongs.
//
// A look passes aborted ranges while the signal is still registered before them. The slots there
// may be claimed for the next lap by then. But each mark there is above the key, whichever lap
// it is of, so a waker rouses the signal, in vain at worst.

// A signal tells a consumer between two calls that a look may find something. It is a sleeper
// that never enters a list of free ones: what is sent to its channel is meant for its consumer.
type signal struct {
	sleeper
	lot  *lot // where it is registered; nil: nowhere
	told bool // the channel has got a value since the ring ended
}

func newSignal() *signal { return &signal{sleeper: sleeper{wake: make(chan struct{}, 1)}} }

// register has s woken when need is reached; nothing happens before the position is above key.
// The caller must look again.
func (s *signal) register(l *lot, key, need int64) {
	if s.lot != l {
		s.leave()
		l.alert.enter() // park edge
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.lot != l {
		l.link(&s.sleeper)
		s.lot = l
	}
	s.key, s.need = key, need
	l.announce()
}

// leave ends the registration, if there is one: s then costs no waker anything.
func (s *signal) leave() {
	l := s.lot
	if l == nil {
		return
	}
	l.mu.Lock()
	l.unlink(&s.sleeper)
	l.announce()
	l.mu.Unlock()
	l.alert.leave()
	s.lot = nil
}

// raise leaves, and makes the consumer look again.
func (s *signal) raise() {
	s.leave()
	s.rouse()
}

// knows reports whether err, the end of the ring or nil, is nothing new. Claims on a closed ring
// may still be published: the consumer is told of the end once, and then waits.
func (s *signal) knows(err error) bool {
	if err == nil || s.told {
		return true
	}
	s.told = true
	return false
}

// lookReady is look for a consumer on which Ready was called.
func (r *reader) lookReady() (from, to int64) {
	from, to = r.pos, r.pos
	if r.ended(r.pos) == nil { // close edge
		if from, to = r.lookAround(); to == from {
			waits := false
			if from, to, waits = r.lookRegistered(); waits {
				return from, to
			}
		}
	}
	r.signal.raise()
	return from, to
}

// lookRegistered registers the signal for what comes next and looks again. waits reports that
// nothing is there and that the signal will hear of what comes.
func (r *reader) lookRegistered() (from, to int64, waits bool) {
	s := r.signal
	if r.core.err() == nil { // later, what the channel has may be all that tells of the end
		s.forget() // before the last look, after which a wake-up counts
	}
	if r.direct {
		key := r.ready
		point(pointEmpty)
		s.register(&r.core.readers, key, r.pos+1) // park edge
		point(pointSignal)
		from, to = r.lookAround()
		waits = r.ready == key
	} else {
		m, at, list := slowest(r.follows), r.pos, r.seen
		point(pointEmpty)
		s.register(&m.sleepers, at, at+1) // park edge
		point(pointSignal)
		from, to = r.lookAround()
		// One that has moved on, or left, wakes no sleeper that came later.
		waits = m.position.load() <= at && r.seen == list // park edge
	}
	return from, to, waits && to == from && r.ended(r.pos) == nil && s.knows(r.core.err())
}

// Ready returns a channel that says when to call [Consumer.TryNext], for a select that waits for
// other things as well. It is the same channel each time. After each value received, call
// TryNext once, or again until it returns false. While there is more than the last TryNext
// returned, the channel has a value or will get one. The same holds when the ring or this
// consumer ends. A value may come in vain; the first one is there at once.
//
// A value may mean the end, which TryNext does not report. So look at [Ring.Err]: once it is not
// nil, take what is left with Next or Batches, which wait for claims that are still open. When
// the consumer has found its end, each TryNext leaves a value in the channel.
//
// The goroutine that uses the consumer calls Ready; any goroutine may receive. A value by itself
// orders nothing; TryNext does. After the first call of Ready, a look of this consumer that
// finds nothing takes some 100 ns longer. After such a look, until the next one that finds
// something, Publish and Done cost what they cost while a consumer is parked. [Config.Wait]
// plays no part.
//
// Ready panics if the consumer was made by Handle, or belongs to a group.
func (c *Consumer[T]) Ready() <-chan struct{} {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.refuse()
	if c.member.service.load() != byHand {
		panicf("Ready of consumer %q, which Run serves", c.Name())
	}
	if c.signal == nil {
		c.signal = newSignal()
		c.signal.rouse() // nothing is registered yet
	}
	return c.signal.wake
}
