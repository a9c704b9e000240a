package holds

import "github.com/be395dad/disruptor/verification/shm/internal/explore"

// Next implements explore.Model.
func (m *Model) Next(s *State, visit explore.Visit[State]) {
	n := &m.next
	*n = *s
	if ok, bad := m.produce(n); ok {
		visit(n, explore.Label{Who: "producer", N: -1, What: producerSteps[s.p.pc]}, bad)
	}
	if s.now < m.Ticks {
		*n = *s
		n.now++
		visit(n, explore.Label{Who: "time", N: -1, What: "passes"}, "")
	}
	for a := range m.Processes {
		m.consumer(s, a, visit)
	}
	for k := range m.Evictors {
		*n = *s
		if ok, bad := m.evict(n, k); ok {
			visit(n, explore.Label{Who: "evictor", N: k, What: evictorSteps[s.e[k].pc]}, bad)
		}
		if s.ecrash > 0 && s.e[k].pc != resting {
			*n = *s
			n.ecrash--
			n.die(k)
			visit(n, explore.Label{Who: "evictor", N: k, What: "is killed"}, "")
		}
	}
	for k := range m.Expirers {
		if s.x[k].dead {
			continue
		}
		*n = *s
		if ok, bad := m.expire(n, k); ok {
			visit(n, explore.Label{Who: "expirer", N: k, What: expirerSteps[s.x[k].pc]}, bad)
		}
		if s.xcrash > 0 && s.x[k].pc != watches {
			*n = *s
			n.xcrash--
			n.x[k] = expirer{dead: true}
			n.unlock(expiring + k)
			visit(n, explore.Label{Who: "expirer", N: k, What: "is killed"}, "")
		}
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
		visit(n, explore.Label{Who: "consumer", N: a, What: "is killed"}, "")
	}
}

// Check implements explore.Model: living consumers have their place and bit. If eviction runs alone from here, then time
// passes and a process evicts what is still held, the place is free or of the living; if then everybody goes on, nobody
// leaves and no more processes come, all claims are made.
func (m *Model) Check(s *State) string {
	for a := range m.Processes {
		c := &s.c[a]
		if c.has() && s.place.owner != a && c.pc != detach {
			return "a living consumer has lost its place"
		}
		if c.reads() && !s.bit {
			return "a living consumer has lost its bit"
		}
	}
	for k := range m.Evictors {
		if s.e[k].pc != resting {
			return ""
		}
	}
	a := &m.alone
	*a = *s
	for range 2 {
		for k := range m.Expirers {
			for a.recovering == expiring+k {
				m.expire(a, k)
			}
		}
		if bad := m.evictAlone(a); bad != "" {
			return bad
		}
		if a.x[0].dead && !a.attached[maxProcesses] {
			a.x[0], a.attached[maxProcesses] = expirer{}, true // another process
		}
		a.now += grace
		for k := range m.Expirers {
			for ok := !a.x[k].dead; ok; {
				ok, _ = m.expire(a, k)
			}
		}
	}
	if w := a.place; w.state != free && (w.owner == nobody || w.owner >= maxProcesses || !a.c[w.owner].has()) {
		return "a place of the dead is never freed"
	}
	return m.finishes(a)
}

func (m *Model) evictAlone(a *State) string {
	for n := 0; ; n++ {
		if _, bad := m.evict(a, 0); bad != "" {
			return "eviction alone: " + bad
		}
		if a.e[0].pc == resting {
			return ""
		}
		if n > 100 {
			return "eviction does not end"
		}
	}
}

// finishes lets everybody who lives go on in turns, and tells what is wrong if claims are never made.
func (m *Model) finishes(a *State) string {
	for range 200 {
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
		if a.cursor == m.Claims {
			return ""
		}
	}
	return "producers are held for ever"
}
