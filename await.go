package disruptor

import (
	"context"
	"fmt"

	"github.com/be395dad/disruptor/internal/waiting"
)

// An await is a wait for something: of a consumer for a sequence, of a worker for a run, or of a claim for
// room. They are one type and not three behind an interface or functions, which would cost each wait some
// 10 ns.
type await struct {
	waiting.Wait
	parked bool // has slept, and its end has not come

	reader *reader // waits for seq; nil: a taker's or a claim's
	seq    int64
	peeks  bool // the reader is lossy

	taker *taker // waits for a run; nil: the rest is of a claim

	core     *core
	claimer  claimer
	slots    int
	place    *sleeper // in the queue; nil: not there
	blocked  int      // where it is registered as blocked, and 1; 0: it is not
	from, to int64    // what has been claimed
}

// longWait is the look from which on a wait of a consumer shows in Stats.
const longWait = 8

// until is the one loop in which a goroutine waits. The caller has just looked in vain. until returns
// nil when what it waits for is there, an error that says why it will never come, or the cause of the
// context.
func (a *await) until() error {
	for {
		mustPark, expired := a.Step()
		if mustPark {
			a.parked = a.park()
		}
		// What comes with the end of the context is still taken.
		if r := a.reader; r != nil {
			if a.peeks && r.peek(a.seq) || !a.peeks && r.reached(a.seq) {
				return nil
			}
			if a.Looks() == longWait {
				r.member.waiting.storeRelease(1)
			}
			if err := r.ended(a.seq); err != nil {
				return err
			}
		} else if t := a.taker; t != nil {
			if t.take() {
				return nil
			}
			if a.Looks() == longWait {
				t.waitsLong()
			}
			if err := t.stopped(); err != nil {
				return err
			}
		} else {
			if a.claim() {
				return nil
			}
			if err := a.core.err(); err != nil {
				return err
			}
			if a.Looks() >= longClaim || a.Slept() > 0 {
				a.block()
			}
		}
		if expired != nil {
			return expired
		}
	}
}

// claim claims the slots, if it is this claim's turn and there is room.
func (a *await) claim() bool {
	switch {
	case a.place == nil:
		a.from, a.to = a.claimer.attempt(a.slots, newcomer)
	case a.core.claims.isFirst(a.place): // park edge: the need is registered, now look
		a.from, a.to = a.claimer.attempt(a.slots, itsTurn)
	}
	return a.to > a.from
}

// park sleeps until a look may find something, and reports whether it has slept.
func (a *await) park() (slept bool) {
	if r := a.reader; r != nil {
		r.member.waiting.storeRelease(1)
		return r.park(a.Context(), a.seq, a.parked)
	}
	if t := a.taker; t != nil {
		return t.park(a.Context(), a.parked)
	}
	if a.place == nil { // the look that follows comes after the registration
		a.place = a.core.claims.enter(a.slots)
		a.block()
		a.ParkOnly()
		return false
	}
	a.core.claims.park(a.Context(), a.place, a.parked)
	return true
}

// block shows the claim in Stats.
func (a *await) block() {
	if a.blocked == 0 {
		a.blocked = 1 + a.core.block(a.slots)
	}
}

// await returns when seq, for which the caller has just looked in vain, is available, published or
// aborted, or an error when it never will be or ctx has ended. It rests before each look: to look again
// at once takes the line away from the producer that is about to write it.
func (r *reader) await(ctx context.Context, seq int64) error {
	if err := r.ended(seq); err != nil {
		return err
	}
	a := await{reader: r, seq: seq, peeks: r.member.lossy != nil}
	r.core.begin(&a.Wait, ctx, r.backoff.Spins())
	r.giveWay.Begin(&a.Wait, r.hasOthers())
	err := a.until()
	if r.member.waiting.load() != 0 {
		r.member.waiting.storeRelease(0)
	}
	if err != nil {
		return err
	}
	r.giveWay.End(&a.Wait)
	if r.member.lossy == nil { // a lossy one does not know yet how much there is
		r.backoff.Adapt(r.ready-seq, a.Looks())
	}
	return nil
}

// claimSlow waits for room for n slots, for which the caller has just looked in vain. Once the strategy
// says Park it queues behind the claims that wait already.
func (c *core) claimSlow(ctx context.Context, n int, p claimer) (from, to int64, err error) {
	if err := c.err(); err != nil {
		return 0, 0, err
	}
	if debugChecks && ctx.Err() == nil { // or it does not wait
		c.handled.refuse("waits for room in its own full ring", false)
	}
	a := await{core: c, claimer: p, slots: n}
	defer func() {
		if a.place != nil {
			c.claims.leave(a.place)
		}
		if a.blocked != 0 {
			c.blocked.unblock(a.blocked - 1)
		}
	}()
	c.begin(&a.Wait, ctx, 1)
	err = a.until()
	if err != nil && err != c.err() && err != errTimeout { // which comes often, and is told in other words
		err = fmt.Errorf("disruptor: no room: %s: %w", c.obstacle(), err)
	}
	return a.from, a.to, err
}

// begin begins a wait of which the first rest takes that many Spins.
func (c *core) begin(w *waiting.Wait, ctx context.Context, spins int) {
	c.parking.alert.relax()
	w.Begin(&c.strategy, ctx, c.over, spins)
}
