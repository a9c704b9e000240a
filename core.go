package disruptor

import (
	"context"
	"unsafe"
)

// core is the protocol of a ring, the same for every T: it deals in sequences and knows no slots.
type core struct {
	// Read-only once New has returned.
	marks
	capacity int64
	maxBatch int64
	start    int64 // the first sequence
	single   bool
	idle     idling
	zero     func(from, to int64) // Config.Clear: zeroes slots; otherwise nil
	hotWords

	_ [padSize]byte // what follows changes, seldom; what precedes is read at every call

	gates
	aborts
	ends
	watch   *word // not 0: who moves has to look who waits for it. It is alert or, with Config.Clear, never 0
	readers lot   // who waits for a range to be published
	claims  queue // who waits for room
	parking parking
}

// hotWords are the ring's own shared words, grouped by who writes them. Each group lies alone on its stride.
type hotWords struct {
	claim  *word // the end of the last claim; Multi: and closedBit
	cursor *word // Single: the end of what is published or aborted, in place of marks

	end    *word // no sequence at or above it will ever be published; never while the ring is open
	closed *word // not 0: a Single producer may claim no more
	failed *word // not 0: stop now, do not drain

	published *word // a boundary, raised by who leaves and by gates without consumers

	cleared  *word // Config.Clear: slots below it are zeroed; the producers' gate
	clearing *word // Config.Clear: how many have asked for clearing since the last that did it

	alert      *word // 0: nobody sleeps
	wantedMark *word // the lowest boundary at which a reader sleeps
	wantedRoom *word // the gate for which the first claim in the queue sleeps
	queued     *word // how many claims are in the queue
}

// newCore makes the core of a ring whose next sequence is start, with positions as a ring that got there by publishing
// would have them. Single has no marks; for Multi the caller sets those of the past.
func newCore(cfg Config, marks marks, start int64) *core {
	c := &core{
		marks:    marks,
		capacity: int64(cfg.Capacity),
		maxBatch: int64(cfg.Capacity),
		start:    start,
		single:   cfg.Producers == Single,
		idle:     newIdling(cfg.Wait),
	}
	c.idle.rests = restsFor(cfg.Backoff)
	if cfg.MaxBatch > 0 {
		c.maxBatch = min(c.maxBatch, int64(cfg.MaxBatch))
	}
	a := newArena(6)
	at := func(group, i int) *word { return (*word)(unsafe.Add(a.group(group), 8*i)) }
	c.hotWords = hotWords{
		claim: at(0, 0), cursor: at(0, 1),
		end: at(1, 0), closed: at(1, 1), failed: at(1, 2),
		published: at(2, 0),
		cleared:   at(3, 0), clearing: at(3, 1),
		alert: at(4, 0), wantedMark: at(4, 1), wantedRoom: at(4, 2), queued: at(4, 3),
	}
	c.aborts.last = at(5, 0)
	c.claim.store(start)
	c.cursor.store(start)
	c.published.store(start)
	c.cleared.store(start)
	c.end.store(never)
	c.ends.over = make(chan struct{})
	c.gates.list.cas(nil, new([]*member))
	refreshProcs()
	c.readers.init(c.wantedMark, &c.parking)
	c.claims.init(c.wantedRoom, c.queued, &c.parking, c.room, c.need)
	if c.watch = c.alert; cfg.Clear {
		c.watch = new(word)
		c.watch.store(1)
	}
	c.parking.alert.init(c.hotWords.alert, c.claim, c.idle.parks, c.idle.fence)
	return c
}

func (c *core) newWait(ctx context.Context) wait {
	c.parking.alert.relax()
	return newWait(&c.idle, ctx, c.over)
}

// claimed returns the end of the last claim.
func (c *core) claimed() int64 { return c.claim.load() &^ closedBit } // close edge

// found returns how far a reader at the boundary lo may go, and the end of the last aborted range that may be on the
// way, or 0. Marks are walked until limit is passed.
func (c *core) found(lo, limit int64) (hi, aborted int64) {
	if c.single {
		hi = c.cursor.load()            // publish edge
		return hi, c.aborts.last.load() // publish edge: after the cursor, which moved over the range
	}
	return c.scan(lo, limit)
}

// publish hands [from, to) of a Multi ring to the consumers.
//
//go:noinline
func (c *core) publish(from, to int64) {
	if to <= from {
		return
	}
	if c.reach(from) > from {
		panicTwice(from, to)
	}
	if debugChecks {
		c.checkOpen(from, to)
	}
	if c.mark(from, to) {
		c.rouse(from)
	}
}

// handOver publishes [from, to) for one who has just claimed it. It is not inlined: the slots are written on the other side
// of a call.
//
//go:noinline
func (c *core) handOver(from, to int64) {
	if c.mark(from, to) {
		c.rouse(from)
	}
}

// mark publishes [from, to), which the caller knows to be open, or aborts it if it is given ^to. It reports whether
// somebody may have to be roused.
func (c *core) mark(from, to int64) bool {
	c.at(from).storeRelease(to) // publish edge, park edge
	return c.alert.load() != 0  // park edge
}

// abort gives [from, to) of a Multi ring, which is not empty and for which checkOpen has been asked, back: consumers step
// over it.
//
//go:noinline
func (c *core) abort(from, to int64) {
	c.aborts.add(from, to, c.gate())
	if c.mark(from, ^to) {
		c.rouse(from)
	}
}

// checkOpen panics if any of [from, to) has been published or aborted.
func (c *core) checkOpen(from, to int64) {
	open := from >= c.publishedEnd()
	for s := from; s < to && open; s++ {
		open = c.reach(s) <= s
	}
	if !open {
		panicTwice(from, to)
	}
}

// rouse wakes who waits for what was published from from on, and claims that wait for Published() if no consumer is
// there.
func (c *core) rouse(from int64) {
	fence()                          // park edge: the mark or cursor before the look at wanted
	if c.wantedMark.load() <= from { // park edge
		// Who sleeps here holds back the slots behind its key, as scan asks.
		c.readers.wake(func(key, need int64) int64 { hi, _ := c.found(key, need); return hi })
	}
	if c.wantedRoom.load() != never { // park edge
		c.freed(never)
	}
}

// boundary returns the greatest boundary that anyone has stored.
func (c *core) boundary() int64 {
	members := c.gates.list.load()
	lo := c.published.load() // boundary edge
	for _, m := range *members {
		lo = max(lo, m.avail.load()) // boundary edge
	}
	return lo
}

// publishedEnd returns the first sequence that is neither published nor aborted.
func (c *core) publishedEnd() int64 {
	if c.single {
		return c.cursor.load() // publish edge
	}
	for {
		lo := c.boundary()
		point(pointBoundary)
		if hi, ok := c.walk(lo); ok {
			return hi
		}
	}
}

// gate returns a sequence below which every consumer is done. Without consumers it is what is published, so that
// no claim laps an open claim and no limit ignores who joins later.
//
// The list is read again behind a fence. The other half of that bargain is in join: it enters the list, and then
// looks what is published. So either gate sees the joiner, or the joiner sees at least what gate saw (join edge).
func (c *core) gate() int64 {
	for {
		members := c.gates.list.load() // join edge, leave edge
		point(pointListed)
		var low int64
		if len(*members) > 0 {
			low = least(*members)
		} else {
			low = c.publishedEnd()
			point(pointWalked)
			c.published.raise(low) // boundary edge
		}
		point(pointGate)
		fence() // join edge: own marks or cursor, and positions, before the list
		if c.gates.list.load() == members {
			return low
		}
	}
}

// need returns the gate that leaves room for n slots behind what is claimed.
func (c *core) need(n int64) int64 { return c.claimed() + n - c.capacity }

// room returns the gate of the producers: a claim may pass it by a lap.
func (c *core) room() int64 {
	if c.zero != nil {
		return c.cleared.load() // clear edge
	}
	return c.gate()
}

// limit returns the sequence that no claim may pass, after it has moved it as far as it goes.
func (c *core) limit() int64 {
	if c.zero != nil {
		c.clearBehind()
	}
	return min(c.room()+c.capacity, lastSequence)
}

// clearBehind zeroes what every consumer is done with. One goroutine at a time does it; who comes meanwhile leaves a
// count behind, so that the one at work looks again: nobody's progress is overlooked, and nobody waits.
func (c *core) clearBehind() {
	if c.clearing.add(1) > 1 { // clear edge: the caller's position before the count
		return
	}
	for n := int64(1); ; n = c.clearing.load() { // clear edge
		from := c.cleared.load()
		if to := c.gate(); to > from {
			c.zero(from, to)
			c.cleared.store(to) // clear edge
		}
		if c.clearing.cas(n, 0) { // clear edge
			break
		}
	}
	// The compare-and-swap above is a fence: cleared before the look at wanted.
	if c.wantedRoom.load() <= c.cleared.load() { // park edge
		c.claims.wake()
	}
}

// moved stores avail and position of m, and wakes who waits for the position or for the room behind it.
//
//go:noinline
func (c *core) moved(m *member, avail, position int64) {
	m.storeRelease(avail, position) // boundary edge, stage edge, reuse edge, park edge
	if c.watch.load() != 0 {        // park edge
		c.passed(m, position)
	}
}

// passed looks who waits for the position of m, which has been stored.
func (c *core) passed(m *member, position int64) {
	fence()                         // park edge: the position before the looks at wanted
	if m.wanted.load() < position { // park edge
		m.sleepers.wake(func(_, _ int64) int64 { return position })
	}
	c.freed(position)
}

// freed wakes claims, after a change that may have moved the gate up to position.
func (c *core) freed(position int64) {
	if c.zero != nil {
		c.clearBehind()
	} else if c.wantedRoom.load() <= position { // park edge
		c.claims.wake()
	}
}
