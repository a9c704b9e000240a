package disruptor

import (
	"time"
	"unsafe"

	"github.com/be395dad/disruptor/internal/machine"
	"github.com/be395dad/disruptor/internal/waiting"
)

// core is the protocol of a ring, the same for every T: it deals in sequences, and of the slots knows
// only where they are. The parts of one producer or one consumer are in single, multi and reader.
type core struct {
	// Read-only once New has returned.
	marks
	slots    unsafe.Pointer // the first slot
	slotSize int64          // in bytes
	capacity int64
	maxBatch int64
	start    int64 // the first sequence
	single   bool
	strategy waiting.Strategy
	rests    int                  // the most Spins of a consumer's rest: Config.Backoff
	zero     func(from, to int64) // Config.Clear: zeroes slots; otherwise nil
	hotWords

	_ [padSize]byte // the fields above are read at every call; those below change, seldom

	members
	aborts
	ends
	watch     *word // not 0: a move must look for sleepers. It is raised or, with Config.Clear, never 0
	readers   lot   // waits for a range to be published
	claims    queue // waits for room
	blocked   blocked
	sightings sightings
	parking   parking
	handled   handled // disruptor_debug

	overflows cell[overflowWords] // made with the first Sender; counts order nothing
	name      string              // Config.Name; read-only
}

// newCore makes the core of a ring whose next sequence is start, in the state of a ring that has
// published everything below. Single has no marks; for Multi the caller sets the marks of the past.
func newCore(cfg Config, marks marks, start int64) *core {
	c := &core{
		marks:    marks,
		name:     cfg.Name,
		capacity: int64(cfg.Capacity),
		maxBatch: batchLimit(cfg.MaxBatch, int64(cfg.Capacity)),
		start:    start,
		single:   cfg.Producers == Single,
		strategy: newStrategy(cfg.Wait),
		rests:    restLimit(cfg.Backoff),
		hotWords: newHotWords(),
	}
	c.aborts.last = c.lastAborted
	c.claim.store(start)
	c.cursor.store(start)
	c.published.store(start)
	c.cleared.store(start)
	c.end.store(never)
	c.ends.over, c.ends.stop = make(chan struct{}), make(chan struct{})
	c.members.list.cas(nil, new([]*member))
	waiting.RefreshProcs()
	c.readers.init(c.wantedMark, &c.parking)
	c.claims.init(c.wantedRoom, c.queued, &c.parking, c.hasRoom, c.need)
	if c.watch = c.raised; cfg.Clear {
		c.watch = new(word)
		c.watch.store(1)
	}
	c.parking.alert.init(c.raised, c.claim, c.strategy.Parks, c.strategy.Fence)
	return c
}

// restLimit returns the most Spins that a consumer rests, for Config.Backoff.
func restLimit(backoff time.Duration) int {
	if backoff > waiting.MaxBackoff {
		panicf("Backoff of %v: more than %v", backoff, waiting.MaxBackoff)
	}
	return waiting.RestsFor(backoff)
}

// batchLimit returns the most slots that a consumer is handed at once, for a maxBatch of which 0
// means most.
func batchLimit(maxBatch int, most int64) int64 {
	if maxBatch < 0 {
		panicf("MaxBatch of %d", maxBatch)
	}
	if maxBatch == 0 {
		return most
	}
	return min(most, int64(maxBatch))
}

// maxBatchOf returns the most slots that a consumer is handed at once, for a maxBatch of which 0
// means that of the ring.
func (c *core) maxBatchOf(maxBatch int) int64 {
	if maxBatch == 0 {
		return c.maxBatch
	}
	return batchLimit(maxBatch, c.capacity)
}

// claimed returns the end of the last claim.
func (c *core) claimed() int64 { return c.claim.load() &^ closedBit } // close edge

// found returns how far a reader at the boundary lo may go, and the end of the last aborted range that
// may be on the way, or 0. Marks are walked until limit is passed.
func (c *core) found(lo, limit int64) (hi, aborted int64) {
	if c.single {
		hi = c.cursor.load()            // publish edge
		return hi, c.aborts.last.load() // publish edge: after the cursor, which moved over the range
	}
	return c.scan(lo, limit)
}

// rouse wakes the readers that wait for the range just published or aborted at from. It also
// wakes the first claim in the queue: without consumers its room depends on what is published.
func (c *core) rouse(from int64) {
	machine.Fence()                  // park edge: the mark or cursor before the look at wanted
	if c.wantedMark.load() <= from { // park edge
		// A reader that sleeps here holds back the slots from its key on, as scan requires. A
		// lossy one does not: a mark of a later lap may wake it, and rightly, because it has
		// then been pushed.
		c.readers.wake(func(key, need int64) int64 { hi, _ := c.found(key, need); return hi })
	}
	if c.wantedRoom.load() != never { // park edge
		c.freed(never)
	}
}

// boundary returns the greatest boundary that anyone has stored.
func (c *core) boundary() int64 {
	list := c.members.list.load()
	lo := c.published.load() // boundary edge
	for _, m := range *list {
		lo = max(lo, m.avail.load()) // boundary edge
		point(pointAvail)
	}
	return lo
}

// publishedEnd returns the first sequence that is neither published nor aborted. It walks over the
// marks that no consumer and no earlier call has walked over yet: up to capacity of them.
func (c *core) publishedEnd() int64 {
	hi, ok := c.cursor.load(), c.single // publish edge
	for !ok {
		lo := c.boundary()
		point(pointBoundary)
		hi, ok = c.walk(lo, never)
	}
	point(pointWalked)
	c.published.raise(hi) // boundary edge
	return hi
}

// slowest returns a sequence below which every consumer is done. First it pushes lossy
// consumers, if only they are in the way of need. Without consumers it returns what is
// published, so that no claim laps an open claim and no limit ignores a later joiner.
//
// It reads the list again behind a fence. The other half of the pair is in join: a joiner enters
// the list, then looks at what is published. So either this call sees the joiner, or the joiner
// sees at least what this call saw (join edge).
func (c *core) slowest(need int64) int64 {
	for {
		list := c.members.list.load() // join edge, leave edge
		point(pointListed)
		low := least(*list)
		if len(*list) == 0 {
			low = c.publishedEnd()
		} else if low < 0 {
			low = c.slowestPushed(*list, need)
		}
		point(pointGate)
		machine.Fence() // join edge: own marks or cursor, and positions, before the list
		if c.members.list.load() == list {
			return low
		}
	}
}

// need returns the gate that leaves room for n slots behind what is claimed.
func (c *core) need(n int64) int64 { return c.claimed() + n - c.capacity }

// gate moves the gate as far as it goes and returns it: producers must not pass it by more than
// a lap. It pushes lossy consumers that are in the way of need.
func (c *core) gate(need int64) int64 {
	if c.zero == nil {
		return c.slowest(need)
	}
	c.clearBehind(need)
	return c.cleared.load() // clear edge
}

// hasRoom reports whether the gate has reached need, or can.
func (c *core) hasRoom(need int64) bool {
	return c.zero != nil && c.cleared.load() >= need || c.gate(need) >= need // clear edge
}

// limit moves the gate as far as it goes and returns the sequence that no claim may pass. It pushes
// lossy consumers that are in the way of a claim that needs the gate at need.
func (c *core) limit(need int64) int64 {
	c.parking.alert.relax()
	gate := c.gate(need)
	if c.zero != nil && c.wantedRoom.load() <= gate { // park edge
		c.claims.wake() // this look may have cleared slots that another goroutine left to it
	}
	return min(gate+c.capacity, lastSequence)
}

// clearBehind zeroes the slots that every consumer is done with. One goroutine at a time does
// it. Another that comes meanwhile only raises the count, and the one at work looks again: no
// progress is overlooked, and nobody waits. The one at work also pushes lossy consumers for the
// first claim in the queue, which has registered its need before it raised the count.
func (c *core) clearBehind(need int64) {
	if c.clearing.add(1) > 1 { // clear edge: the caller's position, or need, before the count
		return
	}
	for n := int64(1); ; n = c.clearing.load() { // clear edge
		if first := c.wantedRoom.load(); first != never { // clear edge
			need = max(need, first)
		}
		from := c.cleared.load()
		if to := c.slowest(need); to > from {
			c.zero(from, to)
			c.cleared.store(to) // clear edge
		}
		if c.clearing.cas(n, 0) { // clear edge
			return // the compare-and-swap is a fence: cleared before a later look at wanted
		}
	}
}

// moved stores avail and position of m, and wakes the goroutines that wait for the position or for the
// room behind it.
//
//go:noinline
func (c *core) moved(m *member, avail, position int64) {
	m.storeRelease(avail, position) // boundary edge, stage edge, reuse edge, park edge
	if c.watch.load() != 0 {        // park edge
		c.passed(m, position)
	}
}

// passed wakes the sleepers that wait for the position of m, which the caller has stored, and the
// claims that wait for the room behind it.
func (c *core) passed(m *member, position int64) {
	machine.Fence()                 // park edge: the position before the looks at wanted
	if m.wanted.load() < position { // park edge
		m.sleepers.wake(func(_, _ int64) int64 { return position })
	}
	c.freed(position)
}

// freed wakes the first claim, after a change that may have moved the gate up to position.
func (c *core) freed(position int64) {
	if c.zero != nil {
		position = c.gate(noNeed)
	}
	if c.wantedRoom.load() <= position { // park edge
		c.claims.wake()
	}
}
