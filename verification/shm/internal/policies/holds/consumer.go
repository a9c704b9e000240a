package holds

// consume makes the next step of the consumer of process a; it is false if there is none.
func (m *Model) consume(s *State, a int8) (bool, string) {
	c := &s.c[a]
	switch c.pc {
	case away:
		if c.runs == 0 || s.locked[a] != 0 || s.attached[a] {
			return false, ""
		}
		*c = consumer{pc: attach, runs: c.runs - 1, alive: true}
	case attach:
		s.attached[a] = true
		c.pc = look
		if m.Bug.NameFirst {
			c.pc = nameEarly
		}
	case nameEarly:
		c.name, c.pc = s.name, look
	case look:
		switch c.saw = s.place; {
		case c.saw.state == held && !m.Bug.NameFirst:
			c.pc = nameRead
		case c.saw.state == held && c.name == m.Name[a]:
			c.pc = resume
		case c.saw.state == free:
			c.pc = take
		case m.Bug.NameFirst:
			c.saw, c.pc = word{}, nameEarly
			return s.name != c.name, ""
		default:
			return false, "" // it would look again
		}
		c.name = 0
	case nameRead:
		if s.name != m.Name[a] {
			c.saw, c.pc = word{}, look
			return s.place.state != held, ""
		}
		c.pc = resume
	case resume:
		return true, m.resume(s, a)
	case resumed:
		s.place = word{live, a, s.place.epoch, s.place.turn}
		c.pc = positionRead
	case positionRead:
		c.at, c.pc = s.position, see
		if m.Bug.Resets {
			c.at, c.pc = 0, holdRead
		} else if c.at != s.where {
			return true, "a resumed consumer does not go on at its position"
		}
	case take:
		if s.place != c.saw {
			c.saw, c.pc = word{}, look
			return true, ""
		}
		s.place = word{joining, a, s.place.epoch + 1, 0}
		c.saw, c.pc = word{}, nameStore
	case nameStore:
		s.name, c.pc = m.Name[a], holdRead
	default:
		return m.occupy(s, a)
	}
	return true, ""
}

// resume swaps the place that was seen held.
func (m *Model) resume(s *State, a int8) string {
	c := &s.c[a]
	w := c.saw
	c.saw = word{}
	if s.place != w && !m.Bug.Stores {
		c.pc = look
		return ""
	}
	w.state, w.owner, c.pc = live, a, positionRead
	if m.Bug.Turns {
		w.turn++
	}
	if m.Bug.NewEpoch {
		w.epoch, w.turn = w.epoch+1, 0
	}
	if m.Bug.ThroughJoin {
		w.state, c.pc = joining, resumed
	}
	if m.Bug.InSteps {
		w.state, c.pc = resuming, resumed
	}
	s.place = w
	c.again = true
	switch {
	case !s.kept && !m.Bug.HoldsJoiner:
		return "a resume wins though the occupant has left or is evicted"
	case s.kept && s.whose != m.Name[a]:
		return "a consumer of another name is resumed"
	}
	c.at = s.where
	return ""
}

// occupy makes the steps of a consumer that has taken a place, until it has given it back.
func (m *Model) occupy(s *State, a int8) (bool, string) {
	c := &s.c[a]
	switch c.pc {
	case holdRead:
		c.c, c.pc = s.cursor, holdStore
	case holdStore:
		s.position = max(c.c-m.Slots, 0)
		c.c, c.pc = 0, enter
	case enter:
		s.bit = true
		c.pc = cursorRead
	case cursorRead:
		c.at, c.pc = s.cursor, begin
		if s.payloads[m.slot(c.at+1)] > c.at+1 {
			return true, "a joiner's first slot has been overwritten before it begins"
		}
	case begin:
		if c.again && c.at != s.where {
			return true, "a resumed consumer does not go on at its position"
		}
		s.position = c.at
		c.pc = goLive
	case goLive:
		s.place.state = live
		s.kept, s.whose, s.where = true, m.Name[a], c.at
		c.pc = see
	case see:
		if s.cursor <= c.at {
			return false, ""
		}
		c.pc = read
	case read:
		c.pc = pass
		if s.payloads[m.slot(c.at+1)] != c.at+1 {
			return true, "a delivered payload is not that of its sequence"
		}
	case pass:
		c.at++
		s.position, s.where = c.at, c.at
		c.pc = see
	case unbit:
		s.bit = false
		c.pc = release
	case release:
		s.place = word{free, nobody, s.place.epoch, s.place.turn}
		c.pc = detach
	case detach:
		s.attached[a] = false
		c.pc = unlock
	case unlock:
		*c = consumer{runs: c.runs}
	}
	return true, ""
}

// leave is the step of a consumer that leaves; it is false if it can't.
func (m *Model) leave(s *State, a int8) bool {
	c := &s.c[a]
	if c.pc != see || m.NoLeave || s.place.owner != a {
		return false
	}
	s.place.state = leaving
	s.forget()
	c.at, c.again, c.pc = 0, false, unbit
	return true
}

// forget ends what can be resumed.
func (s *State) forget() { s.kept, s.whose, s.where, s.since = false, 0, 0, 0 }

// produce makes the next step of the producer; it is false if there is none.
func (m *Model) produce(s *State) (bool, string) {
	p := &s.p
	q := s.cursor + 1
	switch p.pc {
	case 0:
		if s.cursor == m.Claims {
			return false, ""
		}
		p.pc = 1
		if q-m.Slots <= p.gate {
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
		for a := range s.c {
			if c := &s.c[a]; c.reads() && c.at < q-m.Slots {
				return true, "a payload is stored over a slot that a consumer has still to read"
			}
		}
		if s.place.state == held && s.where < q-m.Slots {
			return true, "a payload is stored over a slot that a held consumer has still to read"
		}
		s.payloads[m.slot(q)] = q
		p.pc = 5
	case 5:
		s.cursor++
		p.pc = 0
	}
	return true, ""
}

var producerSteps = [...]string{"looks for room", "reads the bit", "reads a position", "reads the bit again", "stores a payload", "stores a mark"}
