package shm

import (
	"fmt"
	"slices"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// An upstream is a consumer that another follows. It knows the consumers that it follows itself,
// in case it leaves.
type upstream struct {
	place *place
	index int
	epoch uint64
	after []*upstream
	left  bool // the consumers it follows have taken its place
}

// word returns the word for an upstream in the file.
func (u *upstream) word() uint64 { return u.epoch<<8 | uint64(u.index+1) }

// resolveNames returns the consumers of those names, with what they follow. It reports again if
// its error may be gone soon.
func (c *core) resolveNames(names []string) (found []*upstream, again bool, err error) {
	if len(names) > ringfile.MaxAfter {
		return nil, false, fmt.Errorf("shm: ConsumerConfig.After has %d names: at most %d", len(names), ringfile.MaxAfter)
	}
	known := graph{}
	for _, name := range names {
		i, st := c.named(name, nobody)
		if i == nobody {
			return nil, false, fmt.Errorf("%w: no consumer is called %q", ErrName, name)
		}
		u := known.add(c, i, st.epoch())
		if u == nil { // most often a consumer in the graph has left, and its followers have not looked since
			return nil, true, fmt.Errorf("%w: can't tell what consumer %q follows", ErrName, name)
		}
		if !u.has(state(u.place.state.Load())) {
			return nil, false, fmt.Errorf("%w: consumer %q is %v", ErrName, name, state(c.place(i).state.Load()).phase())
		}
		if !slices.Contains(found, u) {
			found = append(found, u)
		}
	}
	return found, false, nil
}

// A graph has each consumer that another follows, directly or not, once: there may be more ways
// to it than can be walked.
type graph map[int]*upstream

// add adds consumer i of that epoch, and what it follows. It returns nil if that can't be read:
// another consumer has the place, what is read changes each time, or a consumer follows itself,
// in a file that means harm. What a consumer follows stays in the file after it has left, until
// another takes its place.
func (g graph) add(c *core, i int, epoch uint64) *upstream {
	if u, ok := g[i]; ok {
		if u != nil && u.epoch != epoch {
			return nil
		}
		return u
	}
	g[i] = nil // while it is being added
	u := &upstream{place: c.place(i), index: i, epoch: epoch}
	var words [ringfile.MaxAfter]uint64
	before := u.place.version.Load() // stage edge
	for k := range words {
		words[k] = u.place.after[k].Load()
	}
	if before%2 != 0 || u.place.version.Load() != before || state(u.place.state.Load()).epoch() != epoch {
		return nil
	}
	for _, word := range words {
		k := int(word&0xff) - 1
		if k < 0 || k >= c.geometry.Consumers {
			continue
		}
		a := g.add(c, k, word>>8)
		if a == nil {
			return nil
		}
		u.after = append(u.after, a)
	}
	g[i] = u
	return u
}

// load returns the position of an upstream, if the place is still its own. It looks at the state
// after the position, which may be another consumer's.
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

// storeUpstream stores in the file what r follows. The version may be odd already: the last owner
// of the place, or r in an earlier life, may have been killed in here. If r follows too many it
// stays odd: a follower of r would not know all of them when r leaves.
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
	if len(r.upstream) <= len(p.after) {
		p.version.Store(odd + 1)
	}
}

// slowest returns the consumer this one waits for, and how far all that it follows are done. It
// takes out those that have left; ok is false if it can't, or if none is left.
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

// replace puts the consumers that the upstream at i follows in its place, if it has left. It
// reports false if it was evicted, or may have been. It looks at the state first: an evictor
// stores the epoch of the evicted before it frees the place.
func (r *reader) replace(i int) bool {
	u := r.upstream[i]
	st := state(u.place.state.Load()) // stage edge
	gone := st.epoch() != u.epoch || st.phase() == free
	if u.has(st) || !gone && st.phase() == leaving {
		return false // look again
	}
	if !gone || u.place.evicted.Load() >= u.epoch { // it was evicted, or a later owner was and nobody can tell
		r.gone = fmt.Errorf("%w: %w", ErrClosed, ErrUpstreamDead)
		return false
	}
	u.left = true
	rest := make([]*upstream, 0, len(r.upstream)-1+len(u.after))
	rest = append(rest, r.upstream[:i]...)
	for _, a := range u.after {
		if !a.left && !slices.Contains(r.upstream, a) {
			rest = append(rest, a)
		}
	}
	r.upstream = append(rest, r.upstream[i+1:]...)
	r.storeUpstream()
	return true
}
