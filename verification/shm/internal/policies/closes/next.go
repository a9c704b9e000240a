package closes

import "github.com/be395dad/disruptor/verification/shm/internal/explore"

// Next implements explore.Model.
func (m *Model) Next(s *State, visit explore.Visit[State]) {
	n := &m.next
	for i := range m.Producers {
		*n = *s
		if s.p[i].dead {
			if m.entomb(n, i) {
				visit(n, explore.Label{Who: "recovery", N: -1, What: "stores a tombstone"}, "")
			}
			continue
		}
		if ok, bad := m.produce(n, i); ok {
			visit(n, explore.Label{Who: "producer", N: i, What: producerSteps[s.p[i].pc]}, bad)
		}
		if s.crashes > 0 && s.p[i].pc != refused {
			*n = *s
			n.crashes--
			n.p[i] = producer{dead: true, own: s.p[i].own}
			visit(n, explore.Label{Who: "producer", N: i, What: "is killed"}, "")
		}
	}
	for i := range m.Consumers {
		*n = *s
		if ok, bad := m.consume(n, i); ok {
			visit(n, explore.Label{Who: "consumer", N: i, What: consumerSteps[s.c[i].pc]}, bad)
		}
	}
	*n = *s
	if m.close(n) {
		visit(n, explore.Label{Who: "closer", N: -1, What: "makes a step"}, "")
	}
}

// produce makes the next step of producer i; it is false if there is none.
func (m *Model) produce(s *State, i int8) (bool, string) {
	p := &s.p[i]
	switch p.pc {
	case reads:
		if p.left == 0 {
			return false, ""
		}
		if p.saw, p.pc = s.word, room; p.saw.closed && !m.Bug.KeepsBit {
			m.refuse(p)
		}
	case room:
		switch {
		case p.saw.cursor+1-m.Slots > m.gate(s):
			if p.saw == s.word && p.record == 0 {
				return false, "" // it would look again and see the same
			}
			p.record, p.saw, p.pc = 0, word{}, reads
		case m.Bug.FlagApart:
			p.pc = readsFlag
		default:
			p.pc = records
		}
	case readsFlag:
		if p.pc = records; s.flag {
			m.refuse(p)
		}
	case records:
		p.record, p.pc = p.saw.cursor+1, swaps
	case swaps:
		switch {
		case m.Bug.Adds:
			s.word.cursor++
			if s.word.closed {
				m.refuse(p)
				return true, ""
			}
		case s.word != p.saw:
			p.saw, p.pc = word{}, reads
			return true, ""
		default:
			s.word.cursor++
		}
		p.left--
		p.own, p.saw, p.pc = s.word.cursor, word{}, payload
		for j := range s.p {
			if int8(j) != i && s.p[j].own == p.own {
				return true, "a sequence is claimed twice"
			}
		}
	case payload:
		s.payloads[m.slot(p.own)] = p.own
		p.pc = stamp
	case stamp:
		s.stamps[m.slot(p.own)] = p.own
		p.own, p.pc = 0, clears
	case clears:
		p.record, p.pc = 0, reads // where it is refused again, if it was
	case refused:
		return false, ""
	}
	return true, ""
}

// refuse ends a claim that finds the ring closed.
func (m *Model) refuse(p *producer) {
	if p.saw, p.pc = (word{}), clears; p.record == 0 || m.Bug.KeepsRecord {
		p.pc = refused
	}
}

// entomb resolves what a dead producer has left open: package claims has how.
func (m *Model) entomb(s *State, i int8) bool {
	p := &s.p[i]
	if !p.dead || p.own == 0 || m.Bug.RecoveryStops && s.word.closed {
		return false
	}
	for j := range s.p {
		if s.p[j].record == p.own && !s.p[j].dead {
			return false // somebody who lives may own it
		}
	}
	s.stamps[m.slot(p.own)] = -p.own
	p.own = 0
	return true
}

// consume makes the next step of consumer i; it is false if there is none.
func (m *Model) consume(s *State, i int8) (bool, string) {
	c := &s.c[i]
	q := c.position + 1
	switch c.pc {
	case looks:
		if m.Bug.EndFirst && !c.early {
			c.saw, c.early = s.word, true
			return true, ""
		}
		switch v := s.stamps[m.slot(q)]; {
		case lap(v) > q:
			return true, "a consumer finds its slot a lap ahead"
		case v == q:
			c.saw, c.early, c.pc = word{}, false, delivers
		case v == -q:
			c.saw, c.early, c.pc = word{}, false, passes
		default:
			c.pc = looksEnd
		}
	case looksEnd:
		w := s.word
		if m.Bug.EndFirst {
			w, c.saw, c.early = c.saw, word{}, false
		}
		if m.Bug.FlagApart {
			w.closed = s.flag
		}
		if c.pc = looks; w.closed && (c.position >= w.cursor || m.Bug.EndsAtOpen) {
			c.pc = ended
		}
	case delivers:
		c.pc = passes
		if s.payloads[m.slot(q)] != q {
			return true, "a delivered payload is not that of its sequence"
		}
	case passes:
		c.position, c.pc = q, looks
	case ended:
		return false, ""
	}
	return true, ""
}

// close makes the next step of who closes the ring; it is false if it is closed.
func (m *Model) close(s *State) bool {
	switch s.closer {
	case closes:
		switch {
		case m.Bug.ByStore:
			s.saw, s.closer = s.word.cursor, stores
			return true
		case m.Bug.FlagApart:
			s.flag = true
		default:
			s.word.closed = true
		}
	case stores:
		s.word, s.saw = word{s.saw, true}, 0
	case closed:
		return false
	}
	s.closer, s.end = closed, s.word.cursor
	return true
}

// Check implements explore.Model: no claim succeeds after the close, and no consumer ends before the end. If the ring is
// closed here and then everybody who lives and recovery go on, all consumers end.
func (m *Model) Check(s *State) string {
	if s.closer == closed && s.word.cursor != s.end {
		return "a claim succeeds after the close"
	}
	for i := range m.Consumers {
		if c := &s.c[i]; c.pc == ended && c.position != s.word.cursor {
			return "a consumer ends before the end"
		}
	}
	a := &m.alone
	*a = *s
	for range 100 {
		m.close(a)
		left := false
		for i := range m.Producers {
			if a.p[i].dead {
				m.entomb(a, i)
			} else if _, bad := m.produce(a, i); bad != "" {
				return "" // found by a step, too
			}
		}
		for i := range m.Consumers {
			if _, bad := m.consume(a, i); bad != "" {
				return ""
			}
			left = left || a.c[i].pc != ended
		}
		if !left {
			return ""
		}
	}
	return "a consumer drains for ever"
}
