package shm

// room is the target of a claim. It holds a pointer, so that converting it to an interface
// allocates nothing; so does coming.
type room struct{ *claimer }

func (r room) reached() (bool, error) {
	if r.attempt(r.wanted) {
		return true, nil
	}
	return false, r.end()
}

// end returns why there will never be room, or nil.
func (p *claimer) end() error {
	if err := p.core.err(); err != nil {
		return err
	}
	if _, closed := p.core.claimed(); closed {
		return ErrClosed
	}
	return nil
}

// source is the slowest consumer's position or, without consumers, what is published.
func (r room) source() *eventcount {
	if i, _ := r.core.slowest(r.core.control.members.Load()); i != nobody {
		return &r.core.place(i).event
	}
	return &r.core.control.event
}

func (r room) obstacle() (obstacle, BlockedError) {
	b := BlockedError{Waits: "room", Sequence: r.seen}
	if i, _ := r.core.slowest(r.core.control.members.Load()); i != nobody {
		return r.core.behind(i), b
	}
	return r.core.open(r.walk()), b
}

// coming is the target of a consumer.
type coming struct{ *reader }

func (r coming) reached() (bool, error) {
	if r.look() > r.next {
		return true, nil
	}
	return false, r.end()
}

// source is the position of the slowest consumer that this one follows, or what is published.
func (r coming) source() *eventcount {
	if u, _, _ := r.slowest(); u != nil {
		return &u.place.event
	}
	return &r.core.control.event
}

func (r coming) obstacle() (obstacle, BlockedError) {
	b := BlockedError{Waits: "events", Sequence: r.next}
	if end, _ := r.core.claimed(); r.next >= end {
		return nothing, b
	}
	if u, _, _ := r.slowest(); u != nil {
		return r.core.behind(u.index), b
	}
	return r.core.open(r.next), b
}
