package disruptor

// A queue holds the claims that wait for room, first come first served. Only the first one looks
// for room. When it leaves, with room or without, it wakes the next one if there is room for
// that one too. A new claim does not overtake those in the queue.
type queue struct {
	sleepers
	wanted *word // the gate that the first one waits for; never if nobody waits
	length *word

	hasRoom func(need int64) bool // whether the gate has reached need, or can
	need    func(n int64) int64   // the gate that leaves room for n more slots after what is claimed now
}

func (q *queue) init(wanted, length *word, p *parking, hasRoom func(need int64) bool, need func(n int64) int64) {
	q.wanted, q.length, q.parking, q.hasRoom, q.need = wanted, length, p, hasRoom, need
	wanted.store(never)
}

// enter registers a claim of n slots behind the others.
func (q *queue) enter(n int) *sleeper {
	q.alert.enter()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.length.add(1) // park edge
	s := q.add()
	s.key, s.slots = 0, int64(n)
	return s
}

// isFirst reports whether s is first in the queue. If so it registers the gate that s needs, and
// the caller looks for room afterwards.
func (q *queue) isFirst(s *sleeper) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.first != s {
		return false
	}
	q.wanted.store(q.need(s.slots)) // park edge
	return true
}

// leave removes s from the queue and passes the turn on, so that a wake-up meant for s is not lost.
func (q *queue) leave(s *sleeper) {
	q.mu.Lock()
	wasFirst := q.first == s
	q.remove(s)
	q.length.add(-1)
	if wasFirst {
		q.turn()
	}
	q.mu.Unlock()
	q.alert.leave()
}

// wake wakes the first claim if there is room for it. It computes the gate under the lock: of two
// consumers that move at once, the second to lock sees both positions.
func (q *queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.turn()
}

// turn registers the need of the first claim, looks for room on its behalf, and wakes it if
// there is room. The caller holds mu.
func (q *queue) turn() {
	s := q.first
	if s == nil {
		q.wanted.store(never)
		return
	}
	need := q.need(s.slots)
	q.wanted.store(need) // park edge
	if q.hasRoom(need) {
		q.wanted.store(never)
		q.rouse(s)
	}
}
