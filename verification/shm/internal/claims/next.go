package claims

import "github.com/be395dad/disruptor/verification/shm/internal/explore"

// Next implements explore.Model.
func (m *Model) Next(s *State, visit explore.Visit[State]) {
	n := &m.next
	for i := range m.Producers {
		m.producer(s, i, visit)
	}
	for i := range m.Consumers {
		*n = *s
		if ok, bad := m.consume(n, i); ok {
			visit(n, explore.Label{Who: "consumer", N: i, What: "passes a sequence"}, bad)
		}
	}
	*n = *s
	bad := m.recover(n)
	visit(n, explore.Label{Who: "recovery", N: -1, What: recoverySteps[s.r.pc]}, bad)
	if s.rc > 0 && s.r.pc != resting {
		*n = *s
		n.rc--
		n.r = recovery{}
		visit(n, explore.Label{Who: "recovery", N: -1, What: "is killed"}, "")
	}
}

func (m *Model) producer(s *State, i int8, visit explore.Visit[State]) {
	n := &m.next
	*n = *s
	p := &n.p[i]
	switch p.life {
	case free:
		if s.newcomer > 0 {
			n.newcomer--
			*p = producer{lo: p.lo, hi: p.hi, left: 1}
			if m.Bug.KeepsRecord {
				p.left = 0
			}
			visit(n, explore.Label{Who: "producer", N: i, What: "is a new process"}, "")
		}
		return
	case dead:
		return
	}
	if ok, bad := m.produce(n, i); ok {
		visit(n, explore.Label{Who: "producer", N: i, What: producerSteps[s.p[i].pc]}, bad)
	}
	if s.p[i].stores > 0 {
		*n = *s
		bad := m.drain(n, i)
		visit(n, explore.Label{Who: "producer", N: i, What: "has a store that reaches memory"}, bad)
	}
	if s.crashes > 0 {
		*n = *s
		n.crashes--
		bad := ""
		for n.p[i].stores > 0 && bad == "" {
			bad = m.drain(n, i)
		}
		p := &n.p[i]
		*p = producer{lo: p.lo, hi: p.hi, life: dead}
		if m.Host-1 == i {
			n.r = recovery{}
		}
		visit(n, explore.Label{Who: "producer", N: i, What: "is killed"}, bad)
	}
}

// consume lets consumer i pass the next sequence, if its stamp is there.
func (m *Model) consume(s *State, i int8) (bool, string) {
	q := s.position[i] + 1
	v := s.stamps[m.slot(q)]
	switch {
	case lap(v) > q:
		return true, "a consumer finds its slot a lap ahead"
	case lap(v) < q:
		return false, ""
	}
	bad := ""
	switch {
	case q > s.cursor:
		bad = "a sequence is passed that nobody has claimed"
	case v > 0 && s.payloads[m.slot(q)] != q:
		bad = "a delivered payload is not that of its sequence"
	case (v > 0) != (s.published&(1<<q) != 0) || (v < 0) != (s.tombed&(1<<q) != 0):
		bad = "a sequence is both delivered and lost"
	}
	s.position[i] = q
	return true, bad
}
