package lagging

// produce makes the next step of the producer; it is false if there is none.
func (m *Model) produce(s *State) (bool, string) {
	p := &s.p
	switch p.pc {
	case 0:
		if s.cursor == m.Claims {
			return false, ""
		}
		if p.pc = 1; m.Second {
			p.c = s.cursor
		}
		if s.cursor+1-m.Slots <= p.gate {
			p.pc = 4
		}
	case 1:
		// without consumers the gate is what is resolved, which is all that this only producer has claimed
		p.seen, p.low, p.pc = s.bit, s.cursor, 3
		if s.bit {
			p.pc = 2
		}
		if s.bit && m.Skips {
			p.pc = 8
		}
	case 2:
		p.low, p.pc = s.position, 3
	case 3:
		if s.bit && !p.seen {
			p.low, p.pc = 0, 1
			return true, ""
		}
		if p.skips && !m.Bug.SkipsOnce {
			p.pc = 9
			return true, ""
		}
		*p = producer{gate: p.low}
	case 4:
		if p.pc = 5; m.Second && p.c != s.cursor {
			p.pc, p.c = 0, 0
			return true, ""
		}
		p.c = 0
		s.cursor++
	case 5, 6:
		for a := range s.c {
			c := &s.c[a]
			if c.reads() && c.at < s.cursor-m.Slots && !(s.place.state == evicted && s.place.owner == int8(a)) {
				return true, "a payload is stored over a slot that a consumer has still to read"
			}
		}
		if s.place.state == held && s.position < s.cursor-m.Slots {
			return true, "a payload is stored over a slot that a held consumer has still to read"
		}
		s.payloads[m.slot(s.cursor)][p.pc-5] = s.cursor
		p.pc++
	case 7:
		s.stamps[m.slot(s.cursor)] = s.cursor
		p.pc = 0
	case 8:
		if p.pc = 2; s.place.state == evicted {
			p.saw, p.skips, p.pc = s.place, true, 10
		}
	case 9:
		if s.place != p.saw {
			*p = producer{pc: 1, gate: p.gate}
			return true, ""
		}
		*p = producer{gate: p.low}
	case 10:
		p.low, p.pc = s.cursor, 3
	}
	return true, ""
}

// second is the step of another producer, while the first owns nothing; it is false if it has no room.
func (m *Model) second(s *State) bool {
	counts := s.bit && s.place.state != evicted
	if !m.Second || s.cursor == m.Claims || s.p.pc > 4 && s.p.pc < 8 || counts && s.cursor+1-m.Slots > s.position {
		return false
	}
	s.cursor++
	i := m.slot(s.cursor)
	s.stamps[i], s.payloads[i] = s.cursor, [2]int8{s.cursor, s.cursor}
	return true
}

var producerSteps = [...]string{"looks for room", "reads the bit", "reads a position", "reads the bit again", "swaps the cursor", "stores half of a payload",
	"stores the rest of it", "stores a mark", "looks whether the consumer is evicted",
	"looks again", "looks what is resolved"}
