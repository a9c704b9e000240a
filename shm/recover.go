package shm

import (
	"time"

	"github.com/be395dad/disruptor/internal/faults"
)

// Recovery does what the dead have left undone. It runs under the lock of recoveryByte, which the
// kernel releases if the recovering process dies. Each step can be done twice, so the next recovery
// does the rest. It takes nothing from the living: a process is dead only if the lock on its
// attachment is free.

// recover resolves the open sequences that no living process owns, and frees the entries of the
// dead. It does nothing while another process, or another goroutine of this one, is recovering
// the ring.
func (c *core) recover() { c.locked(c.recoverLocked) }

// recoverLocked is recover for a caller that has the lock.
func (c *core) recoverLocked() {
	dead := c.lockDead()
	defer c.unlock(dead)
	faults.Point("recovering")
	lost := c.loseOrphans(dead)
	faults.Point("lost")
	evicted := c.bury(dead)
	if lost+evicted > 0 || len(dead) > 0 {
		c.control.recoveries.Add(1)
		c.wakeAll()
	}
	c.did.Processes += len(dead)
	c.did.Lost += lost
	c.did.Evicted += evicted
}

// recoverNow is recover that waits a while for another recovery to end. During that recovery the
// dead seem to live, because their locks are held, so recoverNow comes before a refusal that
// counts them.
func (c *core) recoverNow() error { return c.lockedNow(c.recoverLocked) }

// lockedNow calls f under the lock of recovery, for which it waits a while: its holder keeps it
// for some microseconds, unless it is stopped.
func (c *core) lockedNow(f func()) error {
	const tries = 1000
	for range tries {
		if c.locked(f) {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return ErrRecovering
}

// locked calls f under the lock of recovery if that is free, and reports whether it was.
func (c *core) locked(f func()) bool {
	if !c.recovering.TryLock() {
		return false
	}
	defer c.recovering.Unlock()
	if got, err := c.file.TryLock(recoveryByte); err != nil || !got {
		return false
	}
	defer func() { _ = c.file.Unlock(recoveryByte) }()
	f()
	return true
}

// recoverDead is recover if any process is dead.
func (c *core) recoverDead() {
	for i := range c.geometry.Processes {
		if !c.lives(i) {
			c.recover()
			return
		}
	}
}

// lives reports whether the owner of attachment i lives. It is true if there is no owner.
func (c *core) lives(i int) bool {
	if i == c.self || i < 0 || i >= c.Processes || c.attachment(i).state.Load() == 0 {
		return true
	}
	held, err := c.file.Held(attachmentByte(i))
	return held || err != nil
}

// lockDead locks the attachments of the dead and returns them: those in use whose lock is free,
// which proves their owners' death.
func (c *core) lockDead() (dead map[int]bool) {
	dead = map[int]bool{}
	for i := range c.geometry.Processes {
		if i == c.self || c.attachment(i).state.Load() == 0 {
			continue
		}
		if got, err := c.file.TryLock(attachmentByte(i)); err == nil && got {
			dead[i] = true
		}
	}
	return dead
}

func (c *core) unlock(dead map[int]bool) {
	for i := range dead {
		_ = c.file.Unlock(attachmentByte(i))
	}
}

// loseOrphans has readers step over each open sequence that no record of a living producer
// covers, and returns how many there were. What a dead process has claimed, it claimed before its
// lock was taken, so it is below the cursor that is read here.
func (c *core) loseOrphans(dead map[int]bool) (lost int) {
	if !recording {
		return 0
	}
	end, _ := c.claimed()
	for s := max(end-c.Capacity, 0); s < end; s++ {
		word := c.mark(s)
		was := word.Load() // publish edge
		if mark(was).Resolved(s) {
			continue
		}
		faults.Point("open found")
		if owner, _ := c.coveredBy(s, dead); owner != nobody {
			continue
		}
		c.raiseGap(s + 1)
		faults.Point("gap raised")
		// From the value that was open: a different mark may be of the next lap.
		if word.CompareAndSwap(was, int64(gap(s))) { // publish edge
			lost++
			c.control.lost.Add(1)
			faults.Point("one lost")
		}
	}
	return lost
}

// coveredBy returns a record that covers s and belongs to none of the dead, and its state, or
// nobody.
func (c *core) coveredBy(s int64, dead map[int]bool) (int, state) {
	for i := range c.geometry.Producers {
		r := c.record(i)
		st := state(r.state.Load())
		if st.phase() == free || dead[st.owner()] {
			continue
		}
		if from, to := r.from.Load(), r.to.Load(); from <= s && s < to { // record edge
			return i, st
		}
	}
	return nobody, 0
}

// bury frees the entries of the dead, their attachments last: until then the next recovery finds
// them again. It returns how many consumers it has evicted.
func (c *core) bury(dead map[int]bool) (evicted int) {
	for i := range c.geometry.Consumers {
		st := state(c.place(i).state.Load())
		if dead[st.owner()] && c.buryConsumer(i, st) {
			evicted++
			c.control.evicted.Add(1)
		}
	}
	for i := range c.geometry.Producers {
		r := c.record(i)
		if st := state(r.state.Load()); st.phase() != free && dead[st.owner()] {
			r.to.Store(0) // record edge: the record would hide what others leave open
			faults.Point("record reset")
			r.state.CompareAndSwap(uint64(st), uint64(st.to(free).by(nobody)))
		}
	}
	faults.Point("buried")
	for i := range dead {
		c.control.unfenced.And(^(uint64(1) << i))
		c.attachment(i).state.Store(0)
	}
	evicted += c.expireHeld()
	c.clearExpelled()
	return evicted
}

// buryConsumer applies the policy of a dead consumer to its place, and reports whether it was
// evicted.
func (c *core) buryConsumer(i int, st state) bool {
	p := c.place(i)
	switch ph := st.phase(); {
	case ph == live && OnDeath(p.policy.Load()) == Hold:
		p.maxLag.Store(0) // a consumer that comes back is live at once, and has agreed to nothing yet
		p.died.Store(monotonic())
		faults.Point("time of death")
		p.state.CompareAndSwap(uint64(st), uint64(st.to(held).by(nobody)))
		return false
	case ph == live && OnDeath(p.policy.Load()) == Fail:
		c.fail(consumerDied)
	case ph == joining || ph == leaving: // nobody follows it, and it counts for nothing
		c.vacate(i, st)
		return false
	}
	p.evicted.Store(st.epoch()) // stage edge
	faults.Point("end stored")
	return c.vacate(i, st) && st.phase() != expelled // which was counted when it was evicted
}

// vacate frees a place that was found in that state and that no living process owns, except
// perhaps the caller's. Its bit goes first: once the place is free, the bit is another's.
func (c *core) vacate(i int, st state) bool {
	c.clearBit(i)
	p := c.place(i)
	freed := p.state.CompareAndSwap(uint64(st), uint64(st.to(free).by(nobody)))
	p.event.wake()
	return freed
}

// clearBit takes the place out of the gate.
func (c *core) clearBit(i int) {
	c.control.members.And(^(uint64(1) << i)) // join edge
	faults.Point("bit cleared")
}

// expireHeld evicts held consumers that nobody has resumed in time, and returns how many.
func (c *core) expireHeld() (evicted int) {
	for i := range c.geometry.Consumers {
		p := c.place(i)
		st := state(p.state.Load())
		if st.phase() != held || time.Duration(monotonic()-p.died.Load()) < time.Duration(p.grace.Load()) {
			continue
		}
		if c.expire(i, st) {
			evicted++
		}
	}
	return evicted
}

// expire evicts a held consumer; clearExpelled does the rest. It takes the place first: between a
// look and the bit, a consumer could come back.
func (c *core) expire(i int, st state) bool {
	if !c.place(i).state.CompareAndSwap(uint64(st), uint64(st.to(returned))) { // join edge
		return false
	}
	c.control.evicted.Add(1)
	faults.Point("expired")
	return true
}

// evict evicts a slow consumer that agreed to it and has fallen that far behind.
func (c *core) evict(i int) {
	c.locked(func() {
		p := c.place(i)
		st := state(p.state.Load())
		end, _ := c.claimed()
		lag := p.maxLag.Load()
		if st.phase() == live && lag > 0 && end-p.position.Load() >= lag {
			c.expel(i, st)
		}
	})
}

// expel evicts a consumer that lives. The owner may be about to store a position, so the place
// stays its own until it has seen the eviction or dies.
func (c *core) expel(i int, st state) {
	if c.place(i).state.CompareAndSwap(uint64(st), uint64(st.to(expelled))) { // evict edge
		c.control.evicted.Add(1)
		faults.Point("expelled")
		c.clearExpelled()
	}
}

// clearExpelled clears the bits of consumers that were evicted alive or while held, and frees
// their places once they have no owner. Both need the lock of recovery, so that no bit is cleared
// after its place has passed to another. If the process that has begun it dies, the next recovery
// finishes it.
func (c *core) clearExpelled() {
	for i := range c.geometry.Consumers {
		p := c.place(i)
		st := state(p.state.Load())
		if st.phase() != expelled && st.phase() != returned {
			continue
		}
		p.evicted.Store(st.epoch()) // stage edge
		faults.Point("end stored")
		if st.phase() == returned {
			c.vacate(i, st)
			continue
		}
		c.clearBit(i)
		p.event.wake()
	}
}
