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
	releases
	unlocksIt
)

var otherSteps = [...]string{"finds no room", "looks whether the consumer agrees", "takes the lock of recovery", "looks at the place", "looks whether the consumer agrees",
	"clears the bit", "evicts", "clears the bit", "says that the bit is clear", "frees the place",
	"lets the lock of recovery go"}

// other makes the next step of other k, which evicts a consumer that has agreed, or ends what another has begun; it is
// false if there is none.
func (m *Model) other(s *State, k int8) (bool, string) {
	o := &s.o[k]
	unlocked := m.lockless()
	switch o.pc {
	case finds:
		switch {
		case s.place.state == held:
		case s.place.state == evicted && !unlocked && (s.bit && !m.Bug.Leaves || s.place.owner == nobody):
		case s.place.state == live && s.bit:
		default:
			return false, ""
		}
		if o.pc = locks; m.Bug.FlagFirst {
			o.pc = findsFlag
		}
	case findsFlag:
		o.agrees, o.pc = s.agrees, locks
	case locks:
		if m.Bug.Bare && s.place.state == held {
			o.bare, o.pc = true, looksAt
			return true, ""
		}
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
		case o.bare && o.saw.state != held:
			*o = other{}
		case o.saw.state == held:
			o.pc = swaps
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
			o.ends(unlocked || o.bare)
			return true, ""
		}
		bad := ""
		if w.state == live && !m.Agrees[w.owner] {
			bad = "a consumer is evicted that has not agreed"
		}
		w.state = evicted
		if o.bare {
			w.owner = maxProcesses + k
		}
		if m.ByWord {
			w.by = k + 1
		}
		s.place, o.saw, o.pc = w, w, clears
		if m.Bug.BitFirst || m.Skips {
			o.ends(unlocked)
		}
		return true, bad
	case clears:
		s.bit = false
		switch {
		case m.ByWord:
			o.pc = settles
		case o.bare || o.saw.owner == nobody:
			o.pc = releases
		default:
			o.ends(unlocked)
		}
	case releases:
		if s.place == o.saw {
			s.place = word{free, nobody, s.place.epoch, 0}
		}
		o.ends(o.bare)
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

// lockless tells whether who evicts does so without the lock of recovery.
func (m *Model) lockless() bool { return m.ByWord || m.Skips || m.Bug.Unlocked }

// agreed goes on if the consumer agrees.
func (m *Model) agreed(o *other, agrees bool) {
	o.agrees = false
	switch {
	case !agrees:
		o.ends(m.lockless())
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
