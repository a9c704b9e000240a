package shm

import (
	"fmt"
	"slices"
)

// An upstream is a consumer that another follows, and whom it follows itself, in case it leaves.
type upstream struct {
	place *place
	index int
	epoch uint64
	after []*upstream
}

// word is how an upstream stands in the file.
func (u *upstream) word() uint64 { return u.epoch<<8 | uint64(u.index+1) }

// resolveNames returns the consumers of the names, and whom these follow.
func (c *core) resolveNames(names []string) ([]*upstream, error) {
	if len(names) > maxAfter {
		return nil, fmt.Errorf("shm: ConsumerConfig.After has %d names: at most %d", len(names), maxAfter)
	}
	var found []*upstream
	for _, name := range names {
		i, st := c.named(name, nobody)
		if i == nobody {
			return nil, fmt.Errorf("%w: no consumer is called %q", ErrName, name)
		}
		u := &upstream{place: c.place(i), index: i, epoch: st.epoch()}
		if !u.snapshot(c, maxRoles) || !u.has(state(u.place.state.Load())) {
			return nil, fmt.Errorf("%w: consumer %q is %v", ErrName, name, state(u.place.state.Load()).phase())
		}
		found = append(found, u)
	}
	return found, nil
}

// snapshot notes whom u follows, and whom they follow, that deep. What a consumer follows stays in the
// file after it has left, until another has its place. It reports false if that is so, or if it finds
// u changing it each time.
func (u *upstream) snapshot(c *core, depth int) bool {
	var words [maxAfter]uint64
	before := u.place.version.Load() // stage edge
	for k := range words {
		words[k] = u.place.after[k].Load()
	}
	if before%2 != 0 || u.place.version.Load() != before || state(u.place.state.Load()).epoch() != u.epoch || depth == 0 {
		return false
	}
	for _, word := range words {
		i := int(word&0xff) - 1
		if i < 0 || i >= c.geometry.consumers {
			continue
		}
		a := &upstream{place: c.place(i), index: i, epoch: word >> 8}
		if !a.snapshot(c, depth-1) {
			return false
		}
		u.after = append(u.after, a)
	}
	return true
}

// load returns the position of an upstream, if the place is still its own. The look at the state comes
// after the position: it may be another's.
func (u *upstream) load() (position int64, ok bool) {
	position = u.place.position.Load() // stage edge
	return position, u.has(state(u.place.state.Load()))
}

// has reports whether a place in that state is still this consumer's.
func (u *upstream) has(st state) bool {
	switch st.phase() {
	case live, held:
		return st.epoch() == u.epoch
	}
	return false
}

// storeUpstream stores in the file what r follows. The version may be odd already: who had the place, or r in an
// earlier life, may have been killed in here.
func (r *reader) storeUpstream() {
	p := r.place
	odd := p.version.Load() | 1
	p.version.Store(odd) // stage edge
	for k := range p.after {
		word := uint64(0)
		if k < len(r.upstream) {
			word = r.upstream[k].word()
		}
		p.after[k].Store(word)
	}
	p.version.Store(odd + 1)
}

// slowest returns whom of those it follows it waits for, and how far all of them are done. It takes
// out who has left; ok is false if it can't, or if nobody is left.
func (r *reader) slowest() (slow *upstream, least int64, ok bool) {
	least = maxSequence
	for i := 0; i < len(r.upstream); {
		u := r.upstream[i]
		position, ok := u.load()
		if !ok {
			if !r.replace(i) {
				return u, r.next, false
			}
			continue // another is at i now
		}
		if position < least {
			slow, least = u, position
		}
		i++
	}
	return slow, least, slow != nil
}

// replace puts those whom the upstream at i follows in its place, if it has left. It reports false if
// it was evicted, or may have been. The state is looked at first: who evicts stores the epoch of the
// evicted before the place is free.
func (r *reader) replace(i int) bool {
	u := r.upstream[i]
	st := state(u.place.state.Load()) // stage edge
	gone := st.epoch() != u.epoch || st.phase() == free
	if u.has(st) || !gone && st.phase() == leaving {
		return false // look again
	}
	if !gone || u.place.evicted.Load() >= u.epoch { // it was, or one that came after it: then nobody knows
		r.gone = fmt.Errorf("%w: %w", ErrClosed, ErrUpstreamDead)
		return false
	}
	rest := make([]*upstream, 0, len(r.upstream)-1+len(u.after))
	rest = append(rest, r.upstream[:i]...)
	for _, a := range u.after {
		if !slices.ContainsFunc(r.upstream, func(b *upstream) bool { return a.word() == b.word() }) {
			rest = append(rest, a)
		}
	}
	r.upstream = append(rest, r.upstream[i+1:]...)
	r.storeUpstream()
	return true
}
