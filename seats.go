package disruptor

import "sync"

// A crew with a key has seats: it hands out the events of one key to one worker, in order. Each worker has
// a seat, and each slot an owner, the seat that handles its event:
//
//	          position       seat 2      seat 1        keyed             published
//	             |             |           |             |                   |
//	------------- ------------- ----------- ------------- ------------------- -----
//	 finished      seat 2 has not finished its own        owner not known     not published yet
//	               seat 1 is done    seat 1 neither
//
// Whichever worker finds no more owners keys what has come, one at a time: it reads the keys, which nobody
// of the crew can have changed yet, stores the owners, and then raises keyed, which is the taken of the crew.
// Every worker walks over all that is keyed, from its seat on, and handles what it owns. The position is the
// least of the seats.
//
// Owners go by the workers that there are. When one comes or goes, at the sequence keyed is at, nothing is
// keyed until all seats have come to it (the barrier): so a key moves only after its earlier events.
type seats struct {
	core   *core
	member *member
	keyed  *word                  // crew.taken
	key    func(seq int64) uint64 // of the event in the slot of seq
	owners []seatID               // by slot; who walks on it has seen a keyed above it
	moved  func(position int64)   // wakes those who wait for the position

	barrier *word // nothing is keyed before the position has come to it; 0: no barrier
	orphans *word // crew.runsLeft: how many seats have no worker

	list cell[[]*seat] // those that hold the position

	mu      sync.Mutex // held to key, and to change what follows and list
	workers []*seat    // those that keys are spread over
	left    []*seat    // those without a worker, oldest first
	ids     []bool     // that are in use
}

// A seatID says in the table of owners whose an event is.
type seatID uint16

const (
	nobody    seatID = 0 // the owner of an aborted sequence
	mostSeats        = 1<<16 - 1

	// keyedAtOnce is how many slots are keyed at most before others may walk over them.
	keyedAtOnce = 512
	// settlePeriod is how far a seat moves at most before it looks whether it has held the position.
	settlePeriod = 256
)

// A seat is how far a worker has come. Its words but position are its worker's.
type seat struct {
	_ [padSize]byte // private hot words

	id       seatID
	position *word // what it owns below is finished; stored by its worker
	walked   int64 // everything below is handed out, or another's
	end      int64 // what was keyed when it looked last; of one without its first worker: all that it owns is below
	settled  int64 // where it was when it last saw to the position
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

// change puts a new list in place of list: with come and without gone. The caller holds mu.
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

// raiseBarrier lets nothing be keyed from at on, which keyed is at, before all seats have come there. The
// caller holds mu.
func (s *seats) raiseBarrier(at int64) {
	s.barrier.store(at)                 // seat edge: before the look at the position
	if s.member.position.load() >= at { // seat edge
		s.barrier.store(0) // seat edge
	}
}

// blocked returns the barrier if the position has not come to it, and otherwise 0.
func (s *seats) blocked() int64 {
	at := s.barrier.load()              // seat edge
	if s.member.position.load() >= at { // seat edge
		return 0
	}
	return at
}

// barrier returns the sequence to which the position has to come before anything more is handed out, or 0.
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

// ownerOf returns the worker's seat to which a key belongs.
func (s *seats) ownerOf(key uint64) *seat {
	key ^= key >> 32
	key *= 0x9e37_79b9_7f4a_7c15 // 2^64 / golden ratio: neighbours are spread over the upper bits
	return s.workers[key>>32*uint64(len(s.workers))>>32]
}

// settle moves the position to the least of the seats.
//
// The caller has stored its seat with a fence behind it: of two that do so side by side at least one sees
// the other's. Who joins meanwhile does so at keyed, which is not below the seat of the caller.
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

// next returns the first sequence that the seat owns from walked on, or end.
func (s *seats) next(st *seat) int64 {
	mask := s.core.capacity - 1
	at := st.walked
	for at < st.end && s.owners[at&mask] != st.id {
		at++
	}
	st.walked = at
	return at
}

// closed reports whether no more will be keyed, nor handed out.
func (s *seats) closed() bool { return s.keyed.load()&closedBit != 0 } // seat edge
