package lagging

import "github.com/be395dad/disruptor/verification/shm/internal/explore"

// Next implements explore.Model.
func (m *Model) Next(s *State, visit explore.Visit[State]) {
	n := &m.next
	*n = *s
	if ok, bad := m.produce(n); ok {
		visit(n, explore.Label{Who: "producer", N: -1, What: producerSteps[s.p.pc]}, bad)
	}
	*n = *s
	if m.second(n) {
		visit(n, explore.Label{Who: "second producer", N: -1, What: "publishes"}, "")
	}
	for a := range m.Processes {
		m.consumer(s, a, visit)
	}
	for k := range m.Others {
		if s.o[k].dead {
			continue
		}
		*n = *s
		if ok, bad := m.other(n, k); ok {
			visit(n, explore.Label{Who: "other", N: k, What: otherSteps[s.o[k].pc]}, bad)
		}
		if s.ocrash > 0 && s.o[k].pc != finds {
			*n = *s
			n.ocrash--
			n.o[k] = other{dead: true}
			n.unlock(byFirst + maxProcesses + k)
			visit(n, explore.Label{Who: "other", N: k, What: "is killed"}, "")
		}
	}
	*n = *s
	if ok, bad := m.evict(n); ok {
		visit(n, explore.Label{Who: "evictor", N: -1, What: evictorSteps[s.e.pc]}, bad)
	}
	if s.ecrash > 0 && s.e.pc != resting {
		*n = *s
		n.ecrash--
		n.e = evictor{}
		n.locked = [attachments]bool{}
		n.unlock(byEvictor)
		visit(n, explore.Label{Who: "evictor", N: -1, What: "is killed"}, "")
	}
}

// unlock lets the lock of recovery of who has died go.
func (s *State) unlock(who int8) {
	if s.recovering == who {
		s.recovering = unlocked
	}
}

func (m *Model) consumer(s *State, a int8, visit explore.Visit[State]) {
	n := &m.next
	*n = *s
	if ok, bad := m.consume(n, a); ok {
		visit(n, explore.Label{Who: "consumer", N: a, What: consumerSteps[s.c[a].pc]}, bad)
	}
	*n = *s
	if m.leave(n, a) {
		visit(n, explore.Label{Who: "consumer", N: a, What: "is leaving"}, "")
	}
	if s.crashes > 0 && s.c[a].alive {
		*n = *s
		n.crashes--
		n.c[a] = consumer{runs: s.c[a].runs}
		n.unlock(byFirst + a)
		visit(n, explore.Label{Who: "consumer", N: a, What: "is killed"}, "")
	}
}

// Check implements explore.Model: living consumers have their place, evicted or not, and their bit if they are not. If
// who is at it ends an eviction, or another process does, nobody evicted holds producers. If eviction of the dead runs alone
// then, the place is free or of the living; if then everybody goes on, all claims are made.
func (m *Model) Check(s *State) string {
	for a := range m.Processes {
		c := &s.c[a]
		w := s.place
		if c.has() && (w.owner != a || w.epoch != c.epoch) {
			if m.Bug.AtOnce {
				continue
			}
			return "a living consumer has lost its place"
		}
		if c.reads() && !s.bit && !(w.state == evicted && w.owner == a) {
			return "a living consumer has lost its bit"
		}
	}
	a := &m.alone
	*a = *s
	for a.recovering == byEvictor {
		m.evict(a)
	}
	for i := range m.Processes {
		for a.recovering == byFirst+i {
			m.consume(a, i)
		}
	}
	if bad := m.evictAlone(a); bad != "" {
		return bad
	}
	if a.place.state == evicted || a.place.state == held {
		if a.o[0].dead && !a.attached[maxProcesses] {
			a.o[0], a.attached[maxProcesses] = other{}, true // another process
		}
		for k := range m.Others {
			for ok, bad := !a.o[k].dead, ""; ok && bad == ""; {
				ok, bad = m.other(a, k)
			}
		}
		if m.Skips {
			for range 100 {
				m.produce(a)
			}
		}
		if (a.place.state == evicted || a.place.state == held) && a.bit && a.cursor < m.Claims {
			return "producers are held by an evicted consumer"
		}
	}
	if bad := m.evictAlone(a); bad != "" {
		return bad
	}
	if w := a.place; w.state != free && (w.owner == nobody || w.owner >= maxProcesses || !a.c[w.owner].has()) {
		return "a place of the dead is never freed"
	}
	return m.finishes(a)
}

// evictAlone lets an other that has the lock of recovery go on, then eviction of the dead.
func (m *Model) evictAlone(a *State) string {
	for k := range m.Others {
		for a.recovering == byFirst+maxProcesses+k {
			m.other(a, k)
		}
	}
	for n := 0; ; n++ {
		if _, bad := m.evict(a); bad != "" {
			return "eviction alone: " + bad
		}
		if a.e.pc == resting {
			return ""
		}
		if n > 100 {
			return "eviction does not end"
		}
	}
}

// finishes lets everybody who lives go on in turns, and tells what is wrong if claims are never made.
func (m *Model) finishes(a *State) string {
	for range 300 {
		if _, bad := m.produce(a); bad != "" {
			return "" // found by a step, too
		}
		for i := range m.Processes {
			if a.c[i].alive {
				if _, bad := m.consume(a, i); bad != "" {
					return ""
				}
			}
		}
		for k := range m.Others {
			if !a.o[k].dead && a.o[k].pc != finds {
				if _, bad := m.other(a, k); bad != "" {
					return ""
				}
			}
		}
		if a.cursor == m.Claims {
			return ""
		}
	}
	return "producers are held for ever"
}
