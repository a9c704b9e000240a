package gaps

import "github.com/be395dad/disruptor/verification/shm/internal/explore"

// Next implements explore.Model.
func (m *Model) Next(s *State, visit explore.Visit[State]) {
	n := &m.next
	for q := int8(1); q <= m.Seqs; q++ {
		if s.mark[q-1] != open || s.r.q == q {
			continue
		}
		*n = *s
		n.mark[q-1] = published
		visit(n, explore.Label{Who: "producer of", N: q, What: "publishes"}, "")
		if s.r.pc == resting && s.losses > 0 {
			*n = *s
			n.losses--
			n.r = recovery{pc: m.first(), q: q}
			visit(n, explore.Label{Who: "recovery", N: -1, What: recoverySteps[resting]}, "")
		}
	}
	*n = *s
	if m.recover(n) {
		visit(n, explore.Label{Who: "recovery", N: -1, What: recoverySteps[s.r.pc]}, "")
	}
	if s.r.pc != resting && s.crashes > 0 {
		*n = *s
		n.crashes--
		if s.mark[s.r.q-1] == open {
			n.losses++ // the next recovery finds it
		}
		n.r = recovery{}
		visit(n, explore.Label{Who: "recovery", N: -1, What: "is killed"}, "")
	}
	*n = *s
	if m.upstream(n) {
		visit(n, explore.Label{Who: "upstream", N: -1, What: upSteps[s.u.pc]}, "")
	}
	*n = *s
	if ok, bad := m.downstream(n); ok {
		visit(n, explore.Label{Who: "downstream", N: -1, What: downSteps[s.d.pc]}, bad)
	}
}

func (m *Model) first() int8 {
	if m.Bug.GapLate {
		return entombs
	}
	return reads
}

// recover makes the next step of recovery; it is false if it rests.
func (m *Model) recover(s *State) bool {
	r := &s.r
	switch r.pc {
	case resting:
		return false
	case reads:
		r.gap, r.pc = s.gap, stores
	case stores:
		if s.gap = max(r.gap, r.q); m.Bug.NotMaximum {
			s.gap = r.q
		}
		if r.gap, r.pc = 0, entombs; m.Bug.GapLate {
			*r = recovery{}
		}
	case entombs:
		s.mark[r.q-1] = tombstone
		if m.Bug.GapLate {
			r.pc = reads
		} else {
			*r = recovery{}
		}
	}
	return true
}

// upstream makes the next step of the consumer that looks at each mark.
func (m *Model) upstream(s *State) bool {
	u := &s.u
	switch u.pc {
	case looks:
		if u.position == m.Seqs || s.mark[u.position] == open {
			return false
		}
		u.pc = passes
	case passes:
		u.position++
		u.pc = looks
	}
	return true
}

// downstream makes the next step of the consumer that comes after it. It reads all behind at, up to limit.
func (m *Model) downstream(s *State) (bool, string) {
	d := &s.d
	switch d.pc {
	case limits:
		if d.at == m.Seqs {
			return false, ""
		}
		if m.Bug.GapFirst && d.gap == 0 {
			d.gap, d.pc = s.gap+1, gaps // one more than the word: 0 is not read
			return true, ""
		}
		if s.u.position == d.at {
			return false, ""
		}
		d.limit, d.pc = s.u.position, gaps
	case gaps:
		gap := s.gap
		if m.Bug.GapFirst {
			if s.u.position == d.at {
				return false, ""
			}
			d.limit, gap, d.gap = s.u.position, d.gap-1, 0
		}
		d.pc = takes
		if gap > d.at && !(m.Bug.InRangeOnly && gap > d.limit) && !(m.Bug.FromEnd && gap <= d.limit) {
			d.pc = marks
		}
	case takes, marks:
		d.at++
		was := s.mark[d.at-1]
		delivers := d.pc == takes || was == published
		if d.at == d.limit {
			d.limit, d.pc = 0, limits
		}
		if delivers && was != published {
			return true, "a lost sequence is delivered"
		}
	}
	return true, ""
}

// Check implements explore.Model: consumers get on with what is resolved.
func (m *Model) Check(s *State) string {
	a := &m.alone
	*a = *s
	for m.recover(a) {
	}
	for m.upstream(a) {
	}
	for {
		ok, bad := m.downstream(a)
		if bad != "" {
			return "downstream alone: " + bad
		}
		if !ok {
			break
		}
	}
	if a.d.at < a.u.position {
		return "downstream waits for ever"
	}
	return ""
}
