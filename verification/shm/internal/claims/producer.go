package claims

// reach applies a store of producer i to shared memory.
func (m *Model) reach(s *State, i int8, e store) (bad string) {
	switch e.to {
	case toHi:
		s.p[i].hi = e.value
	case toLo:
		s.p[i].lo = e.value
	case toPayload:
		if e.value-m.Slots > m.gate(s) {
			bad = "a payload is stored over an unread slot"
		}
		s.payloads[m.slot(e.value)] = e.value
	case toStamp:
		old := s.stamps[m.slot(e.value)]
		switch {
		case old == -e.value:
			bad = "a living producer finds a tombstone over its sequence"
		case lap(old) >= e.value:
			bad = "a stamp goes back"
		}
		s.stamps[m.slot(e.value)] = e.value
		if s.resolved(e.value) {
			bad = "a sequence is resolved twice"
		}
		s.published |= 1 << e.value
	}
	return bad
}

func (s *State) resolved(q int8) bool { return (s.published|s.tombed)&(1<<q) != 0 }

// drain lets the oldest buffered store of producer i reach shared memory.
func (m *Model) drain(s *State, i int8) string {
	p := &s.p[i]
	e := p.buffer[0]
	copy(p.buffer[:], p.buffer[1:])
	p.buffer[maxStores-1] = store{}
	p.stores--
	return m.reach(s, i, e)
}

// put stores, and goes on with the step next. It is false if the store buffer is full.
func (m *Model) put(s *State, i int8, e store, next int8) (bool, string) {
	p := &s.p[i]
	if !m.TSO {
		p.pc = next
		return true, m.reach(s, i, e)
	}
	if p.stores == maxStores {
		return false, ""
	}
	p.buffer[p.stores] = e
	p.stores++
	p.pc = next
	return true, ""
}

// produce makes the next step of producer i; it is false if there is none.
func (m *Model) produce(s *State, i int8) (bool, string) {
	p := &s.p[i]
	width := m.Width[i]
	switch p.pc {
	case idle, look:
		if p.left == 0 {
			return false, ""
		}
		p.c, p.pc = s.cursor, room
		if m.Bug.Adds {
			p.pc = recordA
		}
	case room:
		switch {
		case p.c+width-m.Slots <= m.gate(s):
			p.pc = recordA
			if m.Bug.RecordAfterSwap || m.Bug.NoRecord {
				p.pc = swap
			}
		case p.recorded() && !m.Bug.WaitsWithRecord:
			return m.put(s, i, store{toLo, never}, look)
		case p.c == s.cursor:
			return false, "" // it would look again and see the same
		default:
			p.pc = look
		}
	case recordA, recordB:
		return m.record(s, i)
	case swap:
		if p.stores > 0 {
			return false, "" // a locked instruction drains the store buffer
		}
		if s.cursor != p.c && !m.Bug.Adds {
			p.pc = look
			return true, ""
		}
		p.c = s.cursor
		s.cursor += width
		p.k, p.end = p.c+1, p.c+width
		switch {
		case m.Bug.RecordAfterSwap:
			p.pc = recordA
		case m.Bug.ClearFirst:
			p.pc = clear
		default:
			p.pc = payload
		}
	case payload:
		if m.Bug.Adds && p.k-m.Slots > m.gate(s) {
			return false, ""
		}
		return m.put(s, i, store{toPayload, p.k}, stamp)
	case stamp:
		q := p.k
		next := payload
		if q == p.end {
			next = clear
		}
		ok, bad := m.put(s, i, store{toStamp, q}, next)
		if ok {
			p.k++
			if next == clear {
				p.k, p.end = 0, 0
				if m.Bug.ClearFirst || m.Bug.NoRecord {
					p.done()
				}
			}
		}
		return ok, bad
	case clear:
		if m.Bug.ClearFirst {
			return m.put(s, i, store{toLo, never}, payload)
		}
		ok, bad := m.put(s, i, store{toLo, never}, idle)
		if ok {
			p.done()
		}
		return ok, bad
	}
	return true, ""
}

// recorded tells whether its record covers anything, as p itself sees it: that of a claim whose swap has failed.
func (p *producer) recorded() bool {
	lo := p.lo
	for _, b := range p.buffer[:p.stores] {
		if b.to == toLo {
			lo = b.value
		}
	}
	return lo != never
}

// record stores the half of the record that is next.
func (m *Model) record(s *State, i int8) (bool, string) {
	p := &s.p[i]
	next := swap
	if m.Bug.RecordAfterSwap {
		next = payload
	}
	if p.pc == recordA {
		next = recordB
	}
	if (p.pc == recordA) == m.Bug.LowFirst {
		return m.put(s, i, store{toLo, p.c + 1}, next)
	}
	return m.put(s, i, store{toHi, p.c + m.Width[i]}, next)
}

func (p *producer) done() {
	p.left--
	p.c, p.pc = 0, idle
}
