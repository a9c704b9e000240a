package disruptor

import (
	"context"
	"fmt"

	"github.com/be395dad/disruptor/internal/waiting"
)

// An await is a wait: of a consumer for a sequence, of a worker for a run, or of a claim for room. The three
// are one type, because calls through an interface or functions would cost each wait some 10 ns.
type await struct {
	waiting.Wait
	parked bool // the last step slept

	reader *reader // waits for seq; nil: a taker or a claim waits
	seq    int64
	peeks  bool // the reader is lossy

	taker *taker // waits for a run; nil: the following fields belong to a claim

	core     *core
	claimer  claimer
	slots    int
	place    *sleeper // in the queue; nil: not there
	blocked  int      // 1 + its place among the blocked; 0: not there
	from, to int64    // the claim
}

// longWait is the look from which on a wait of a consumer shows in Stats.
const longWait = 8

// until is the one loop in which a goroutine waits. The caller has just looked in vain. It returns nil once
// the wait has found what it waits for, an error that says why that will never come, or the context's cause.
func (a *await) until() error {
	for {
		mustPark, expired := a.Step()
		if mustPark {
			a.parked = a.park()
		}
		// Look once more after the context has ended: what came with the end is still taken.
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

// await waits until seq is available, published or aborted. The caller has just looked for it in vain. It
// returns an error if seq will never be available or ctx has ended. It rests before each look, because a
// look takes the cache line away from the producer that is about to write it.
func (r *reader) await(ctx context.Context, seq int64) error {
	if err := r.ended(seq); err != nil {
		return err
	}
	a := await{reader: r, seq: seq, peeks: r.member.lossy != nil}
	r.core.begin(&a.Wait, ctx, r.backoff.Spins())
	r.giveWay.Begin(&a.Wait, r.company())
	r.patience.Begin(&a.Wait)
	err := a.until()
	if r.member.waiting.load() != 0 {
		r.member.waiting.storeRelease(0)
	}
	if err != nil {
		return err
	}
	r.giveWay.End(&a.Wait)
	if r.member.lossy == nil { // a lossy reader does not know yet how much there is
		if a.parked {
			r.extend(seq + waiting.Overslept) // what is found is read next
		}
		r.patience.End(&a.Wait, a.parked, r.ready-seq)
		r.backoff.Adapt(r.ready-seq, a.Looks())
	}
	return nil
}

// claimSlow waits for room for n slots. The caller has just looked for it in vain. Once the strategy says
// Park, the claim queues behind the claims that already wait.
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
	if err != nil && err != c.err() && err != errTimeout { // errTimeout is frequent, and its caller rewords it
		err = fmt.Errorf("disruptor: no room: %s: %w", c.obstacle(), err)
	}
	return a.from, a.to, err
}

// begin begins a wait whose first rest takes spins Spins.
func (c *core) begin(w *waiting.Wait, ctx context.Context, spins int) {
	c.parking.alert.relax()
	w.Begin(&c.strategy, ctx, c.over, spins)
}
