package members

// steps of eviction
const (
	resting int8 = iota
	proves
	looks
	clears
	parks
	frees
	clearsLate
	parksLate
	detaches
	unlocks
	ends
	looksFirst
)

var evictorSteps = [...]string{"takes the lock of recovery", "tries the lock of a process", "looks at a place", "clears a bit", "parks a position",
	"frees a place", "clears a bit", "parks a position", "gives an attachment back", "lets the lock of the dead go", "lets the lock of recovery go",
	"looks at a place"}

// evict makes the next step of evictor k; it is false if there is none. It goes over the attachments, and for each whose
// process it has proven dead over the places. With NoRecheck and LooksTwice it goes over the places.
func (m *Model) evict(s *State, k int8) (bool, string) {
	e := &s.e[k]
	byPlace := m.Bug.NoRecheck || m.Bug.LooksTwice
	switch e.pc {
	case resting:
		if s.recovering != 0 && !m.Bug.NoLock && !m.Bug.OneDescription {
			return false, ""
		}
		s.recovering = k + 1
		e.pc = proves
		if byPlace {
			e.pc = looksFirst
		}
	case looksFirst:
		if e.saw = s.place[e.i]; e.saw.state == free {
			e.saw = place{}
			m.nextPlace(e)
		} else {
			e.a, e.pc = e.saw.owner, proves
		}
	case proves:
		got := !s.c[e.a].alive && (s.held[e.a] == 0 || m.Bug.OneDescription) || m.Bug.NoProof
		if !got || !s.attached[e.a] && !byPlace {
			m.nextProcess(e)
			return true, ""
		}
		if !m.Query {
			s.held[e.a] = k + 1
		}
		e.pc = looks
		if m.Bug.DetachesFirst {
			e.pc = detaches
		}
		if byPlace {
			e.pc = clears
			if m.Bug.LooksTwice && s.place[e.i] != e.saw {
				e.saw, e.pc = place{}, unlocks
			}
		}
	case looks:
		w := s.place[e.i]
		if w.state == free || w.owner != e.a || m.Bug.OnlyLive && w.state != live {
			m.nextPlace(e)
			return true, ""
		}
		e.saw, e.pc = w, clears
		if m.Bug.FreesFirst {
			e.pc = frees
		}
	case clears:
		s.bits &^= 1 << e.i
		e.pc = frees
		if m.Parks && !m.Bug.ParksLate {
			e.pc = parks
		}
	case parks:
		s.position[e.i] = parked
		e.pc = frees
	case frees:
		bad := m.frees(s, e)
		switch {
		case m.Bug.FreesFirst:
			e.pc = clearsLate
		case m.Bug.ParksLate:
			e.pc = parksLate
		case byPlace:
			e.saw, e.pc = place{}, detaches
		default:
			m.nextPlace(e)
		}
		return true, bad
	case clearsLate:
		s.bits &^= 1 << e.i
		m.nextPlace(e)
	case parksLate:
		s.position[e.i] = parked
		m.nextPlace(e)
	case detaches:
		s.attached[e.a] = false
		e.pc = unlocks
	case unlocks:
		if s.held[e.a] == k+1 || m.Bug.OneDescription {
			s.held[e.a] = 0
		}
		if m.Bug.DetachesFirst {
			e.pc = looks
			return true, ""
		}
		m.nextProcess(e)
	case ends:
		if s.recovering == k+1 {
			s.recovering = 0
		}
		*e = evictor{}
	}
	return true, ""
}

// frees gives a place back, by a compare-and-swap from what was seen; NoRecheck stores.
func (m *Model) frees(s *State, e *evictor) (bad string) {
	w := s.place[e.i]
	if w != e.saw && !m.Bug.NoRecheck {
		return ""
	}
	switch owner := &s.c[w.owner]; {
	case w.state == free:
		bad = "a place is freed twice"
	case owner.alive && owner.pc > take && owner.pc < unlock && owner.place == e.i:
		bad = "a living consumer is evicted"
	}
	s.place[e.i] = place{}
	return bad
}

// nextPlace goes on to the next place.
func (m *Model) nextPlace(e *evictor) {
	e.saw = place{}
	e.i++
	switch byPlace := m.Bug.NoRecheck || m.Bug.LooksTwice; {
	case byPlace && e.i < m.Places:
		e.a, e.pc = 0, looksFirst
	case byPlace:
		*e = evictor{pc: ends}
	case e.i < m.Places:
		e.pc = looks
	case m.Bug.DetachesFirst:
		m.nextProcess(e)
	default:
		e.i, e.pc = 0, detaches
	}
}

// nextProcess goes on to the next process.
func (m *Model) nextProcess(e *evictor) {
	if m.Bug.NoRecheck || m.Bug.LooksTwice {
		m.nextPlace(e)
		return
	}
	*e = evictor{pc: proves, a: e.a + 1}
	if e.a == m.Processes {
		*e = evictor{pc: ends}
	}
}

// die ends the evictor k: its locks fall.
func (s *State) die(k int8) {
	s.e[k] = evictor{}
	if s.recovering == k+1 {
		s.recovering = 0
	}
	for a := range s.held {
		if s.held[a] == k+1 {
			s.held[a] = 0
		}
	}
}
