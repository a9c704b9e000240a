package disruptor

import "sync"

// A crew with a key hands out the events of one key to one worker, in order. For that each
// worker has a seat, and each slot an owner, the seat that handles its event:
//
//	          position       seat 2      seat 1        keyed             published
//	             |             |           |             |                   |
//	------------- ------------- ----------- ------------- ------------------- -----
//	 finished      seat 2 has not finished its own        owner not known     not published yet
//	               seat 1 is done    seat 1 neither
//
// A worker that finds no more owners keys what is published, one worker at a time. It reads the
// keys, which no worker of the crew can have changed yet, stores the owners, and then raises
// keyed, which is the taken of the crew. Every worker walks over all that is keyed, from its
// seat on, and handles the events that its seat owns. The position is the least of the seats.
//
// Owners are chosen among the present workers. When one comes or goes, the value of keyed
// becomes the barrier: nothing more is keyed until all seats have come there. So a key moves to
// another worker only after its earlier events are finished.
type seats struct {
	core   *core
	member *member
	keyed  *word                  // crew.taken
	key    func(seq int64) uint64 // of the event in the slot of seq
	owners []seatID               // by slot; a walker over a slot has seen a keyed above it
	moved  func(position int64)   // wakes the goroutines waiting for the position

	barrier *word // nothing is keyed before the position has come to it; 0: no barrier
	orphans *word // crew.runsLeft: how many seats have no worker

	list cell[[]*seat] // the seats that hold the position

	mu      sync.Mutex // held to key, and to change list and the fields below
	workers []*seat    // the seats that keys are spread over
	left    []*seat    // the seats without a worker, oldest first
	ids     []bool     // by seatID: in use
}

// A seatID names a seat in the table of owners.
type seatID uint16

const (
	nobody    seatID = 0 // the owner of an aborted sequence
	mostSeats        = 1<<16 - 1

	// keyedAtOnce is the most slots that are keyed before other workers may walk over them.
	keyedAtOnce = 512
	// settlePeriod is how far a seat moves at most before its worker checks whether it has held the
	// position. It bounds how many finished events a later stage still waits for.
	settlePeriod = 64
)

// A seat records how far a worker has come. All of it except position is private to its worker.
type seat struct {
	_ [padSize]byte // private hot words

	id       seatID
	position *word // everything below that it owns is finished; stored by its worker
	walked   int64 // everything below is handed out, or another seat's
	end      int64 // keyed at the last look; once its first worker has left, the end of all that it owns
	settled  int64 // where it stood at the last settleAt
	tries    int   // workers that have left with its first event unfinished
	orphaned bool

	_ [padSize]byte
}

func newSeats(w *crew, key func(seq int64) uint64) *seats {
	s := &seats{
		core: w.core, member: w.member, keyed: w.taken, orphans: w.runsLeft, moved: w.moved,
		key: key, owners: make([]seatID, w.core.capacity), barrier: (*word)(newArena(1).group(0)),
		ids: make([]bool, 1),
	}
	s.list.cas(nil, new([]*seat)) // seat edge
	return s
}

// enter makes a seat for a worker that comes.
func (s *seats) enter() *seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.keyed.load() &^ closedBit // seat edge
	st := &seat{id: s.freeID(), position: (*word)(newArena(1).group(0)), walked: at, end: at, settled: at}
	st.position.store(at) // seat edge
	s.change(st, nil)
	s.workers = append(s.workers, st)
	s.raiseBarrier(at)
	return st
}

func (s *seats) freeID() seatID {
	for id := range s.ids[1:] {
		if !s.ids[id+1] {
			s.ids[id+1] = true
			return seatID(id + 1)
		}
	}
	if len(s.ids) > mostSeats {
		panicf("more than %d workers of group %q", mostSeats, s.member.name)
	}
	s.ids = append(s.ids, true)
	return seatID(len(s.ids) - 1)
}

// change replaces list by one with come and without gone; either may be nil. The caller holds mu.
func (s *seats) change(come, gone *seat) {
	old := s.list.load() // seat edge
	next := make([]*seat, 0, len(*old)+1)
	for _, st := range *old {
		if st != gone {
			next = append(next, st)
		}
	}
	if come != nil {
		next = append(next, come)
	}
	s.list.cas(old, &next) // seat edge: before keyed is raised again
}

// raiseBarrier makes at, the value of keyed, the barrier: nothing is keyed from there on before all
// seats have come there. The caller holds mu.
func (s *seats) raiseBarrier(at int64) {
	s.barrier.store(at)                 // seat edge: before the look at the position
	if s.member.position.load() >= at { // seat edge
		s.barrier.store(0) // seat edge
	}
}

// blocked returns the barrier if the position has not come to it, or else 0.
func (s *seats) blocked() int64 {
	at := s.barrier.load()              // seat edge
	if s.member.position.load() >= at { // seat edge
		return 0
	}
	point(pointBlocked)
	return at
}

// barrier returns the sequence that the position must reach before anything more is handed out,
// or 0.
func (w *crew) barrier() int64 {
	if w.seats == nil {
		return 0
	}
	return w.seats.blocked()
}

// assign stores the owners of [from, to), which is published or aborted. The caller holds mu.
func (s *seats) assign(from, to int64) {
	mask := s.core.capacity - 1
	aborted := s.core.aborts.last.load() > from // publish edge: after what said that they are published
	for at := from; at < to; at++ {
		if aborted {
			start := s.core.aborts.skip(at, to)
			for ; at < start; at++ {
				s.owners[at&mask] = nobody
			}
			if at == to {
				return
			}
		}
		s.owners[at&mask] = s.ownerOf(s.key(at)).id
	}
}

// ownerOf returns the seat that a key belongs to.
func (s *seats) ownerOf(key uint64) *seat {
	key ^= key >> 32
	key *= 0x9e37_79b9_7f4a_7c15 // 2^64 / golden ratio: neighbours are spread over the upper bits
	return s.workers[key>>32*uint64(len(s.workers))>>32]
}

// settle moves the position to the least of the seats.
//
// The caller has stored its seat with a fence behind it: of two callers at once, at least one
// sees the seat of the other. A worker that joins meanwhile does so at keyed, which is not below
// the caller's seat.
func (s *seats) settle() {
	position := &s.member.position
	for {
		at := position.load() // seat edge
		low := never
		for _, st := range *s.list.load() { // seat edge
			low = min(low, st.position.load()) // seat edge
		}
		point(pointSettling)
		if low == never || low <= at {
			return
		}
		if position.cas(at, low) { // seat edge, stage edge, reuse edge, park edge
			s.moved(low)
			return
		}
	}
}

// next returns the first sequence from walked on that the seat owns, or end.
func (s *seats) next(st *seat) int64 {
	mask := s.core.capacity - 1
	at := st.walked
	for at < st.end && s.owners[at&mask] != st.id {
		at++
	}
	st.walked = at
	return at
}

// closed reports whether nothing more will be keyed or handed out.
func (s *seats) closed() bool { return s.keyed.load()&closedBit != 0 } // seat edge
