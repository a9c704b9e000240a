package shm

import (
	"sync/atomic"
	"time"
)

// An eventcount is where goroutines of several processes sleep until a word has moved. Who waits
// reads the count, sets its bit, looks again and sleeps if the count is still the same. Who has
// moved the word looks at the bits; if there are some it clears those that it saw, adds to the count
// and wakes all. A bit that a dead one has left costs one wake-up.
type eventcount struct {
	count     atomic.Uint32
	_         uint32
	consumers atomic.Uint64 // a bit for each place whose consumer may sleep here
	producers atomic.Uint64 // and for each record
	_         [104]byte
}

// signal wakes who sleeps. The caller has moved the word by a store, or executed something since,
// that later loads don't run ahead of: the reordering that would let it miss a bit.
func (e *eventcount) signal() {
	if e.consumers.Load()|e.producers.Load() != 0 { // sleep edge
		e.wake()
	}
}

func (e *eventcount) wake() {
	e.consumers.And(^e.consumers.Load())
	e.producers.And(^e.producers.Load())
	e.count.Add(1)
	futexWake(&e.count)
}

// bits returns the word of bits for a producer or a consumer.
func (e *eventcount) bits(producer bool) *atomic.Uint64 {
	if producer {
		return &e.producers
	}
	return &e.consumers
}

// sleep sleeps until the count is no longer what the caller has read, for d at most. It fails with
// ErrTruncated if the word is gone.
func (e *eventcount) sleep(count uint32, d time.Duration) error { return futexWait(&e.count, count, d) }
