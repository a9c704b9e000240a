package members

import "github.com/be395dad/disruptor/verification/shm/internal/explore"

// Next implements explore.Model.
func (m *Model) Next(s *State, visit explore.Visit[State]) {
	for i := range m.Producers {
		m.producer(s, i, visit)
	}
	for a := range m.Processes {
		m.consumer(s, a, visit)
	}
	n := &m.next
	for k := range m.Evictors {
		*n = *s
		if ok, bad := m.evict(n, k); ok {
			visit(n, explore.Label{Who: "evictor", N: k, What: evictorSteps[s.e[k].pc]}, bad)
		}
		if s.evictc > 0 && s.e[k].pc != resting {
			*n = *s
			n.evictc--
			n.die(k)
			visit(n, explore.Label{Who: "evictor", N: k, What: "is killed"}, "")
		}
	}
}

func (m *Model) producer(s *State, i int8, visit explore.Visit[State]) {
	n := &m.next
	*n = *s
	if s.p[i].dead {
		if n.entomb(m, i) {
			visit(n, explore.Label{Who: "recovery", N: -1, What: "stores a tombstone"}, "")
		}
		return
	}
	if ok, bad := m.produce(n, i); ok {
		visit(n, explore.Label{Who: "producer", N: i, What: producerSteps[s.p[i].pc]}, bad)
	}
	if s.p[i].stores > 0 {
		*n = *s
		bad := m.drain(n, &n.p[i])
		visit(n, explore.Label{Who: "producer", N: i, What: "has a store that reaches memory"}, bad)
	}
	if s.pc > 0 {
		*n = *s
		n.pc--
		bad := ""
		for n.p[i].stores > 0 && bad == "" {
			bad = m.drain(n, &n.p[i])
		}
		n.p[i] = producer{dead: true, own: s.p[i].own}
		visit(n, explore.Label{Who: "producer", N: i, What: "is killed"}, bad)
	}
}

// entomb resolves what a dead producer has left open: package claims has how.
func (s *State) entomb(m *Model, i int8) bool {
	p := &s.p[i]
	if !p.dead || p.own == 0 {
		return false
	}
	s.stamps[m.slot(p.own)] = -p.own
	p.own = 0
	return true
}

func (m *Model) consumer(s *State, a int8, visit explore.Visit[State]) {
	n := &m.next
	for choice := range max(m.Places, 2) {
		*n = *s
		if ok, bad := m.consume(n, a, choice); ok {
			what := consumerSteps[s.c[a].pc]
			if s.c[a].pc == see && choice == 1 {
				what = "decides to leave"
			}
			visit(n, explore.Label{Who: "consumer", N: a, What: what}, bad)
		}
	}
	if s.c[a].unfenced {
		*n = *s
		n.c[a].unfenced = false
		n.bits |= 1 << n.c[a].place
		visit(n, explore.Label{Who: "consumer", N: a, What: "has its bit reach memory"}, "")
	}
	if s.crashes > 0 && s.c[a].alive {
		*n = *s
		n.crashes--
		n.kill(a)
		visit(n, explore.Label{Who: "consumer", N: a, What: "is killed"}, "")
	}
}

// Check implements explore.Model: living consumers have their places, and if eviction runs alone from here the dead have none;
// if then everybody goes on, nobody leaves and no more processes come, all claims are made.
func (m *Model) Check(s *State) string {
	for a := range s.c {
		c := &s.c[a]
		if c.alive && c.pc > take && c.pc < release && !(m.Bug.LeavesLate && c.pc == unbit) && s.place[c.place].owner != int8(a) {
			return "a living consumer has lost its place"
		}
		if c.alive && c.pc > enter && c.pc < unbit && !c.unfenced && !m.Bug.LooksFirst && s.bits&(1<<c.place) == 0 {
			return "a living consumer has lost its bit"
		}
	}
	for k := range s.e[:m.Evictors] {
		if s.e[k].pc != resting {
			return ""
		}
	}
	a := &m.alone
	*a = *s
	if bad := m.evictAlone(a); bad != "" {
		return bad
	}
	for i, p := range a.place[:m.Places] {
		if c := &a.c[p.owner]; p.state != free && !(c.alive && c.pc > take && c.pc < unlock && int(c.place) == i) {
			return "a place of the dead is never freed"
		}
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
	for n := 0; ; n++ {
		left := int8(0)
		for i := range m.Producers {
			p := &a.p[i]
			if p.dead {
				a.entomb(m, i)
				continue
			}
			if p.stores > 0 {
				if bad := m.drain(a, p); bad != "" {
					return ""
				}
			}
			_, bad := m.produce(a, i)
			if bad != "" {
				return "" // found by a step, too
			}
			left += p.left
		}
		if left == 0 {
			return ""
		}
		for i := range m.Processes {
			if c := &a.c[i]; c.alive {
				if c.unfenced {
					c.unfenced = false
					a.bits |= 1 << c.place
				}
				for choice := range m.Places {
					if c.pc == see && choice > 0 {
						break
					}
					if ok, bad := m.consume(a, i, choice); bad != "" {
						return ""
					} else if ok {
						break
					}
				}
			}
		}
		if n > 400 {
			return "producers are held for ever"
		}
	}
}
