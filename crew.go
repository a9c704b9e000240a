package disruptor

import (
	"unsafe"

	"github.com/be395dad/disruptor/internal/machine"
)

// A crew is the protocol of a worker group, the same for every T. Workers take runs of slots in
// order and finish them in any order. To the rest of the ring the crew is one member, whose
// position is the tail:
//
//	          tail                     taken           published
//	           |                         |                 |
//	----------- ------------------------- ----------------- -------------------
//	 finished    taken by workers, and     may be taken      not published yet
//	             some of it finished
//
// A look at what is published starts from a boundary that is not behind the position of any member
// (boundary edge). For a crew that is the ring's published, which takers raise before they take.
type crew struct {
	core     *core
	member   *member
	maxBatch int64
	crewWords
	finished marks // like those of published ranges: the word of a run's first slot says where the run ends

	// dropped decides what becomes of a slot that attempts workers have left unfinished, and
	// reports whether it is finished now. No other worker has the slot.
	attempts int
	dropped  func(seq int64) bool

	seats *seats // of a crew with a key; otherwise nil

	finder  finder   // of the member, for the way out of the ring
	idle    sleepers // takers that sleep and do not watch; its lock guards the fields below, and finder
	watched bool     // a taker watches
	watcher *sleeper // where it sleeps; nil: it does not
	left    []run    // runs that departed workers have left unfinished, and that nobody has
	workers int
	waits   int // workers whose wait is a long one
	closed  bool
}

// crewWords are the shared words of a crew. Each taker of a run writes taken, so taken has a
// stride to itself.
type crewWords struct {
	taken *word // the end of the last run; with closedBit no run is taken any more

	runsLeft *word // how many runs are left
	size     *word // how many workers there are
}

func newCrewWords() crewWords {
	a := newArena(2)
	return crewWords{
		taken:    (*word)(a.group(0)),
		runsLeft: (*word)(a.group(1)),
		size:     (*word)(unsafe.Add(a.group(1), machine.WordBytes)),
	}
}

// A run is a range of slots that one worker has, or that is left for another.
type run struct {
	from, to int64
	tries    int // workers that have left with its first slot unfinished
}

// newCrew makes a crew that sees the same events as a reader that joins now.
func (c *core) newCrew(name string, follows []*member, maxBatch int64, attempts int, key func(seq int64) uint64) *crew {
	m := newMember(name, &c.parking)
	m.group = true
	w := &crew{
		core: c, maxBatch: maxBatch, attempts: attempts,
		crewWords: newCrewWords(), finder: c.enter(m, follows),
	}
	w.idle.parking = &c.parking
	w.member = m
	m.service.store(byNobody)
	if key != nil {
		w.seats = newSeats(w, key)
	} else {
		w.finished = newMarks(int(c.capacity))
	}
	from := w.finder.ready
	if w.finder.gone { // the ring has ended
		w.closed = true
		w.member.leaving.store(1)       // leave edge
		w.taken.store(from | closedBit) // group edge
		w.member.position.store(from)
		return w
	}
	w.taken.store(from) // group edge
	c.moved(w.member, from, from)
	m.joined.store(1)
	return w
}

// finish hands back [from, to), the first part of the unfinished rest of a run that the caller has.
//
// The mark of a run is visible before the look at the tail, and the tail is visible before the
// look at the mark behind it: of two workers that finish adjacent runs at once, at least one
// sees the other's store (group edge). So the worker that moves the tail goes on as long as the
// next run is finished: the worker that finished it found the tail elsewhere, and does not come
// back.
func (w *crew) finish(from, to int64) {
	tail := &w.member.position
	moved := never
	if tail.load() == from { // group edge
		// Nobody else moves the tail from here: that would take the mark that this caller has
		// not stored.
		tail.store(to) // group edge, stage edge, reuse edge, park edge
		moved = to
	} else {
		point(pointBehind)
		w.finished.at(from).store(to) // group edge
	}
	point(pointFinished)
	for {
		at := tail.load()                   // group edge
		end := w.finished.at(at).load()     // group edge
		if point(pointHelping); end <= at { // an older lap's, or none
			break
		}
		if tail.cas(at, end) { // group edge, stage edge, reuse edge, park edge
			moved = end
		}
	}
	if moved != never {
		w.moved(moved)
	}
}

// moved wakes the goroutines waiting for position, to which the caller has moved the tail.
func (w *crew) moved(position int64) {
	if w.core.watch.load() != 0 { // park edge
		w.core.passed(w.member, position)
	}
	if w.member.leaving.load() != 0 { // leave edge: the tail before it; close has them the other way round
		w.quit()
	}
}

// takeLeft takes the first of the runs that departed workers have left.
func (w *crew) takeLeft() (r run, ok bool) {
	w.idle.mu.Lock()
	defer w.idle.mu.Unlock()
	if len(w.left) == 0 {
		return run{}, false
	}
	first := 0
	for i := range w.left {
		if w.left[i].from < w.left[first].from {
			first = i
		}
	}
	last := len(w.left) - 1
	r = w.left[first]
	w.left[first] = w.left[last]
	w.left = w.left[:last]
	w.runsLeft.add(-1) // group edge
	return r, true
}

// enlist counts a worker that comes.
func (w *crew) enlist() {
	w.idle.mu.Lock()
	defer w.idle.mu.Unlock()
	w.count(1, 0)
}

// discharge counts a worker that goes, and leaves its unfinished run r to another worker. handed
// says that the worker was handed the first slot of r.
func (w *crew) discharge(r run, handed bool) {
	if handed {
		r = w.tried(r)
	}
	w.idle.mu.Lock()
	w.count(-1, 0)
	dropped := w.closed
	if r.to > r.from && !dropped {
		w.left = append(w.left, r)
		w.runsLeft.add(1) // group edge
		w.rouse()         // park edge: behind runsLeft
	}
	w.idle.mu.Unlock()
	if r.to > r.from && dropped {
		w.finish(r.from, r.to)
	}
}

// tried counts an attempt at r by a worker that goes, and returns what is left for another worker.
func (w *crew) tried(r run) run {
	if r.tries++; !w.givesUp(r.from, r.tries) {
		return r
	}
	w.finish(r.from, r.from+1)
	return run{from: r.from + 1, to: r.to}
}

// givesUp reports whether the slot seq, which tries workers have left unfinished, counts as
// finished now. At the end of the ring or of the crew none does: workers stop where they stand.
func (w *crew) givesUp(seq int64, tries int) bool {
	return w.attempts != 0 && tries >= w.attempts &&
		w.core.failed.load() == 0 && w.member.leaving.load() == 0 && w.dropped(seq) // close edge, leave edge
}

// count changes the number of workers and the number of long waits. The caller holds the lock.
func (w *crew) count(workers, waits int) {
	w.workers += workers
	w.waits += waits
	w.size.store(int64(w.workers))
	service, waiting := byHand, int64(0)
	if w.member.handled.load() != 0 {
		service = byRun
	}
	switch w.workers {
	case 0:
		service = byNobody
	case w.waits:
		waiting = 1
	}
	w.member.workers.store(int64(w.workers))
	w.member.service.store(service)
	w.member.waiting.store(waiting)
}

// close stops the taking of runs and drops the runs that nobody has. The crew leaves the ring once
// every run that was taken is finished.
func (w *crew) close() {
	w.taken.or(closedBit)     // group edge
	w.member.leaving.store(1) // leave edge
	w.idle.mu.Lock()
	left := w.left
	w.left, w.closed = nil, true
	w.runsLeft.store(0) // group edge
	w.rouse()           // park edge: behind leaving
	w.idle.mu.Unlock()
	for _, r := range left {
		w.finish(r.from, r.to)
	}
	if w.seats != nil {
		w.seats.close()
	}
	w.quit()
}

// quit takes a closed crew out of the ring, if all that was taken is finished.
func (w *crew) quit() {
	position := w.member.position.load()       // group edge
	if position != w.taken.load()&^closedBit { // group edge
		return
	}
	w.idle.mu.Lock()
	defer w.idle.mu.Unlock()
	w.finder.quit(w.finder.joined, position)
}

// ended reports whether every event that workers will ever be handed is finished.
func (w *crew) ended() bool {
	return w.member.leaving.load() != 0 || w.member.position.load() >= w.core.end.load() // leave edge, group edge, close edge
}
