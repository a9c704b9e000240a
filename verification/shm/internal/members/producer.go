package members

// steps of a producer
const (
	idle int8 = iota
	room
	bitsRead
	fence
	boundRead
	boundWalk
	positionRead
	bitsAgain
	swap
	payload
	stamp
)

var producerSteps = [...]string{"reads the cursor", "looks for room", "reads the bits", "fences", "reads the cursor for its gate",
	"looks for the first open sequence", "reads a position", "reads the bits again", "swaps the cursor", "stores a payload", "stores a stamp"}

// reach applies a store to shared memory.
func (m *Model) reach(s *State, e store) (bad string) {
	i := m.slot(e.value)
	if e.stamp {
		if lap(s.stamps[i]) >= e.value {
			bad = "a stamp goes back"
		}
		s.stamps[i] = e.value
		return bad
	}
	for a := range s.c {
		if c := &s.c[a]; c.reads() && c.at < e.value-m.Slots {
			bad = "a payload is stored over a slot that a consumer has still to read"
		}
	}
	for q := range s.p {
		if p := &s.p[q]; p.own > 0 && p.own <= e.value-m.Slots || p.buffers(e.value-m.Slots) {
			bad = "a payload is stored over the slot of an open claim"
		}
	}
	s.payloads[i] = e.value
	return bad
}

// buffers tells whether the stamp of sequence q or of an earlier one has still to reach memory.
func (p *producer) buffers(q int8) bool {
	for _, b := range p.buffer[:p.stores] {
		if b.stamp && b.value <= q {
			return true
		}
	}
	return false
}

func (m *Model) put(s *State, p *producer, e store, next int8) (bool, string) {
	if !m.TSO {
		p.pc = next
		return true, m.reach(s, e)
	}
	if p.stores == maxStores {
		return false, ""
	}
	p.buffer[p.stores] = e
	p.stores++
	p.pc = next
	return true, ""
}

func (m *Model) drain(s *State, p *producer) string {
	e := p.buffer[0]
	copy(p.buffer[:], p.buffer[1:])
	p.buffer[maxStores-1] = store{}
	p.stores--
	return m.reach(s, e)
}

// resolved tells whether producer p sees a stamp for sequence q; its own it sees in its store buffer.
func (m *Model) resolved(s *State, p *producer, q int8) bool {
	for _, b := range p.buffer[:p.stores] {
		if q > 0 && b.stamp && m.slot(b.value) == m.slot(q) && b.value >= q {
			return true
		}
	}
	return q < 1 || lap(s.stamps[m.slot(q)]) >= q
}

// produce makes the next step of producer i; it is false if there is none.
func (m *Model) produce(s *State, i int8) (bool, string) {
	p := &s.p[i]
	switch p.pc {
	case idle:
		if p.left == 0 {
			return false, ""
		}
		p.c, p.pc = s.cursor, room
	case room:
		switch {
		case p.c+1-m.Slots <= p.gate && m.Bug.ClaimLooks && !m.resolved(s, p, p.c+1-m.Slots):
			p.c, p.pc = 0, idle
		case p.c+1-m.Slots <= p.gate:
			p.pc = swap
		case m.Bug.GateOfClaim:
			p.pc = boundRead
		default:
			p.pc = bitsRead
		}
	case bitsRead:
		p.bits = s.bits
		if m.Bug.GateOfClaim {
			if p.pc = positionRead; p.bits == 0 {
				m.scanned(p)
			}
			return true, ""
		}
		if p.seen = p.bits; p.bits != 0 && !m.Bounded {
			p.low, p.pc = parked, positionRead
			return true, ""
		}
		p.pc = fence
		if m.Bug.NoFenceGate {
			p.pc = boundRead
		}
	case fence:
		if p.stores > 0 {
			return false, ""
		}
		p.pc = boundRead
	case boundRead:
		if m.Bug.GateOfClaim {
			p.low, p.pc = s.cursor, bitsRead // then the positions, and the bits not again
			return true, ""
		}
		p.s = s.cursor
		p.low, p.pc = max(p.s-m.Slots, 0), boundWalk
	case boundWalk:
		if p.low < p.s && m.resolved(s, p, p.low+1) {
			p.low++
			return true, ""
		}
		if p.s, p.pc = 0, bitsAgain; p.bits != 0 {
			p.pc = positionRead
		} else if m.Bug.MapOnce {
			m.scanned(p)
		}
	case positionRead:
		j := 0
		for p.bits&(1<<j) == 0 {
			j++
		}
		p.low = min(p.low, s.position[j])
		if p.bits &^= 1 << j; p.bits == 0 {
			p.pc = bitsAgain
			if m.Bug.MapOnce || m.Bug.MapOnceHeld || m.Bug.GateOfClaim {
				m.scanned(p)
			}
		}
	case bitsAgain:
		if s.bits&^p.seen != 0 {
			p.s, p.low, p.seen, p.pc = 0, 0, 0, bitsRead
			return true, ""
		}
		m.scanned(p)
	case swap:
		if p.stores > 0 {
			return false, ""
		}
		if s.cursor == p.c {
			s.cursor++
			p.own, p.pc, p.c = s.cursor, payload, 0
			p.left--
		} else {
			p.c, p.pc = 0, idle
		}
	case payload:
		return m.put(s, p, store{false, p.own}, stamp)
	case stamp:
		ok, bad := m.put(s, p, store{true, p.own}, idle)
		if ok {
			p.own = 0
		}
		return ok, bad
	}
	return true, ""
}

// scanned ends a scan, whose result is p.low.
func (m *Model) scanned(p *producer) {
	p.gate = p.low
	p.pc, p.c, p.s, p.low, p.bits, p.seen = idle, 0, 0, 0, 0, 0
}
