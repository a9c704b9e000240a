package disruptor

import "fmt"

// ends holds how a ring ends. The first end wins and is stored once, in ending. A failure that
// comes while the ring drains after Close stops the drain and is stored beside it.
type ends struct {
	ending  cell[ending]
	failure cell[ending]
	over    chan struct{} // closed when the end is fixed
	stop    chan struct{} // closed when the ring has failed
}

type ending struct {
	err   error // what the calls return
	cause error // what Run returns
}

// close lets in no new claim: consumers find what is left, and then ErrClosed.
func (c *core) close() { c.finish(&ending{err: ErrClosed}) }

// fail ends the ring at once: consumers stop where they stand.
func (c *core) fail(cause error) {
	first := c.failure.cas(nil, &ending{fmt.Errorf("%w: %w", ErrClosed, cause), cause})
	c.failed.store(1) // close edge
	if first {
		close(c.stop) // close edge: after failed
	}
	c.finish(c.failure.load()) // of two failures at once, the same one for all
}

// finish fixes the one end that all consumers find: the value of the claim word when no claim
// can be added to it.
//
// On a Multi ring the closed bit is in the claim word itself, so each claim's compare-and-swap
// either comes before it and counts, or fails. A Single producer claims without a locked
// instruction: it stores the claim word and then looks at closed, and its look may run ahead of
// its store. The fence of the whole process between the two accesses here completes the bargain:
// either the producer sees closed, or its claim is seen here (close edge).
func (c *core) finish(e *ending) {
	if c.ending.cas(nil, e) {
		if c.single {
			c.closed.store(1)           // close edge
			processFence()              // close edge: stands in for a fence in each claim
			c.end.store(c.claim.load()) // close edge
		} else {
			c.end.store(c.claim.or(closedBit)) // close edge
		}
		close(c.over)
	} else {
		<-c.over
	}
	c.wakeAll()
}

// wakeAll rouses every sleeper of the ring.
func (c *core) wakeAll() {
	c.readers.wakeAll()
	c.claims.wakeAll()
	for _, m := range *c.members.list.load() {
		m.sleepers.wakeAll()
	}
}

// err returns how the ring ended, or nil while it is open.
func (c *core) err() error {
	if e := c.ending.load(); e != nil { // close edge
		return e.err
	}
	return nil
}

// cause returns what failed the ring, or nil if nothing has.
func (c *core) cause() error {
	if f := c.failure.load(); f != nil { // close edge
		return f.cause
	}
	return nil
}

// endedAt returns why a consumer at seq will find nothing more, or nil if there may be more.
func (c *core) endedAt(seq int64) error {
	if c.failed.load() != 0 { // close edge
		return c.failure.load().err
	}
	if end := c.end.load(); end != never && seq >= end { // close edge
		return c.ending.load().err
	}
	return nil
}

// unpublished returns the ranges below the end of a closed ring that were claimed and neither
// published nor aborted.
func (c *core) unpublished() (open []span) {
	end := c.end.load() // close edge
	from := c.publishedEnd()
	if c.single {
		if from < end {
			open = append(open, span{from, end})
		}
		return open
	}
	for s := from; s < end; s++ {
		if to := c.reach(s); to > s {
			s = to - 1
			continue
		}
		if n := len(open); n > 0 && open[n-1].to == s {
			open[n-1].to++
		} else {
			open = append(open, span{s, s + 1})
		}
	}
	return open
}
