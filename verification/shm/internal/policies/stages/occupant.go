package stages

// occupant makes the next step of the occupant of place i; it is false if there is none.
func (m *Model) occupant(s *State, i int8) bool {
	u := &s.u[i]
	if u.dead {
		return false
	}
	switch u.pc {
	case gone:
		if u.newcomers == 0 {
			return false
		}
		u.newcomers--
		u.word = word{joining, u.word.epoch + 1}
		u.pc = begins
	case begins:
		// a newcomer does not come after first; it may be anywhere
		if u.position = m.Seqs; u.word.epoch == 1 {
			u.position = 0
		}
		u.pc = goesLive
	case goesLive:
		u.word.state, u.pc = live, runs
	case runs:
		a := &s.u[first]
		switch {
		case u.word.state == evicted && m.ByEvicted && !m.Bug.AckSilent:
			u.pc = notesEvicted
		case u.word.state == evicted:
			u.pc = acknowledges
		case u.word.epoch != 1 || u.position == m.Seqs || i == second && u.position >= a.passed && !a.hasLeft:
			return false
		default:
			u.position++
			u.passed = u.position
		}
	case swapsLeaving:
		m.leave(u)
	case notesLeft:
		u.left, u.pc = u.word.epoch, releases
		if m.Bug.LeftFirst {
			u.pc = swapsLeaving
		}
	case releases:
		u.word.state, u.pc = free, gone
		if m.Bug.LeftLate {
			u.lateLeft = u.word.epoch
		}
	case notesEvicted:
		m.noteEvicted(u)
		u.pc = acknowledges
	case acknowledges:
		u.word.state, u.pc = free, gone
	}
	return true
}

// leave swaps the word from live to leaving.
func (m *Model) leave(u *upstream) {
	if u.pc = runs; u.word.state != live {
		return
	}
	u.word.state = leaving
	u.ends(&u.hasLeft, &u.laterLeft)
	if u.pc = notesLeft; m.Bug.LeftFirst || m.Bug.LeftLate {
		u.pc = releases
	}
}

// ends enters how the occupant ends.
func (u *upstream) ends(of1, later *bool) {
	if u.word.epoch == 1 {
		*of1 = true
	} else {
		*later = true
	}
}

// noteEvicted stores that the occupant is evicted.
func (m *Model) noteEvicted(u *upstream) {
	switch {
	case !m.ByEvicted:
	case m.Bug.EvictedLate:
		u.lateEvicted = u.word.epoch
	default:
		u.evicted = u.word.epoch
	}
}

// evict makes the next step of eviction of the dead in place i, or in the one that it is at; it is false if there is none.
func (m *Model) evict(s *State, i int8) bool {
	e := &s.e
	if e.pc != resting {
		i = e.i
	}
	u := &s.u[i]
	switch e.pc {
	case resting:
		if !u.dead || u.word.state == free || u.word.state == held {
			return false
		}
		e.i, e.saw, e.pc = i, u.word, decides
	case decides:
		e.pc = notesEnd
		if m.Holds && e.saw.state == live {
			if u.word == e.saw {
				u.word.state = held
			}
			*e = evictor{}
		}
	case notesEnd:
		if e.pc = frees; u.word != e.saw {
			*e = evictor{} // and look again
			return true
		}
		switch {
		case e.saw.state != leaving:
			u.ends(&u.wasEvicted, &u.laterEvicted)
			m.noteEvicted(u)
		case !m.Bug.ForgetsLeft:
			u.left = u.word.epoch
		}
	case frees:
		if u.word == e.saw {
			u.word.state, u.pc, u.dead = free, gone, false
		}
		*e = evictor{}
	}
	return true
}

// expire evicts what is held in place i; it is false if there is nothing. Its owner is dead: the rest is eviction's.
func (m *Model) expire(s *State, i int8) bool {
	u := &s.u[i]
	if u.word.state != held {
		return false
	}
	u.ends(&u.wasEvicted, &u.laterEvicted)
	if u.word.state = evicted; m.Bug.AsLeaving {
		u.word.state = leaving
	}
	return true
}

// resume is what another process of the occupant's name does; it is false if it can't.
func (m *Model) resume(s *State, i int8) bool {
	u := &s.u[i]
	if u.word.state != held {
		return false
	}
	if u.word.state, u.pc, u.dead = live, runs, false; m.Bug.NewEpoch {
		u.word.epoch++
	}
	return true
}
