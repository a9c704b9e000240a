package disruptor

import (
	"context"
	"runtime"
	"slices"
)

// A SingleProducer claims and publishes slots of a Single ring. It belongs to one goroutine and has one claim open at
// a time; a claim needs no atomic read-modify-write. It must not be copied.
//
// What was written to a batch before Publish is visible to every consumer that is handed any of its slots.
type SingleProducer[T any] struct {
	ring *Ring[T]
	single
}

// SingleProducer returns the producer of a Single ring. It panics on a Multi ring, and if it is called twice.
func (r *Ring[T]) SingleProducer() *SingleProducer[T] {
	if !r.core.single {
		panicf("SingleProducer of a Multi ring")
	}
	if !r.singleTaken.cas(0, 1) {
		panicf("a second SingleProducer of one ring")
	}
	p := &SingleProducer[T]{ring: r}
	p.single.init(r.core)
	return p
}

// TryClaim claims n slots, 1 <= n <= Cap, and does not wait: it returns false if there is no room now, and if the
// ring has ended, which Ring.Err tells apart. It panics if n is out of range or a claim is still open.
func (p *SingleProducer[T]) TryClaim(n int) (b Batch[T], ok bool) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	b.ring = p.ring
	b.from, b.to, ok = p.try(n)
	return
}

// Claim is TryClaim that waits for room, as the ring's WaitStrategy says. It returns the cause of ctx if that ends
// first, and ErrClosed, perhaps with a cause, if the ring does. A claim that fits succeeds even if ctx has ended.
func (p *SingleProducer[T]) Claim(ctx context.Context, n int) (b Batch[T], err error) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	b.ring = p.ring
	b.from, b.to, err = p.wait(ctx, n)
	return
}

// Publish hands the slots of b to the consumers: b as it was claimed, or a part of it made by Split. It panics if b was
// published or aborted already, or never claimed.
func (p *SingleProducer[T]) Publish(b Batch[T]) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	p.publish(b.ring == p.ring, b.from, b.to)
}

// Abort takes the claim of b back: b as it was claimed, or a part of it made by Split. Its sequences are claimed again
// next, unless later parts of the claim were published or the ring has been closed: then consumers step over them.
func (p *SingleProducer[T]) Abort(b Batch[T]) {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	p.abort(b.ring == p.ring, b.from, b.to)
}

// TrySend claims a slot, sets it to v and publishes it; it returns false as TryClaim does.
func (p *SingleProducer[T]) TrySend(v T) bool {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	from, to, ok := p.grab(1)
	if !ok {
		if from, to = p.trySlow(from, to, 1); to == from {
			return false
		}
	}
	*p.ring.slot(from) = v
	p.handOver(from, to)
	return true
}

// Send is TrySend that waits for room as Claim does, and fails as Claim does.
func (p *SingleProducer[T]) Send(ctx context.Context, v T) error {
	if debugChecks {
		p.occupy()
		defer p.vacate()
	}
	checkContext(ctx)
	from, to, ok := p.grab(1)
	if !ok {
		var err error
		if from, to, err = p.waitSlow(ctx, from, to, 1); err != nil {
			return err
		}
	}
	*p.ring.slot(from) = v
	p.handOver(from, to)
	return nil
}

// Do claims n slots as Claim does, calls fill with them and publishes them. If fill returns an error, panics or calls
// runtime.Goexit the claim is aborted; the error is returned and the panic goes on.
func (p *SingleProducer[T]) Do(ctx context.Context, n int, fill func(Batch[T]) error) error {
	b, err := p.Claim(ctx, n)
	if err != nil {
		return err
	}
	return do[T](p, b, fill)
}

// single is a SingleProducer without its type. Slots in [open, next) are claimed and not yet published; nobody else
// touches them.
type single struct {
	_ [padSize]byte // private hot words

	core   *core
	claim  *word // core.claim: next, for who ends the ring
	cursor *word // core.cursor: open, for consumers
	closed *word // core.closed
	alert  *word // core.alert
	next   int64
	open   int64  // the lowest sequence of the open claim; next if there is none
	limit  int64  // no claim may pass it
	ahead  []span // parts of the open claim that are published or aborted, but not its first; disjoint
	busy   word   // debugChecks: not 0 while a call is active

	_ [padSize]byte
}

func (p *single) init(c *core) {
	p.core, p.claim, p.cursor, p.closed, p.alert = c, c.claim, c.cursor, c.closed, c.alert
	p.next = c.claim.load() // close edge
	p.open = p.next
}

// grab claims n slots if it need ask nobody for room. It makes the claim visible before it looks whether the ring has
// been closed, and returns that too.
func (p *single) grab(n int) (from, to int64, ok bool) {
	from = p.next
	to = from + int64(n)
	if n < 1 || int64(n) > p.limit-from || p.open != from { // not to > limit: a large n would overflow
		return from, from, false
	}
	p.next = to
	p.claim.storeRelease(to) // close edge
	point(pointClaimed)
	return from, to, p.closed.load() == 0 // close edge
}

// try claims n slots and reports whether it could.
func (p *single) try(n int) (from, to int64, ok bool) {
	from, to, ok = p.grab(n)
	if !ok {
		from, to = p.trySlow(from, to, n)
		return from, to, to > from
	}
	return from, to, true
}

func (p *single) trySlow(from, to int64, n int) (int64, int64) {
	if to > from {
		return p.takeClosed(from, to)
	}
	return p.attempt(n, false)
}

// wait is try that waits.
func (p *single) wait(ctx context.Context, n int) (from, to int64, err error) {
	checkContext(ctx)
	from, to, ok := p.grab(n)
	if !ok {
		return p.waitSlow(ctx, from, to, n)
	}
	return from, to, nil
}

func (p *single) waitSlow(ctx context.Context, from, to int64, n int) (int64, int64, error) {
	if from, to = p.trySlow(from, to, n); to > from {
		return from, to, nil
	}
	return p.core.claimSlow(ctx, n, p)
}

// takeClosed waits for the end that is being fixed: the claim is either below it, and stands, or is withdrawn.
func (p *single) takeClosed(from, to int64) (int64, int64) {
	if p.fixedEnd() >= to {
		return from, to
	}
	p.next = from
	p.claim.storeRelease(from)
	return 0, 0
}

// fixedEnd returns the end of a ring that is closed or about to be.
func (p *single) fixedEnd() int64 {
	for {
		if end := p.core.end.load(); end != never { // close edge
			return end
		}
		runtime.Gosched() // it is fixed next: finish waits for nothing
	}
}

func (p *single) attempt(n int, turn bool) (from, to int64) {
	p.core.checkCount(n)
	from = p.next
	to = from + int64(n)
	if p.open != from {
		panicf("claim while [%d, %d) is still open", p.open, from)
	}
	if p.closed.load() != 0 { // close edge
		return 0, 0
	}
	if to > p.limit {
		if p.core.mustQueue(turn) {
			return 0, 0
		}
		p.limit = p.core.limit()
		if to > lastSequence {
			panicf("sequences exhausted")
		}
		if to > p.limit {
			return 0, 0
		}
	}
	from, to, ok := p.grab(n)
	if !ok {
		return p.takeClosed(from, to)
	}
	return from, to
}

// occupy panics if another goroutine is in a call of this producer; vacate ends the call.
func (p *single) occupy() {
	if !p.busy.cas(0, 1) {
		panicf("a SingleProducer is used by two goroutines at once")
	}
}

func (p *single) vacate() { p.busy.store(0) }

// publish publishes [from, to); own says that it is of this ring.
//
//go:noinline
func (p *single) publish(own bool, from, to int64) {
	if !own || from != p.open || to <= from || to > p.next || len(p.ahead) != 0 {
		p.publishSlow(own, from, to)
		return
	}
	if p.hand(to) {
		p.core.rouse(from)
	}
}

// handOver publishes the open claim up to to, its first part from from on. It is not inlined: the slots are written on the
// other side of a call.
//
//go:noinline
func (p *single) handOver(from, to int64) {
	if p.hand(to) {
		p.core.rouse(from)
	}
}

// hand moves open and the cursor to to. It reports whether somebody may have to be roused.
func (p *single) hand(to int64) bool {
	p.open = to
	p.cursor.storeRelease(to)  // publish edge, park edge
	return p.alert.load() != 0 // park edge
}

// publishSlow publishes a part of the open claim when others of it have been published, or is the first that is.
func (p *single) publishSlow(own bool, from, to int64) {
	if !own {
		panicForeign("Publish", from, to)
	}
	p.checkOpen(from, to)
	if to > from {
		p.pass(from, to)
	}
}

// checkOpen panics if any of [from, to) is not open.
func (p *single) checkOpen(from, to int64) {
	if to == from {
		return
	}
	if from < p.open || to > p.next {
		panicf("sequences [%d, %d) published, aborted or never claimed: [%d, %d) is open", from, to, p.open, p.next)
	}
	for _, s := range p.ahead {
		if from < s.to && s.from < to {
			panicTwice(from, to)
		}
	}
}

// pass moves open and the cursor over [from, to), and what was published or aborted behind it before; or it remembers
// [from, to) until all before it has been.
func (p *single) pass(from, to int64) {
	p.ahead = append(p.ahead, span{from, to})
	end := p.open
	first := func(s span) bool { return s.from == end }
	for i := slices.IndexFunc(p.ahead, first); i >= 0; i = slices.IndexFunc(p.ahead, first) {
		end = p.ahead[i].to
		p.ahead = slices.Delete(p.ahead, i, i+1)
	}
	if end > from {
		p.handOver(from, end)
	}
}

func (p *single) abort(own bool, from, to int64) {
	if !own {
		panicForeign("Abort", from, to)
	}
	p.checkOpen(from, to)
	if to == from || to == p.next && p.takeBack(from) {
		return
	}
	p.core.aborts.add(from, to, p.core.gate())
	p.pass(from, to)
}

// takeBack makes the claim end at from, if nobody has been told that it ends later. Closed between the two accesses,
// the ring may have its end at the old claim; then consumers must be told to step over.
func (p *single) takeBack(from int64) bool {
	p.claim.storeRelease(from)                       // close edge
	if p.closed.load() != 0 && p.fixedEnd() > from { // close edge
		p.claim.storeRelease(p.next)
		return false
	}
	p.next = from
	return true
}
