package disruptor

import (
	"context"
	"sync"
)

// BlockWait spins for a short while, yields, and then parks the goroutine until the position it waits for is
// reached: an idle ring uses no CPU. It is the default. Any goroutine may share the value.
//
// A sleeper costs whoever wakes it about as much as a channel does; as long as nobody sleeps, a publish costs one
// instruction of full order and a load more than with the other strategies.
type BlockWait struct {
	// Spins is how many looks are spent before the goroutine parks; 0 means 100, negative parks at once.
	Spins int
}

// Idle is what BlockWait does at the n-th empty look.
func (b BlockWait) Idle(n int) Action { return blockAction(n, b.spins()) }

func (b BlockWait) spins() int {
	if b.Spins == 0 {
		return 100
	}
	return b.Spins
}

func blockAction(n, spins int) Action {
	if n >= spins {
		return Park
	}
	return yieldAction(n)
}

// Parking is an eventcount for each watched position, and the one place that relies on more than acquire and release:
//
//	sleeper    wanted = key     look at the position    sleep if it is not reached
//	waker      position = p     look at wanted          wake if wanted <= p
//
// Were the waker's look to run ahead of its own store (which acquire and release allow, and which an amd64 store
// buffer does), both could see the old value of the other's word, and the sleeper would sleep through its wake-up.
// So both stores are made with full order (the park edge): of any two such store-then-look pairs, at least one
// looks after the other has stored. Wakers that find nothing wanted touch no lock.
//
// A sleeper registers the lowest value that satisfies it, never a threshold above: a producer that waited for
// more room than its claim needs could wait behind its own open claim for ever.

// A sleeper is one parked goroutine. Sleepers are kept by their lot for the next one who parks there, so a wait
// allocates only when more goroutines sleep at once than ever before, and no channel outlives its ring.
type sleeper struct {
	key  int64
	wake chan struct{} // capacity 1: a wake-up that comes before the sleep is not lost
	next *sleeper
}

func (s *sleeper) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// sleep returns when s is roused or ctx is done. No timer runs for it.
func (s *sleeper) sleep(ctx context.Context) {
	if done := ctx.Done(); done == nil {
		<-s.wake
	} else {
		select {
		case <-s.wake:
		case <-done:
		}
	}
}

// sleepers is what lot and queue share: a list of sleepers under a lock, and counts for Stats.
type sleepers struct {
	mu     sync.Mutex
	asleep *sleeper // linked through next, oldest first
	free   *sleeper
	*parking
}

// parking counts for Stats.
type parking struct {
	parks word
	wakes word
}

// add appends a sleeper. The caller holds mu.
func (l *sleepers) add(key int64) *sleeper {
	s := l.free
	if s == nil {
		s = &sleeper{wake: make(chan struct{}, 1)}
	} else {
		l.free = s.next
		select {
		case <-s.wake: // roused after it had left
		default:
		}
	}
	s.key, s.next = key, nil
	p := &l.asleep
	for *p != nil {
		p = &(*p).next
	}
	*p = s
	return s
}

// remove takes s from the list. The caller holds mu.
func (l *sleepers) remove(s *sleeper) {
	p := &l.asleep
	for *p != s {
		p = &(*p).next
	}
	*p = s.next
	s.next, l.free = l.free, s
}

// park sleeps and counts it.
func (l *sleepers) park(ctx context.Context, s *sleeper) {
	l.parks.add(1)
	s.sleep(ctx)
	refreshProcs()
}

// A lot holds those who wait for one position: of a member, or of the published ranges.
type lot struct {
	sleepers
	wanted *word // the lowest key; never if nobody sleeps
}

func (l *lot) init(wanted *word, p *parking) {
	l.wanted, l.parking = wanted, p
	wanted.store(never)
}

// enter registers a sleeper for key. The caller looks again at what it waits for, then parks or goes, and leaves.
func (l *lot) enter(key int64) *sleeper {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.add(key)
	l.announce()
	return s
}

func (l *lot) leave(s *sleeper) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(s)
	l.announce()
}

// announce stores the lowest key. The caller holds mu.
func (l *lot) announce() {
	low := never
	for s := l.asleep; s != nil; s = s.next {
		low = min(low, s.key)
	}
	l.wanted.store(low) // park edge
}

// wake rouses who waits for a key in [low, high]. They stay registered until they have looked.
func (l *lot) wake(low, high int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := l.asleep; s != nil; s = s.next {
		if low <= s.key && s.key <= high {
			s.rouse()
			l.wakes.add(1)
			s.key = never
		}
	}
	l.announce()
}

// A queue holds the claims that wait for room, first come first served. Only the first one looks for room; with the
// room or without it, who goes wakes the next. A newcomer that finds anyone here does not try to overtake.
type queue struct {
	sleepers
	wanted *word // the gate that the first one waits for; never if nobody waits
	length *word
}

func (q *queue) init(wanted, length *word, p *parking) {
	q.wanted, q.length, q.parking = wanted, length, p
	wanted.store(never)
}

func (q *queue) enter() *sleeper {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.length.add(1)
	return q.add(0)
}

// first registers the gate that s needs and reports true, if s is first.
func (q *queue) first(s *sleeper, need int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.asleep != s {
		return false
	}
	q.wanted.store(need) // park edge
	return true
}

// leave takes s from the queue and passes the turn on: a wake-up that came for s is not lost with it.
func (q *queue) leave(s *sleeper) {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := q.asleep == s
	q.remove(s)
	q.length.add(-1)
	if first {
		q.wanted.store(never)
		if q.asleep != nil {
			q.asleep.rouse()
			q.wakes.add(1)
		}
	}
}

// wake rouses the first one if the gate that it waits for is reached. The gate is computed under the lock: of two
// consumers that move at once the second to lock sees both positions, even if neither has ordered its own store before
// its look at the other's.
func (q *queue) wake(room func() int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.asleep != nil && room() >= q.wanted.load() {
		q.wanted.store(never)
		q.asleep.rouse()
		q.wakes.add(1)
	}
}

// wakeAll rouses everyone, to look whether their wait has ended.
func (l *sleepers) wakeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := l.asleep; s != nil; s = s.next {
		s.rouse()
	}
}
