package shm

import (
	"fmt"
	"time"

	"github.com/be395dad/disruptor/internal/faults"
	"github.com/be395dad/disruptor/internal/waiting"
)

// join makes r a consumer, at a free place or at the place that is held for its name.
func (c *core) join(r *reader, cfg ConsumerConfig) error {
	if end, _ := c.claimed(); end >= maxSequence {
		return c.corrupt("cursor at %d", end)
	}
	// Two consumers that join at once by one name give way to each other and try again later.
	const tries = 8
	for try := 0; ; try++ {
		c.recoverDead() // the place wanted may be a dead consumer's
		again, err := c.tryJoin(r, cfg)
		if !again || try == tries {
			return err
		}
		time.Sleep(time.Duration(c.self+1) << try * 100 * time.Microsecond)
	}
}

// tryJoin tries to join once. It reports again if its error may be gone soon.
func (c *core) tryJoin(r *reader, cfg ConsumerConfig) (again bool, err error) {
	*r = reader{core: c, most: c.Capacity}
	if cfg.MaxBatch != 0 {
		r.most = min(c.Capacity, int64(cfg.MaxBatch))
	}
	r.backoff = waiting.NewBackoff(c.rests, c.Capacity, r.most)
	if r.upstream, again, err = c.resolveNames(cfg.After); err != nil {
		return again, err
	}
	resumes, err := r.takePlace(cfg.Name)
	if err != nil {
		return false, err
	}
	faults.Point("joining")
	p := r.place
	if !resumes {
		// The position must not be beyond where this consumer will begin, and should be no further
		// back: until the beginning is found, it limits the room of producers. The walk below is
		// short, because this one was just here.
		end, _ := c.claimed()
		r.next = c.walk(end-c.Capacity, end)
		p.position.Store(r.next)
		p.name.store(cfg.Name)
	}
	p.policy.Store(uint64(cfg.OnDeath))
	p.grace.Store(int64(cfg.Grace))
	r.storeUpstream()
	c.control.members.Or(1 << r.index) // join edge: a fence before the looks that follow
	faults.Point("bit set")
	if other, st := c.named(cfg.Name, r.index); other != nobody && !resumes {
		r.leave()
		err := fmt.Errorf("%w: another consumer is called %q", ErrName, cfg.Name)
		if st.phase() != live { // it is joining or leaving, or is held now
			return true, err
		}
		_ = c.recoverNow()
		return state(c.place(other).state.Load()) != st, err // it was dead
	}
	if resumes {
		r.next = p.position.Load()
		if end, _ := c.claimed(); r.next > end || r.next < end-c.Capacity {
			r.leave()
			return false, c.corrupt("a held consumer at %d, and the cursor at %d", r.next, end)
		}
	} else {
		end, _ := c.claimed()
		r.next = c.walk(max(r.next, end-c.Capacity), end) // join edge
		p.position.Store(r.next)                          // sleep edge: a fence
		p.event.signal()                                  // a producer that has seen the lower position may sleep here
	}
	r.ready, r.given = r.next, r.next
	// Last: a resumed place is live already, and from here on its new owner may be evicted.
	p.maxLag.Store(cfg.Evictable)
	if !resumes {
		r.mine = r.mine.to(live)
		p.state.Store(uint64(r.mine))
	}
	faults.Point("joined")
	return false, nil
}

// takePlace takes the place that is held for the name, or a free one.
func (r *reader) takePlace(name string) (resumes bool, err error) {
	c := r.core
	if i, st := c.named(name, nobody); i != nobody && st.phase() == held && r.take(i, st, st.to(live).by(c.self)) {
		return true, nil // even if the ring is closed: it drains
	}
	if _, closed := c.claimed(); closed {
		return false, ErrClosed
	}
	if r.takeFree() {
		return false, nil
	}
	if err := c.recoverNow(); err != nil { // it may free places of the evicted
		return false, fmt.Errorf("%w for another consumer: Config.MaxConsumers is %d: %w", ErrFull, c.geometry.Consumers, err)
	}
	if !r.takeFree() {
		return false, fmt.Errorf("%w for another consumer: Config.MaxConsumers is %d", ErrFull, c.geometry.Consumers)
	}
	return false, nil
}

// takeFree takes a free place if there is one.
func (r *reader) takeFree() bool {
	c := r.core
	for i := range c.geometry.Consumers {
		old := state(c.place(i).state.Load())
		if old.phase() == free && r.take(i, old, stateOf(old.epoch()+1, c.self, joining)) {
			return true
		}
	}
	return false
}

// take takes place i if it is still in the state old.
func (r *reader) take(i int, old, mine state) bool {
	p := r.core.place(i)
	if !p.state.CompareAndSwap(uint64(old), uint64(mine)) { // join edge
		return false
	}
	r.place, r.index, r.mine = p, i, mine
	return true
}

// named returns the place of a consumer of the name, except place but, or nobody. A place that is
// just being taken may still have the name of its last consumer, so a live or held one comes
// first. The empty name names nobody.
func (c *core) named(name string, but int) (found int, of state) {
	found = nobody
	for i := range c.geometry.Consumers {
		p := c.place(i)
		st := state(p.state.Load())
		if name == "" || i == but || st.phase() == free || p.name.load() != name {
			continue
		}
		if found == nobody || st.phase() == live || st.phase() == held {
			found, of = i, st
		}
	}
	return found, of
}

// leave gives the place back. The reader has no part in it afterwards.
func (r *reader) leave() {
	c, p := r.core, r.place
	st := r.mine.to(leaving)
	if p.state.CompareAndSwap(uint64(r.mine), uint64(st)) {
		faults.Point("leaving")
		c.vacate(r.index, st)
		return
	}
	// It has been evicted. The bit belongs to the evictor, and so does the place until the bit is
	// clear.
	if st := state(p.state.Load()); st.phase() == expelled && st.epoch() == r.mine.epoch() {
		p.state.CompareAndSwap(uint64(st), uint64(st.to(returned).by(nobody)))
		c.recover()
	}
}
