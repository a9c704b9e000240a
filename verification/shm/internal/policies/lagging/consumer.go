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
		if s.place.state == held {
			c.saw, c.pc = s.place, resume
			return true, ""
		}
		if s.place.state != free && !(m.Bug.AtOnce && s.place.state == evicted && !s.bit) {
			return false, ""
		}
		c.saw, c.pc = s.place, take
	case resume:
		if c.pc = look; s.place == c.saw {
			s.place = word{live, a, c.saw.epoch, 0}
			c.epoch, c.pc = c.saw.epoch, positionRead
		}
		c.saw = word{}
	case positionRead:
		c.at, c.pc = s.position, see
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
		if c.pc++; c.pc == ackLock || m.ByWord || m.Skips || m.Bug.AckUnlocked {
			c.epoch, c.pc = 0, detach
		}
	case ackLock:
		switch w := s.place; {
		case m.ByWord && w.owner == a && w.epoch == c.epoch && w.by != 0:
			return false, ""
		case m.ByWord:
			c.pc = ackFree
		case m.Skips || m.Bug.AckUnlocked:
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
