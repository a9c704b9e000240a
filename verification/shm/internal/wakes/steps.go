package wakes

// wait makes the next step of waiter i; it is false if there is none.
func (m *Model) wait(s *State, i int8) bool {
	w := &s.w[i]
	switch w.pc {
	case looks:
		w.pc = counts
		switch {
		case m.there(s, i):
			w.pc = unsets
		case m.Bug.CounterAfter:
			w.pc = sets
		case m.Bug.LooksFirst || m.Bug.CounterLate:
			w.pc = sets
			if m.Bug.LooksFirst {
				w.saw, w.pc = s.counter, looksAgain
			}
		}
	case counts:
		w.saw, w.pc = s.counter, sets
		if m.Bug.AsksFirst {
			w.pc = asks
		}
		if m.Bug.CounterAfter {
			w.pc = looksAgain
		}
		if m.Bug.CounterLate {
			w.pc = sleeps
		}
	case sets:
		if m.Bug.NoFenceBit {
			w.unfenced = true
		} else {
			s.bits |= 1 << i
		}
		switch {
		case m.Bug.LooksFirst || m.Bug.NoSecondLook:
			w.pc = sleeps
		case m.Bug.CounterAfter:
			w.pc = counts
		case w.asked: // AsksFirst
			w.pc = fencesOthers
		case m.Unfenced && !m.Bug.AsksFirst && !m.Bug.NeverFences && !m.Bug.FencesLate:
			w.pc = asks
		default:
			w.pc = looksAgain
		}
	case asks:
		w.asked = s.unfenced != 0
		switch {
		case m.Bug.AsksFirst:
			w.pc = sets
		case w.asked:
			w.pc = fencesOthers
		case m.Bug.FencesLate:
			w.pc = sleeps
		default:
			w.pc = looksAgain
		}
	case fencesOthers:
		for k := range s.k[:m.Wakers] {
			if p := &s.k[k]; p.buffered && s.unfenced&(1<<k) != 0 {
				p.buffered, s.value[k] = false, p.n
			}
		}
		w.asked, w.pc = false, looksAgain
		if m.Bug.FencesLate {
			w.pc = sleeps
		}
	case looksAgain:
		switch {
		case m.there(s, i):
			w.saw, w.pc = 0, unsets
		case m.Bug.LooksFirst:
			w.pc = sets
		case m.Bug.CounterLate:
			w.pc = counts
		case m.Bug.FencesLate:
			w.pc = asks
		default:
			w.pc = sleeps
		}
	case sleeps:
		if w.unfenced {
			return false // the kernel fences
		}
		w.pc = looks
		if s.counter == w.saw {
			w.pc = asleep
		}
		if !m.Bug.SleepsOn {
			w.saw = 0
		}
	case asleep:
		if !m.Backstop {
			return false
		}
		w.pc = looks
		if m.Bug.SleepsOn {
			w.pc = sleeps
		}
	case unsets:
		if w.unfenced {
			return false
		}
		if !m.Bug.KeepsBit {
			s.bits &^= 1 << i
		}
		w.need++
		w.pc, w.saw = looks, 0
		if w.need > m.Needs[i] {
			w.pc = done
		}
	case done:
		return false
	}
	return true
}

// wake makes the next step of waker k; it is false if there is none. If it wakes one sleeper, it is the one with the number
// choice or the next.
func (m *Model) wake(s *State, k int8) (bool, string) {
	p := &s.k[k]
	switch p.pc {
	case saysSo:
		if p.buffered {
			return false, "" // a locked instruction
		}
		s.unfenced |= 1 << k
		p.pc = stores
	case stores:
		if p.buffered {
			return false, ""
		}
		p.n++
		p.buffered = true
		p.pc = fences
		if m.Bug.NoFence || m.Unfenced {
			p.pc = readsBits
		}
		if m.Bug.WakerLooksFirst {
			p.pc = clearsBits
			if p.bits == 0 {
				m.again(p, k)
			}
		}
	case fences:
		if p.buffered {
			return false, ""
		}
		p.pc = readsBits
	case readsBits:
		p.bits = s.bits
		switch {
		case m.Bug.WakerLooksFirst:
			p.pc = stores
		case p.bits == 0:
			m.again(p, k)
		case m.Bug.LeavesBits || m.Bug.ClearsLast:
			p.pc = adds
		default:
			p.pc = clearsBits
		}
	case clearsBits:
		if p.buffered {
			return false, "" // a locked instruction drains the store buffer
		}
		if m.Bug.ClearsAll {
			s.bits = 0
		} else {
			s.bits &^= p.bits
		}
		p.pc = adds
		if m.Bug.ClearsLast {
			m.again(p, k)
		}
		if m.Bug.WakesFirst {
			p.pc = wakes
		}
	case adds:
		if p.buffered {
			return false, ""
		}
		if !m.Bug.NoAdd {
			s.counter++
		}
		p.pc = wakes
		if m.Bug.WakesFirst {
			m.again(p, k)
		}
	case wakes:
		bad := m.rouse(s, p)
		switch {
		case m.Bug.WakesFirst:
			p.pc = adds
		case m.Bug.ClearsLast:
			p.pc = clearsBits
		default:
			m.again(p, k)
		}
		return true, bad
	case ended:
		return false, ""
	}
	return true, ""
}

// rouse ends the sleeps. A dead waiter may cost a wake-up for the bit that it has left, and one for each waker that had seen
// an earlier one.
func (m *Model) rouse(s *State, p *waker) (bad string) {
	living := false
	for i := range s.w[:m.Waiters] {
		living = living || !s.w[i].dead && p.bits&(1<<i) != 0
	}
	for i := range s.w[:m.Waiters] {
		w := &s.w[i]
		if !w.dead && w.pc == asleep {
			w.pc = looks
			if m.Bug.WakesOne {
				break
			}
		}
	}
	if !living {
		if s.vain++; s.vain > s.deadBound {
			bad = "a dead waiter costs a wake-up again and again"
		}
	}
	return bad
}

// again goes on to what the waker publishes next, if there is more.
func (m *Model) again(p *waker, k int8) {
	p.bits, p.pc = 0, stores
	if m.Bug.WakerLooksFirst {
		p.pc = readsBits
	}
	if m.Bug.SaysSoLate && p.n == 1 {
		p.pc = saysSo
	}
	if p.n == m.Stores[k] {
		p.pc = ended
	}
}
