package lagging

// steps of eviction of the dead
const (
	resting int8 = iota
	proves
	looks
	unbits
	frees
	holds
	detaches
	unlocks
	ends
)

var evictorSteps = [...]string{"takes the lock of recovery", "tries the lock of a process", "looks at the place", "clears the bit", "frees the place",
	"holds the place", "gives an attachment back", "lets the lock of the dead go", "lets the lock of recovery go"}

// evict makes the next step of the evictor; it is false if there is none.
func (m *Model) evict(s *State) (bool, string) {
	e := &s.e
	switch e.pc {
	case resting:
		if s.recovering != unlocked {
			return false, ""
		}
		s.recovering, e.pc = byEvictor, proves
	case proves:
		dead := false
		if e.a < maxProcesses {
			dead = !s.c[e.a].alive
		} else {
			dead = s.o[e.a-maxProcesses].dead
		}
		if !dead || !s.attached[e.a] {
			m.nextProcess(e)
			return true, ""
		}
		s.locked[e.a], e.pc = true, looks
	case looks:
		w := s.place
		switch {
		case m.ByWord && w.by != 0 && w.by == e.a-maxProcesses+1:
			e.saw, e.pc = w, unbits
		case w.state == free || w.owner != e.a:
			e.pc = detaches
		case w.by != 0:
			e.pc = unlocks // its bit is being cleared by another: the next recovery frees it
		case w.state == live && m.Holds:
			e.saw, e.pc = w, holds
		default:
			e.saw, e.pc = w, unbits
		}
	case unbits:
		s.bit = false
		e.pc = frees
	case frees:
		w := e.saw
		e.saw, e.pc = word{}, looks
		switch {
		case s.place != w: // ByWord: it has been evicted in between
			if m.Bug.LooksOnce {
				e.pc = detaches
			}
		case w.by != 0:
			s.place.by = 0
		default:
			s.place = word{free, nobody, w.epoch, 0}
		}
	case holds:
		if s.place == e.saw {
			s.place.state, s.place.owner = held, nobody
		}
		e.saw, e.pc = word{}, looks
	case detaches:
		s.attached[e.a] = false
		e.pc = unlocks
	case unlocks:
		s.locked[e.a] = false
		m.nextProcess(e)
	case ends:
		s.recovering = unlocked
		*e = evictor{}
	}
	return true, ""
}

// nextProcess goes on to the next process.
func (m *Model) nextProcess(e *evictor) {
	*e = evictor{pc: proves, a: e.a + 1}
	if e.a == m.Processes {
		e.a = maxProcesses
	}
	if e.a == maxProcesses+m.Others {
		*e = evictor{pc: ends}
	}
}
