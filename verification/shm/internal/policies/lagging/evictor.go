package lagging

// steps of an other
const (
	finds int8 = iota
	findsFlag
	locks
	looksAt
	readsFlag
	clearsFirst
	swaps
	clears
	settles
	unlocksIt
)

var otherSteps = [...]string{"finds no room", "looks whether the consumer agrees", "takes the lock of recovery", "looks at the place", "looks whether the consumer agrees",
	"clears the bit", "evicts", "clears the bit", "says that the bit is clear", "lets the lock of recovery go"}

// other makes the next step of other k, which evicts a consumer that has agreed, or ends what another has begun; it is
// false if there is none.
func (m *Model) other(s *State, k int8) (bool, string) {
	o := &s.o[k]
	unlocked := m.ByWord || m.Bug.Unlocked
	switch o.pc {
	case finds:
		if !s.bit || s.place.state != live && (s.place.state != evicted || unlocked || m.Bug.Leaves) {
			return false, ""
		}
		if o.pc = locks; m.Bug.FlagFirst {
			o.pc = findsFlag
		}
	case findsFlag:
		o.agrees, o.pc = s.agrees, locks
	case locks:
		if !unlocked && s.recovering != 0 {
			*o = other{}
			return true, ""
		}
		if !unlocked {
			s.recovering = byFirst + maxProcesses + k
		}
		o.pc = looksAt
	case looksAt:
		switch o.saw = s.place; {
		case o.saw.state == live && m.Bug.FlagFirst:
			m.agreed(o, o.agrees)
		case o.saw.state == live:
			o.pc = readsFlag
		case o.saw.state == evicted && !unlocked && !m.Bug.Leaves:
			o.pc = clears
		default:
			o.ends(unlocked)
		}
	case readsFlag:
		m.agreed(o, s.agrees)
	case clearsFirst:
		s.bit = false
		o.pc = swaps
	case swaps:
		w := s.place
		if w != o.saw && !(m.Bug.NoEpoch && w.state == live) {
			o.ends(unlocked)
			return true, ""
		}
		bad := ""
		if !m.Agrees[w.owner] {
			bad = "a consumer is evicted that has not agreed"
		}
		w.state = evicted
		if m.ByWord {
			w.by = k + 1
		}
		s.place, o.saw, o.pc = w, w, clears
		if m.Bug.BitFirst {
			o.ends(unlocked)
		}
		return true, bad
	case clears:
		s.bit = false
		if o.pc = settles; !m.ByWord {
			o.ends(unlocked)
		}
	case settles:
		if s.place == o.saw {
			s.place.by = 0
		}
		o.ends(true)
	case unlocksIt:
		s.recovering = 0
		*o = other{}
	}
	return true, ""
}

// agreed goes on if the consumer agrees.
func (m *Model) agreed(o *other, agrees bool) {
	o.agrees = false
	switch {
	case !agrees:
		o.ends(m.ByWord || m.Bug.Unlocked)
	case m.Bug.BitFirst:
		o.pc = clearsFirst
	default:
		o.pc = swaps
	}
}

func (o *other) ends(unlocked bool) {
	if *o = (other{pc: unlocksIt}); unlocked {
		*o = other{}
	}
}

// steps of eviction of the dead
const (
	resting int8 = iota
	proves
	looks
	unbits
	frees
	detaches
	unlocks
	ends
)

var evictorSteps = [...]string{"takes the lock of recovery", "tries the lock of a process", "looks at the place", "clears the bit", "frees the place",
	"gives an attachment back", "lets the lock of the dead go", "lets the lock of recovery go"}

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
