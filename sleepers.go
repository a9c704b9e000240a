package disruptor

import (
	"context"
	"sync"

	"github.com/be395dad/disruptor/internal/waiting"
)

// A sleeper is one parked goroutine. Its list keeps it for the next goroutine that parks there.
// So a wait allocates only when more goroutines sleep at once than ever before, and no channel
// outlives its ring.
type sleeper struct {
	key   int64         // lot: nothing happens up to this position; never once it is roused
	need  int64         // lot: the lowest position that satisfies it
	slots int64         // queue: the slots of its claim
	wake  chan struct{} // capacity 1, so that a wake-up before the sleep is not lost

	prev, next *sleeper
}

// sleep returns when s is roused, or when ctx is done or late. It starts no timer besides the
// context's.
func (s *sleeper) sleep(ctx context.Context) {
	done := ctx.Done()
	if t, ok := ctx.(*timeout); ok {
		select {
		case <-s.wake:
		case <-done:
		case <-t.late():
		}
	} else if done == nil {
		<-s.wake
	} else {
		select {
		case <-s.wake:
		case <-done:
		}
	}
}

func (s *sleeper) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// forget discards a wake-up that came after its sleeper had gone.
func (s *sleeper) forget() {
	select {
	case <-s.wake:
	default:
	}
}

// sleepers is the common part of lot and queue: a list of sleepers under a lock, and counts for
// Stats. add and remove take constant time.
type sleepers struct {
	mu          sync.Mutex
	first, last *sleeper // linked both ways, oldest first
	free        *sleeper // linked through next
	*parking
}

// parking is shared by all lots and the queue of one ring.
type parking struct {
	alert  alert
	parks  word
	wakes  word
	wasted word
}

// add appends a sleeper. The caller holds mu.
func (l *sleepers) add() *sleeper {
	s := l.free
	if s == nil {
		s = &sleeper{wake: make(chan struct{}, 1)}
	} else {
		l.free = s.next
		s.forget() // roused after it had left
	}
	l.link(s)
	return s
}

// link appends s. The caller holds mu.
func (l *sleepers) link(s *sleeper) {
	s.prev, s.next = l.last, nil
	if s.prev == nil {
		l.first = s
	} else {
		s.prev.next = s
	}
	l.last = s
}

// remove takes s from the list and keeps it for reuse. The caller holds mu.
func (l *sleepers) remove(s *sleeper) {
	l.unlink(s)
	s.next, l.free = l.free, s
}

// unlink takes s from the list. The caller holds mu.
func (l *sleepers) unlink(s *sleeper) {
	if s.prev == nil {
		l.first = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		l.last = s.prev
	} else {
		s.next.prev = s.prev
	}
}

// rouse wakes s because its need is met. The caller holds mu.
func (l *sleepers) rouse(s *sleeper) {
	s.key = never
	s.rouse()
	l.wakes.add(1)
}

// wakeAll rouses all sleepers, to look whether their wait has ended.
func (l *sleepers) wakeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := l.first; s != nil; s = s.next {
		s.rouse()
	}
}

// park sleeps and counts the park. again says that the goroutine was woken before in the same
// wait, in vain.
func (l *sleepers) park(ctx context.Context, s *sleeper, again bool) {
	if l.parks.add(1)%waiting.ProcsPeriod == 0 {
		waiting.RefreshProcs()
	}
	if again {
		l.wasted.add(1)
	}
	s.sleep(ctx)
}

// A lot holds the goroutines that wait for one position: of a member, or of the published ranges.
type lot struct {
	sleepers
	wanted *word // the lowest key; never if nobody sleeps
}

func (l *lot) init(wanted *word, p *parking) {
	l.wanted, l.parking = wanted, p
	wanted.store(never)
}

// enter registers a sleeper, to be woken when the position reaches need. Nothing happens to it
// before the position is above key. The caller looks again, parks if there is still nothing, and
// then calls leave.
func (l *lot) enter(key, need int64) *sleeper {
	l.alert.enter()
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.add()
	s.key, s.need = key, need
	l.announce()
	return s
}

func (l *lot) leave(s *sleeper) {
	l.mu.Lock()
	l.remove(s)
	l.announce()
	l.mu.Unlock()
	l.alert.leave()
}

// announce stores the lowest key. The caller holds mu.
func (l *lot) announce() {
	low := never
	for s := l.first; s != nil; s = s.next {
		low = min(low, s.key)
	}
	l.wanted.store(low) // park edge
}

// wake rouses every sleeper whose need is met. reach(key, need) reports how far the position has
// advanced past key, looking no further than need. Sleepers not yet satisfied are registered
// again at the new position and checked again, just as a sleeper looks again after it has
// registered. So each sleeper wakes once, however many steps lead to its need.
func (l *lot) wake(reach func(key, need int64) int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for again := true; again; {
		again = false
		for s := l.first; s != nil; s = s.next {
			if s.key == never {
				continue
			}
			switch at := reach(s.key, s.need); {
			case at >= s.need:
				l.rouse(s)
			case at > s.key:
				s.key, again = at, true
			}
		}
		l.announce()
	}
}
