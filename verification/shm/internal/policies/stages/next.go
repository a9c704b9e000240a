package stages

import "github.com/be395dad/disruptor/verification/shm/internal/explore"

// Next implements explore.Model.
func (m *Model) Next(s *State, visit explore.Visit[State]) {
	n := &m.next
	*n = *s
	if ok, bad := m.downstream(n); ok {
		visit(n, explore.Label{Who: "downstream", N: -1, What: downSteps[s.d.pc]}, bad)
	}
	for i := range upstreams {
		u := &s.u[i]
		step := func(who, what string, take func(*upstream) bool) {
			*n = *s
			if take(&n.u[i]) {
				visit(n, explore.Label{Who: who, N: i, What: what}, "")
			}
		}
		step("occupant", occupantSteps[u.pc], func(*upstream) bool { return m.occupant(n, i) })
		step("occupant", "decides to leave", func(v *upstream) bool { return m.decide(v, i) })
		step("occupant", "is killed", func(v *upstream) bool {
			n.crashes--
			v.dead = true
			return s.crashes > 0 && !u.dead && u.pc != gone
		})
		step("occupant", "is resumed", func(*upstream) bool { return m.resume(n, i) })
		step("eviction of", evictorSteps[s.e.pc], func(*upstream) bool { return (s.e.pc == resting || s.e.i == i) && m.evict(n, i) })
		step("eviction of", "evicts what is held", func(*upstream) bool { return s.e.pc == resting && m.expire(n, i) })
		step("producer at", "evicts a live consumer", func(v *upstream) bool {
			if !m.Evictable[i] || v.word.state != live {
				return false
			}
			v.ends(&v.wasEvicted, &v.laterEvicted)
			v.word.state = evicted
			return true
		})
		step("occupant", "notes late", func(v *upstream) bool { return v.late() })
	}
	if s.ecrash > 0 && s.e.pc != resting {
		*n = *s
		n.ecrash--
		n.e = evictor{}
		visit(n, explore.Label{Who: "evictor", N: -1, What: "is killed"}, "")
	}
}

// decide is the step of an occupant that leaves; it is false if it can't.
func (m *Model) decide(u *upstream, i int8) bool {
	if u.pc != runs || u.dead || u.word.state != live || !m.Leaves[i] {
		return false
	}
	if m.Bug.LeftFirst {
		u.pc = notesLeft
	} else {
		m.leave(u)
	}
	return true
}

// late notes what is to be noted late.
func (u *upstream) late() bool {
	if u.lateLeft == 0 && u.lateEvicted == 0 {
		return false
	}
	u.left, u.evicted = max(u.left, u.lateLeft), max(u.evicted, u.lateEvicted)
	u.lateLeft, u.lateEvicted = 0, 0
	return true
}

// Check implements explore.Model: if who leaves or has been evicted and eviction of the dead go on to their ends and then the
// consumer downstream goes on alone, it reads all that it may, or has stopped.
func (m *Model) Check(s *State) string {
	if s.d.pc == stopped || s.d.pc == notes || m.Bug.NoEpoch {
		return ""
	}
	a := &m.alone
	*a = *s
	for i := range upstreams {
		for m.evict(a, i) {
		}
		for u := &a.u[i]; u.word.state == leaving || u.word.state == evicted; {
			if !m.occupant(a, i) {
				break
			}
		}
		for m.evict(a, i) {
		}
		a.u[i].late()
	}
	for range 50 {
		if _, bad := m.downstream(a); bad != "" {
			return "downstream alone: " + bad
		}
	}
	if a.d.pc == stopped {
		return ""
	}
	switch u := &a.u[second]; {
	case a.d.at == m.Seqs:
	case u.wasEvicted || u.hasLeft && a.u[first].wasEvicted:
		return "the consumer waits for ever for an upstream that was evicted"
	case m.may(a, a.d.at+1):
		return "the consumer waits for ever though it may read"
	}
	return ""
}
