package holds

// steps of eviction
const (
	resting int8 = iota
	proves
	looks
	clears
	frees
	notes
	holds
	notesLate
	detaches
	unlocks
	ends
)

var evictorSteps = [...]string{"takes the lock of recovery", "tries the lock of a process", "looks at the place", "clears the bit", "frees the place",
	"notes the time of death", "holds the place", "notes the time of death", "gives an attachment back", "lets the lock of the dead go",
	"lets the lock of recovery go"}

// lives tells whether the process with attachment a lives.
func (s *State) lives(a int8) bool {
	if a < maxProcesses {
		return s.c[a].alive
	}
	return !s.x[a-maxProcesses].dead
}

// evict makes the next step of evictor k; it is false if there is none.
func (m *Model) evict(s *State, k int8) (bool, string) {
	e := &s.e[k]
	switch e.pc {
	case resting:
		if s.recovering != 0 {
			return false, ""
		}
		s.recovering, e.pc = k+1, proves
	case proves:
		if s.lives(e.a) || s.locked[e.a] != 0 || !s.attached[e.a] {
			m.nextProcess(e)
			return true, ""
		}
		s.locked[e.a], e.pc = k+1, looks
	case looks:
		w := s.place
		if w.state == free || w.state == held || w.owner != e.a {
			e.pc = detaches
			return true, ""
		}
		e.saw, e.pc = w, clears
		switch {
		case m.Bug.Frees:
		case w.state == live || w.state == joining && m.Bug.HoldsJoiner || w.state == resuming:
			e.pc = notes
			if m.Bug.NotesLate {
				e.pc = holds
			}
		}
	case clears:
		s.bit = false
		e.pc = frees
	case frees:
		bad := ""
		if s.place == e.saw {
			if s.kept {
				bad = "a place that is to be held is freed"
			}
			s.place = word{free, nobody, e.saw.epoch, e.saw.turn}
			s.forget()
		}
		e.saw, e.pc = word{}, detaches
		return true, bad
	case notes:
		s.died, e.pc = s.now, holds
	case holds:
		if s.place == e.saw {
			s.place = word{held, nobody, e.saw.epoch, e.saw.turn}
			if s.since = s.died; m.Bug.NotesLate {
				s.since = s.now
			}
			if m.Bug.ClearsBit {
				s.bit = false
			}
		}
		e.saw, e.pc = word{}, detaches
		if m.Bug.NotesLate {
			e.pc = notesLate
		}
	case notesLate:
		s.died, e.pc = s.now, detaches
	case detaches:
		s.attached[e.a] = false
		e.pc = unlocks
	case unlocks:
		s.locked[e.a] = 0
		m.nextProcess(e)
	case ends:
		s.recovering = 0
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
	if e.a == maxProcesses+m.Expirers {
		*e = evictor{pc: ends}
	}
}

// die ends the evictor k: its locks fall.
func (s *State) die(k int8) {
	s.e[k] = evictor{}
	s.unlock(k + 1)
	for a := range s.locked {
		if s.locked[a] == k+1 {
			s.locked[a] = 0
		}
	}
}
