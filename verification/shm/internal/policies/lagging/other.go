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
	lockless := m.ByWord || m.Skips || m.Bug.Unlocked
	switch o.pc {
	case finds:
		switch {
		case s.place.state == held:
		case s.place.expires():
		case s.place.state == evicted && !lockless && s.bit && !m.Bug.Leaves:
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
		if o.pc = looksAt; lockless && s.place.state != held && !s.place.expires() {
			return true, ""
		}
		if s.recovering != unlocked {
			*o = other{}
			return true, ""
		}
		s.recovering, o.locked = byFirst+maxProcesses+k, true
	case looksAt:
		switch o.saw = s.place; {
		case o.saw.state == held && (o.locked || o.bare):
			o.pc = swaps
		case o.bare:
			o.ends()
		case o.saw.state == live && m.Bug.FlagFirst:
			m.agreed(o, o.agrees)
		case o.saw.state == live:
			o.pc = readsFlag
		case o.saw.state == evicted && o.locked && (o.saw.owner == nobody || !lockless && !m.Bug.Leaves):
			o.pc = clears
		default:
			o.ends()
		}
	case readsFlag:
		m.agreed(o, s.agrees)
	case clearsFirst:
		s.bit = false
		o.pc = swaps
	case swaps:
		w := s.place
		if w != o.saw && !(m.Bug.NoEpoch && w.state == live) {
			o.ends()
			return true, ""
		}
		bad := ""
		if w.state == live && !m.Agrees[w.owner] {
			bad = "a consumer is evicted that has not agreed"
		}
		skipped := m.Skips && w.state == live
		w.state = evicted
		if o.bare {
			w.owner = maxProcesses + k
		}
		if m.ByWord {
			w.by = k + 1
		}
		s.place, o.saw, o.pc = w, w, clears
		if m.Bug.BitFirst || skipped {
			o.ends()
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
			o.ends()
		}
	case releases:
		if s.place == o.saw {
			s.place = word{free, nobody, s.place.epoch, 0}
		}
		o.ends()
	case settles:
		if s.place == o.saw {
			s.place.by = 0
		}
		o.ends()
	case unlocksIt:
		s.recovering = 0
		*o = other{}
	}
	return true, ""
}

// expires tells whether the place is one that was held, and whose eviction has begun.
func (w word) expires() bool { return w.state == evicted && w.owner == nobody }

// agreed goes on if the consumer agrees.
func (m *Model) agreed(o *other, agrees bool) {
	o.agrees = false
	switch {
	case !agrees:
		o.ends()
	case m.Bug.BitFirst:
		o.pc = clearsFirst
	default:
		o.pc = swaps
	}
}

// ends ends the round, and lets the lock go if o has it.
func (o *other) ends() {
	if o.locked {
		*o = other{pc: unlocksIt, locked: true}
	} else {
		*o = other{}
	}
}
