package members

// consume makes the next step of the consumer of process a; it is false if there is none. Where it may choose, it takes the
// place number choice, and leaves if that is 1.
func (m *Model) consume(s *State, a, choice int8) (bool, string) {
	c := &s.c[a]
	bit := uint8(1) << c.place
	if choice > 0 && c.pc != pick && c.pc != see {
		return false, ""
	}
	switch c.pc {
	case away:
		if c.runs == 0 || s.held[a] != 0 || s.attached[a] && !m.Bug.AttachesOver {
			return false, ""
		}
		*c = consumer{pc: attach, runs: c.runs - 1, alive: true}
	case attach:
		s.attached[a] = true
		c.pc = pick
	case pick:
		if choice >= m.Places || s.place[choice].state != free {
			return false, ""
		}
		c.place, c.pc = choice, take
	case take:
		if s.place[c.place].state != free && !m.Bug.TakesByStore {
			c.place, c.pc = 0, pick
			return true, ""
		}
		s.place[c.place] = place{joining, a}
		c.pc = holdRead
		switch {
		case m.Bug.PositionLate:
			c.pc = enter
		case m.Bug.LooksFirst:
			c.pc = cursorRead
		}
	case holdRead:
		c.c, c.pc = s.cursor, holdStore
		if m.Bug.LooksTwiceToJoin {
			c.at, c.pc = max(c.c-m.Slots, 0), holdWalk
		}
	case holdWalk:
		if c.at < c.c && lap(s.stamps[m.slot(c.at+1)]) > c.at {
			c.at++
			return true, ""
		}
		c.pc = holdStore
	case holdStore:
		s.position[c.place] = max(c.c-m.Slots, c.at)
		c.c, c.pc = 0, enter
	case enter:
		if m.Bug.NoFenceJoin {
			c.unfenced = true
		} else {
			s.bits |= bit
		}
		c.pc = cursorRead
		if m.Bug.LooksFirst {
			c.pc = goLive
		}
	case cursorRead:
		c.c = s.cursor
		c.at, c.pc = max(c.c-m.Slots, c.at), walk
		if m.Bug.BeginsAtClaim {
			c.at = c.c
		}
	case walk:
		if c.at < c.c && lap(s.stamps[m.slot(c.at+1)]) > c.at {
			c.at++
			return true, ""
		}
		c.c, c.pc = 0, begin
		if s.payloads[m.slot(c.at+1)] > c.at+1 {
			return true, "a joiner's first slot has been overwritten before it begins"
		}
	case begin:
		if c.unfenced {
			return false, "" // the position is in the same store buffer, behind the bit
		}
		s.position[c.place] = c.at
		c.pc = goLive
		if m.Bug.LooksFirst {
			c.pc = enter
		}
	case goLive:
		s.place[c.place] = place{live, a}
		c.pc = see
	case see:
		if choice == 1 {
			if m.NoLeave {
				return false, ""
			}
			c.at, c.pc = 0, leave
			return true, ""
		}
		switch v := s.stamps[m.slot(c.at+1)]; {
		case lap(v) > c.at+1:
			return true, "a consumer finds its slot a lap ahead"
		case lap(v) <= c.at:
			return false, ""
		case v < 0 || m.Bug.PassesFirst:
			c.pc = pass
		default:
			c.pc = read
		}
	case read:
		q := c.at + 1
		c.pc = pass
		if m.Bug.PassesFirst {
			q--
			c.pc = see
		}
		if s.payloads[m.slot(q)] != q {
			return true, "a delivered payload is not that of its sequence"
		}
	case pass:
		c.at++
		s.position[c.place] = c.at
		c.pc = see
		if m.Bug.PassesFirst {
			c.pc = read
		}
	case leave:
		s.place[c.place] = place{leaving, a}
		c.pc = unbit
		if m.Bug.LeavesLate {
			c.pc = release
		}
	case unbit:
		s.bits &^= bit
		c.pc = release
		if m.Parks {
			c.pc = park
		}
		if m.Bug.LeavesLate {
			c.pc = detach
		}
	case park:
		s.position[c.place] = parked
		c.pc = release
	case release:
		s.place[c.place] = place{}
		c.pc = detach
		if m.Bug.LeavesLate {
			c.pc = unbit
		}
	case detach:
		s.attached[a] = false
		c.place, c.pc = 0, unlock
	case unlock:
		*c = consumer{runs: c.runs}
	}
	return true, ""
}

// kill ends the process a: its stores reach memory, its lock falls.
func (s *State) kill(a int8) {
	c := &s.c[a]
	if c.unfenced {
		s.bits |= 1 << c.place
	}
	*c = consumer{runs: c.runs, killed: true}
}
