package claims

// recover makes the next step of recovery.
func (m *Model) recover(s *State) (bad string) {
	r := &s.r
	switch r.pc {
	case resting:
		*r = recovery{pc: locking}
		if m.Bug.LocksLate {
			r.pc = cursorRead
		}
	case locking:
		// a slot that is free has no owner whose death could matter
		if m.getsLock(s, r.q) {
			r.dead |= 1 << r.q
		}
		if r.q++; r.q == m.Producers {
			r.q, r.pc = 0, cursorRead
			if m.Bug.LocksLate {
				r.pc = scanning
			}
		}
	case cursorRead:
		r.c = s.cursor
		r.s = max(r.c-m.Slots, 0) + 1
		if m.Bug.FromGate {
			r.s = max(r.s, m.gate(s)+1)
		}
		r.pc = scanning
		if m.Bug.LocksLate {
			r.pc = locking
		}
	case scanning:
		switch v := s.stamps[m.slot(max(r.s, 1))]; {
		case r.s > r.c:
			r.nextDead(m)
		case m.open(v, r.s):
			r.old, r.q, r.pc = v, 0, readsA
			r.readRecord(s, m)
		default:
			r.s++
		}
	case readsA:
		if m.Bug.HighFirst {
			r.hi = s.p[r.q].hi
		} else {
			r.lo = s.p[r.q].lo
		}
		r.pc = readsB
	case readsB:
		if m.Bug.HighFirst {
			r.lo = s.p[r.q].lo
		} else {
			r.hi = s.p[r.q].hi
		}
		covered := r.lo <= r.s && r.s <= r.hi
		r.lo, r.hi = 0, 0
		if covered {
			// a living producer may own it; one that died since the locks were tried is left to
			// the next recovery
			r.leave()
			return ""
		}
		r.q++
		r.pc = readsA
		r.readRecord(s, m)
	case rereads:
		v := s.stamps[m.slot(r.s)]
		if !m.open(v, r.s) {
			r.leave()
			return ""
		}
		r.old, r.pc = v, tombs
	case tombs:
		bad = m.tomb(s)
	case resets:
		p := &s.p[r.q]
		if !m.Bug.KeepsRecord {
			p.lo = never
		}
		r.pc = frees
		if p.life != dead {
			r.q++
			r.nextDead(m)
		}
	case frees:
		s.p[r.q] = producer{lo: s.p[r.q].lo, hi: s.p[r.q].hi, life: free}
		r.q++
		r.nextDead(m)
	}
	return bad
}

// getsLock tells whether recovery gets the lock of producer q, which it takes for q's death.
func (m *Model) getsLock(s *State, q int8) bool {
	p := &s.p[q]
	return p.life == dead || p.life == alive && (m.Bug.OwnDescription && q == m.Host-1 || m.Bug.NoProof && p.end > 0)
}

// readRecord goes on to the record of the next producer from q on that may live, or to the tombstone if there is none.
func (r *recovery) readRecord(s *State, m *Model) {
	for ; r.q < m.Producers; r.q++ {
		if r.dead&(1<<r.q) == 0 && s.p[r.q].life != free {
			return
		}
	}
	r.q, r.pc = 0, tombs
	if m.Bug.LooksAgain {
		r.pc = rereads
	}
}

// leave goes on to the next sequence.
func (r *recovery) leave() {
	r.s++
	r.old, r.q, r.lo, r.hi, r.pc = 0, 0, 0, 0, scanning
}

// nextDead goes on to the next of the dead from q on, whose slot is to be freed, or ends.
func (r *recovery) nextDead(m *Model) {
	for ; r.q < m.Producers; r.q++ {
		if r.dead&(1<<r.q) != 0 {
			*r = recovery{pc: resets, dead: r.dead, q: r.q}
			return
		}
	}
	*r = recovery{}
}

func (m *Model) tomb(s *State) (bad string) {
	r := &s.r
	q, i, old := r.s, m.slot(r.s), r.old
	r.leave()
	if s.stamps[i] != old && !m.Bug.Stores {
		return ""
	}
	switch {
	case q > s.cursor:
		bad = "a tombstone beyond the cursor"
	case s.owned(q):
		bad = "a tombstone over a sequence that a living producer owns"
	case lap(s.stamps[i]) >= q:
		bad = "a tombstone over a published or newer stamp"
	case q-m.Slots > m.gate(s):
		bad = "a tombstone over an unread slot"
	case s.resolved(q):
		bad = "a sequence is resolved twice"
	}
	s.stamps[i] = -q
	s.tombed |= 1 << q
	return bad
}

// Check implements explore.Model: if recovery alone runs from here, every sequence that is open afterwards is covered by the
// record of a living producer that still has steps to make.
func (m *Model) Check(s *State) string {
	if s.r.pc != resting {
		return ""
	}
	a := &m.alone
	*a = *s
	for range 2 {
		for n := 0; ; n++ {
			if bad := m.recover(a); bad != "" {
				return "recovery alone: " + bad
			}
			if a.r.pc == resting {
				break
			}
			if n > 1000 {
				return "recovery does not end"
			}
		}
	}
	for q := max(a.cursor-m.Slots, m.gate(a), 0) + 1; q <= a.cursor; q++ {
		if lap(a.stamps[m.slot(q)]) < q && !m.moves(a, q) {
			return "an open sequence is left for ever"
		}
	}
	return ""
}

// moves tells whether a living producer covers sequence q and can still make a step by itself: if it looks for room, without
// consumers passing q.
func (m *Model) moves(s *State, q int8) bool {
	for i := range s.p {
		p := &s.p[i]
		covers := p.life == alive && p.lo <= q && q <= p.hi
		waits := (p.pc == look || p.pc == room) && s.cursor+m.Width[i]-m.Slots >= q && m.Bug.WaitsWithRecord
		if covers && (p.pc != idle && !waits || p.stores > 0) {
			return true
		}
	}
	return false
}
