package lagging

// consume makes the next step of the consumer of process a; it is false if there is none.
func (m *Model) consume(s *State, a int8) (bool, string) {
	c := &s.c[a]
	switch c.pc {
	case away:
		if c.runs == 0 || s.locked[a] || s.attached[a] {
			return false, ""
		}
		*c = consumer{pc: attach, runs: c.runs - 1, alive: true}
	case attach:
		s.attached[a] = true
		c.pc = look
	case look:
		if s.place.state != free && !(m.Bug.AtOnce && s.place.state == evicted && !s.bit) {
			return false, ""
		}
		c.saw, c.pc = s.place, take
	case take:
		if s.place != c.saw {
			c.saw, c.pc = word{}, look
			return true, ""
		}
		s.place = word{joining, a, s.place.epoch + 1, 0}
		c.saw, c.epoch, c.pc = word{}, s.place.epoch, flag
	case flag:
		s.agrees = m.Agrees[a]
		c.pc = holdRead
	case holdRead:
		c.c, c.pc = s.cursor, holdStore
	case holdStore:
		s.position = max(c.c-m.Slots, 0)
		c.c, c.pc = 0, enter
	case enter:
		s.bit = true
		c.pc = cursorRead
	case cursorRead:
		// what is resolved: the only producer has at most one open claim
		c.at, c.pc = s.cursor, begin
		if s.cursor > 0 && s.stamps[m.slot(s.cursor)] != s.cursor {
			c.at--
		}
	case begin:
		s.position = c.at
		c.pc = goLive
	case goLive:
		s.place.state = live
		c.pc = see
	default:
		return m.goOn(s, a)
	}
	return true, ""
}

// goOn makes the steps of a consumer that has been live.
func (m *Model) goOn(s *State, a int8) (bool, string) {
	c := &s.c[a]
	mine := word{live, a, c.epoch, 0}
	switch c.pc {
	case see:
		switch v := s.stamps[m.slot(c.at+1)]; {
		case v == c.at+1:
			c.pc = copyLo
			if m.Bug.ValidateFirst && m.Agrees[a] {
				c.pc = validate
			}
		case v > c.at+1 && s.place == mine:
			return true, "a consumer that is not evicted finds its slot a lap ahead"
		case s.place != mine:
			c.evicted()
		default:
			return false, ""
		}
	case copyLo:
		c.lo, c.pc = s.payloads[m.slot(c.at+1)][0], copyHi
	case copyHi:
		c.hi, c.pc = s.payloads[m.slot(c.at+1)][1], validate
		if m.Bug.NoValidation || m.Bug.ValidateFirst || !m.Agrees[a] {
			return true, c.deliver()
		}
	case validate:
		switch {
		case m.Bug.ByCursor && s.cursor >= c.at+1+m.Slots, !m.Bug.ByCursor && s.place != mine:
			c.evicted()
		case m.Bug.ValidateFirst:
			c.pc = copyLo
		default:
			return true, c.deliver()
		}
	case pass:
		c.at++
		s.position, c.pc = c.at, see
		for b := range s.c {
			if c := &s.c[b]; int8(b) != a && c.has() {
				return true, "the position of a consumer is stored over by one that was evicted"
			}
		}
	case unbit:
		s.bit = false
		c.pc = release
	case release, ackFree:
		if w := s.place; w.owner == a && w.epoch == c.epoch {
			s.place = word{free, nobody, w.epoch, 0}
		}
		if c.pc++; c.pc == ackLock || m.ByWord || m.Bug.AckUnlocked {
			c.epoch, c.pc = 0, detach
		}
	case ackLock:
		switch w := s.place; {
		case m.ByWord && w.owner == a && w.epoch == c.epoch && w.by != 0:
			return false, ""
		case m.ByWord:
			c.pc = ackFree
		case m.Bug.AckUnlocked:
			c.pc = ackUnbit
		case s.recovering != unlocked:
			return false, ""
		default:
			s.recovering, c.pc = byFirst+a, ackUnbit
		}
		if m.Bug.AckKeepsBit {
			c.pc = ackFree
		}
	case ackUnbit:
		if w := s.place; w.owner == a && w.epoch == c.epoch {
			s.bit = false
		}
		c.pc = ackFree
	case ackUnlock:
		s.recovering = unlocked
		c.epoch, c.pc = 0, detach
	case detach:
		s.attached[a] = false
		c.pc = unlock
	case unlock:
		*c = consumer{runs: c.runs}
	}
	return true, ""
}

// deliver is the end of a copy that is taken for good.
func (c *consumer) deliver() string {
	lo, hi := c.lo, c.hi
	c.lo, c.hi, c.pc = 0, 0, pass
	switch {
	case lo != hi:
		return "a delivered copy is torn"
	case lo != c.at+1:
		return "a delivered copy is of another lap"
	}
	return ""
}

// evicted goes on to the acknowledgement.
func (c *consumer) evicted() { c.lo, c.hi, c.at, c.pc = 0, 0, 0, ackLock }

// leave is the step of a consumer that leaves; it is false if it can't.
func (m *Model) leave(s *State, a int8) bool {
	c := &s.c[a]
	if c.pc != see || m.NoLeave {
		return false
	}
	if s.place != (word{live, a, c.epoch, 0}) && !m.Bug.LeavesByStore {
		c.evicted()
		return true
	}
	s.place = word{leaving, a, c.epoch, 0}
	c.at, c.pc = 0, unbit
	return true
}

// produce makes the next step of the producer; it is false if there is none.
func (m *Model) produce(s *State) (bool, string) {
	p := &s.p
	switch p.pc {
	case 0:
		if s.cursor == m.Claims {
			return false, ""
		}
		p.pc = 1
		if s.cursor+1-m.Slots <= p.gate {
			p.pc = 4
		}
	case 1:
		// without consumers the gate is what is resolved, which is all that this only producer has claimed
		p.seen, p.low, p.pc = s.bit, s.cursor, 3
		if s.bit {
			p.pc = 2
		}
	case 2:
		p.low, p.pc = s.position, 3
	case 3:
		if s.bit && !p.seen {
			p.low, p.pc = 0, 1
			return true, ""
		}
		*p = producer{gate: p.low}
	case 4:
		s.cursor++
		p.pc = 5
	case 5, 6:
		for a := range s.c {
			c := &s.c[a]
			if c.reads() && c.at < s.cursor-m.Slots && !(s.place.state == evicted && s.place.owner == int8(a)) {
				return true, "a payload is stored over a slot that a consumer has still to read"
			}
		}
		s.payloads[m.slot(s.cursor)][p.pc-5] = s.cursor
		p.pc++
	case 7:
		s.stamps[m.slot(s.cursor)] = s.cursor
		p.pc = 0
	}
	return true, ""
}

var producerSteps = [...]string{"looks for room", "reads the bit", "reads a position", "reads the bit again", "swaps the cursor", "stores half of a payload",
	"stores the rest of it", "stores a mark"}
