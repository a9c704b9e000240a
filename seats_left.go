package disruptor

// The seat of a worker that has gone waits, as it is, for another worker, which goes on from
// there. It owns no later events: from the barrier on, owners are chosen among the workers that
// are left.

// leave takes a seat out of use because its worker goes. If the seat is not at its end, it waits
// for another worker, and leave reports true.
func (s *seats) leave(st *seat) (orphan bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !st.orphaned {
		st.orphaned = true
		for i, o := range s.workers {
			if o == st {
				s.workers = append(s.workers[:i:i], s.workers[i+1:]...)
			}
		}
		st.end = s.keyed.load() &^ closedBit // seat edge
		s.raiseBarrier(st.end)
	}
	if s.closed() {
		st.walked = st.end
	}
	if s.next(st) == st.end {
		s.finish(st)
		return false
	}
	s.left = append(s.left, st)
	s.orphans.add(1) // seat edge
	return true
}

// adopt returns a seat that has no worker, or nil if there is none.
func (s *seats) adopt() *seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.left) == 0 {
		return nil
	}
	st := s.left[0]
	s.left = append(s.left[:0:0], s.left[1:]...)
	s.orphans.add(-1) // seat edge
	return st
}

// retire removes a seat that is at its end.
func (s *seats) retire(st *seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish(st)
}

// finish removes a seat that is at its end. The caller holds mu.
func (s *seats) finish(st *seat) {
	st.position.store(st.end) // seat edge: before the looks at the others
	s.settle()                // before the change: without any seats nothing would move the position
	s.change(nil, st)
	s.ids[st.id] = false
	s.settle()
}

// close removes the seats that have no worker.
func (s *seats) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.left {
		s.finish(st)
	}
	s.left = nil
	s.orphans.store(0) // seat edge
}
