package holds

// steps of expiry
const (
	watches int8 = iota
	locks
	looksAt
	readsTime
	clearsFirst
	expires
	unbits
	releases
	unlocksIt
)

var expirerSteps = [...]string{"sees a place to evict", "takes the lock of recovery", "looks at the place", "reads the time of death", "clears the bit",
	"evicts the held place", "clears the bit", "frees the place", "lets the lock of recovery go"}

// begun tells whether the place is one whose eviction an expirer has begun, and may have left.
func (m *Model) begun(w word) bool {
	return w.state == evicted && w.owner == nobody && !m.Bug.Unfinished
}

// expire makes the next step of expirer k; it is false if there is none.
func (m *Model) expire(s *State, k int8) (bool, string) {
	x := &s.x[k]
	switch x.pc {
	case watches:
		if s.place.state != held && !m.begun(s.place) {
			return false, ""
		}
		if x.pc = locks; m.Bug.ByOwner {
			x.pc = looksAt
		}
	case locks:
		if s.recovering != 0 {
			*x = expirer{}
			return true, ""
		}
		s.recovering, x.pc = expiring+k, looksAt
	case looksAt:
		switch x.saw = s.place; {
		case x.saw.state == held:
			x.pc = readsTime
		case m.begun(x.saw):
			x.pc = unbits
		default:
			m.expired(x)
		}
	case readsTime:
		switch {
		case s.now-s.died < grace && !m.Bug.Clockless:
			m.expired(x)
		case m.Bug.BitFirst:
			x.pc = clearsFirst
		default:
			x.pc = expires
		}
	case clearsFirst:
		s.bit = false
		x.pc = expires
	case expires:
		return true, m.swap(s, k)
	case unbits:
		s.bit = false
		if x.pc = releases; m.Bug.FreesAtOnce {
			m.expired(x)
		}
	case releases:
		if s.place == x.saw {
			s.place = word{free, nobody, s.place.epoch, s.place.turn}
		}
		m.expired(x)
	case unlocksIt:
		s.unlock(expiring + k)
		*x = expirer{}
	}
	return true, ""
}

// swap evicts the held place.
func (m *Model) swap(s *State, k int8) (bad string) {
	x := &s.x[k]
	if s.place != x.saw {
		m.expired(x)
		return ""
	}
	if s.kept && s.now-s.since < grace {
		bad = "a held consumer is evicted before its grace is over"
	}
	s.forget()
	w := word{evicted, nobody, s.place.epoch, s.place.turn}
	if m.Bug.ByOwner {
		w.owner = maxProcesses + k
	}
	if x.pc = unbits; m.Bug.BitFirst {
		x.pc = releases
	} else if m.Bug.FreesAtOnce {
		w.state, w.owner = free, nobody
	}
	x.saw, s.place = w, w
	return bad
}

// expired ends the expirer's round.
func (m *Model) expired(x *expirer) {
	if *x = (expirer{pc: unlocksIt}); m.Bug.ByOwner {
		*x = expirer{}
	}
}

// unlock lets the lock of recovery go if who has it.
func (s *State) unlock(who int8) {
	if s.recovering == who {
		s.recovering = 0
	}
}
