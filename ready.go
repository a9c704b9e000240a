package disruptor

// A consumer that stands in a select sleeps outside of the ring: its park is split in two. A look that finds
// nothing registers the consumer's signal and looks again, as who is about to park does (finder.park); the
// sleep is a receive from the signal's channel, whenever that is; the next look leaves. At the end of each
// look one of two things is so:
//
//   - The channel holds a value, and the signal is registered nowhere. There was something, or the look may
//     find something if it is repeated, or the consumer has found its end.
//   - The signal is registered for what comes next, and nothing was there at a look that followed.
//
// So no wake-up is lost (park edge). What the second look has not seen is stored by somebody who looks for
// sleepers afterwards. The alert has been up since the signal was first registered in its lot, and down in
// between never. So either its waker finds it raised, and fences; then it finds wanted at the key, or had
// looked before wanted was stored, and the second look sees its store. Or it had looked before the alert was
// raised; then the second look sees its store, as alert.go says. That holds for a signal that is registered
// anew in the same lot, under the lock, as well. Who has roused it for the key before, or is about to, has
// stored what it did before the lock was taken, or finds the new key.
//
// Nothing else rouses a signal in time but what it is registered for. A stage whose slowest predecessor has
// moved on, while another is still behind, is registered with the wrong one: it is roused, and the next look
// registers it with the other. The end of the ring, a failure, and a predecessor that leaves rouse all that
// are registered, after they can be seen; the second look sees them, or they find the signal.
//
// A signal may be registered at a key below the position: a look passes aborted ranges before it leaves.
// The slots behind the key are held back no more then, and its mark may be one of a later lap. Whatever it
// is, it is above the key, as that of the aborted range was: the signal is roused, and the look that is under
// way leaves or registers it anew.

// A signal tells a consumer between two calls that a look may find something. It is a sleeper that never
// enters a list of free ones: what is sent to its channel is for its consumer.
type signal struct {
	sleeper
	lot  *lot // where it is registered; nil: nowhere
	told bool // the channel has got a value since the ring ended
}

func newSignal() *signal { return &signal{sleeper: sleeper{wake: make(chan struct{}, 1)}} }

// register has s woken when need is reached; nothing happens before the position is above key. The caller
// looks again.
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

// leave ends the registration, if there is one: no waker pays for s any more.
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

// raise leaves, and has the consumer look again.
func (s *signal) raise() {
	s.leave()
	s.rouse()
}

// hears reports whether the end of the ring, err, is nothing new. What is claimed on a closed ring may
// still come, so the consumer has to be told of it once, and then waits.
func (s *signal) hears(err error) bool {
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

// lookRegistered registers the signal for what comes next and looks again. waits reports that nothing is
// there and that the signal hears of what comes.
func (r *reader) lookRegistered() (from, to int64, waits bool) {
	s := r.signal
	if r.core.err() == nil { // afterwards what is in the channel may be all that tells of the end
		s.forget() // before the registration, after which a wake-up counts
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
	return from, to, waits && to == from && r.ended(r.pos) == nil && s.hears(r.core.err())
}

// Ready returns a channel on which the consumer is told that TryNext may find something, for a select that
// waits for other things, too. Call TryNext after each value that is received. As long as there is more than
// the last TryNext has returned, a value is in the channel or will be sent; it is sent, too, when the ring
// ends, and when this consumer has. It may be sent in vain; none is ever missing, whether TryNext is called
// once for each value or until it returns false. The first value is there at once.
//
// Once the consumer has found its end the channel is never empty after a TryNext. TryNext does not tell of
// it, but [Ring.Err] does: leave the loop then, and use Next or Batches for what is left, which wait for what
// was claimed before the end and not published yet.
//
// Ready returns the same channel each time. From its first call on, each look of this consumer that finds
// nothing registers it to be woken, which costs it some 100 ns, and while it is registered each Publish or
// Done that it waits for costs what a consumer that parks costs. Config.Wait plays no part. Close of the
// consumer ends that. The goroutine that uses the consumer calls Ready; any may receive.
//
// It panics if the consumer was made by Handle, which Run serves, and if it is that of a group.
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
