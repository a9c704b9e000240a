package wakes

import "github.com/be395dad/disruptor/verification/shm/internal/explore"

// Next implements explore.Model.
func (m *Model) Next(s *State, visit explore.Visit[State]) {
	n := &m.next
	for i := range m.Waiters {
		w := &s.w[i]
		if w.dead {
			continue
		}
		if *n = *s; m.wait(n, i) {
			visit(n, explore.Label{Who: "waiter", N: i, What: waiterSteps[w.pc]}, "")
		}
		if w.unfenced {
			*n = *s
			n.w[i].unfenced = false
			n.bits |= 1 << i
			visit(n, explore.Label{Who: "waiter", N: i, What: "has its bit reach memory"}, "")
		}
		if s.waiterCrashes > 0 && w.pc != done {
			*n = *s
			n.waiterCrashes--
			if w.unfenced {
				n.bits |= 1 << i
			}
			n.deadBound += 1 + m.Wakers
			n.w[i] = waiter{need: w.need, dead: true}
			visit(n, explore.Label{Who: "waiter", N: i, What: "is killed"}, "")
		}
	}
	for k := range m.Wakers {
		m.waker(s, k, visit)
	}
}

func (m *Model) waker(s *State, k int8, visit explore.Visit[State]) {
	n, p := &m.next, &s.k[k]
	if !p.dead {
		*n = *s
		if ok, bad := m.wake(n, k); ok {
			visit(n, explore.Label{Who: "waker", N: k, What: wakerSteps[p.pc]}, bad)
		}
	}
	if p.buffered {
		*n = *s
		n.k[k].buffered = false
		n.value[k] = p.n
		visit(n, explore.Label{Who: "waker", N: k, What: "has its store reach memory"}, "")
	}
	if s.wakerCrashes > 0 && !p.dead && p.pc != ended {
		*n = *s
		n.wakerCrashes--
		if p.buffered {
			n.value[k] = p.n
		}
		n.k[k] = waker{n: p.n, dead: true}
		visit(n, explore.Label{Who: "waker", N: k, What: "is killed"}, "")
	}
}

// Check implements explore.Model: where sleeps end by themselves, a waiter whose number is there gets on without the others.
func (m *Model) Check(s *State) string {
	if !m.Backstop {
		return ""
	}
	for i := range m.Waiters {
		if s.w[i].dead || s.w[i].pc == done || !m.there(s, i) {
			continue
		}
		a := &m.alone
		*a = *s
		for n := 0; a.w[i].need == s.w[i].need; n++ {
			if a.w[i].unfenced {
				a.w[i].unfenced = false
				a.bits |= 1 << i
			}
			m.wait(a, i)
			if n > 20 {
				return "a waiter sleeps for ever though what it waits for is there"
			}
		}
	}
	return ""
}

// Stuck implements explore.Model: no living waiter sleeps while its number is there, or, with
// all wakers alive, at all.
func (m *Model) Stuck(s *State) string {
	for i := range m.Waiters {
		if w := &s.w[i]; !w.dead && w.pc != done && (m.there(s, i) || !s.k[i%m.Wakers].dead) {
			return "a waiter sleeps for ever"
		}
	}
	return ""
}
