package subjects

import "sync"

// A mutexRing is a ring under a lock with a condition for each side: the textbook's queue.
type mutexRing[T any] struct {
	mu       sync.Mutex
	notFull  sync.Cond
	notEmpty sync.Cond
	slots    []T
	head     int // sequence of the oldest
	tail     int // sequence of the next
	closed   bool
}

func newMutexRing[T any](capacity int) *mutexRing[T] {
	r := &mutexRing[T]{slots: make([]T, capacity)}
	r.notFull.L, r.notEmpty.L = &r.mu, &r.mu
	return r
}

func (r *mutexRing[T]) put(v *T) {
	r.mu.Lock()
	for r.tail-r.head == len(r.slots) {
		r.notFull.Wait()
	}
	r.slots[r.tail&(len(r.slots)-1)] = *v
	r.tail++
	r.mu.Unlock()
	r.notEmpty.Signal()
}

func (r *mutexRing[T]) take() (v T, ok bool) {
	r.mu.Lock()
	for r.head == r.tail && !r.closed {
		r.notEmpty.Wait()
	}
	if ok = r.head != r.tail; ok {
		v = r.slots[r.head&(len(r.slots)-1)]
		r.head++
	}
	r.mu.Unlock()
	r.notFull.Signal()
	return v, ok
}

func (r *mutexRing[T]) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.notEmpty.Broadcast()
}
