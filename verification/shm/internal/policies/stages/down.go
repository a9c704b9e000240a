package stages

// begin is the first step of a look at an upstream.
func (m *Model) begin() int8 {
	switch {
	case m.Bug.LeftEarly:
		return looksLeft
	case m.Bug.LooksAfter:
		return readsPosition
	}
	return looks
}

// downstream makes the next step of the consumer downstream; it is false if there is none. It comes after the epoch 1 of
// each place.
func (m *Model) downstream(s *State) (bool, string) {
	d := &s.d
	if d.pc == stopped || d.at == m.Seqs {
		return false, ""
	}
	if d.pc == reads {
		if d.at++; !m.may(s, d.at) {
			return true, "a sequence is read that an upstream has not passed"
		}
		if d.at >= d.limit {
			d.limit, d.pc = 0, m.begin()
		}
		return true, ""
	}
	if d.target == upstreams {
		d.limit, d.pc = m.Seqs, reads
		return true, ""
	}
	u := &s.u[d.target]
	switch d.pc {
	case notes:
		if w := u.word; w.epoch != 1 || w.state != live && w.state != held && !m.Bug.NotesJoiner {
			return false, ""
		}
		d.pc = m.begin()
	case looksLeft:
		d.left, d.pc = u.left, looks
	case looks:
		d.pc = m.judge(u.word, readsPosition)
	case readsPosition:
		d.limit, d.pc = u.position, looksAgain
		if m.Bug.LooksBefore {
			m.believe(d)
		}
	case looksAgain:
		if d.pc = m.judge(u.word, reads); d.pc == reads {
			m.believe(d)
		} else {
			d.limit = 0
		}
	case readsLeft:
		left := u.left
		if m.Bug.LeftEarly {
			left, d.left = d.left, 0
		}
		switch {
		case left == 1 || m.Bug.GoneIsLeft || m.Bug.LeavingLeft && u.word == (word{leaving, 1}):
			return true, m.replace(s)
		case m.ByEvicted:
			d.pc = readsEvicted
		default:
			return true, m.stop(s)
		}
	case readsEvicted:
		if u.evicted >= 1 {
			return true, m.stop(s)
		}
		return true, m.replace(s)
	}
	if d.pc == stopped {
		return true, m.stop(s)
	}
	return true, ""
}

// judge is the step that follows from the word of an upstream: next, if its position is to be believed.
func (m *Model) judge(w word, next int8) int8 {
	if w.epoch != 1 && !m.Bug.NoEpoch {
		return readsLeft
	}
	switch w.state {
	case evicted:
		return stopped
	case free:
		return readsLeft
	case leaving:
		if m.Bug.LeavingLeft {
			return readsLeft
		}
	case joining:
		return m.begin()
	}
	return next
}

// believe reads on to the limit.
func (m *Model) believe(d *down) {
	if d.pc = reads; d.limit <= d.at {
		d.limit, d.pc = 0, m.begin()
	}
}

// replace puts the upstream's own upstreams in its place.
func (m *Model) replace(s *State) string {
	d := &s.d
	if !s.u[d.target].hasLeft {
		return "an upstream that has not left is taken for one that has"
	}
	d.limit, d.pc = 0, m.begin()
	if d.target--; d.target < 0 {
		d.target = upstreams
	}
	return ""
}

// stop ends the consumer with an error.
func (m *Model) stop(s *State) string {
	u := &s.u[s.d.target]
	s.d = down{pc: stopped, at: s.d.at}
	if u.wasEvicted || u.hasLeft && u.laterLeft && (u.laterEvicted || !m.Strict) {
		return ""
	}
	return "the consumer stops though its upstream was not evicted"
}
