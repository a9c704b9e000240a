package shm

import (
	"sync/atomic"
	"time"
)

// An eventcount is where goroutines of several processes sleep until a word has moved. A waiter
// reads the count, sets its bit, looks at the word again and sleeps if the count is still the
// same. A mover of the word looks at the bits. If any are set it clears those it saw, adds to the
// count and wakes all. A bit that a dead process has left costs one wake-up.
type eventcount struct {
	count     atomic.Uint32
	_         uint32
	consumers atomic.Uint64 // a bit for each place whose consumer may sleep here
	producers atomic.Uint64 // and for each record
	_         [104]byte
}

// signal wakes the sleepers. The caller has moved the word by a store that later loads don't run
// ahead of, or has executed a fence since: that reordering would let it miss a bit.
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

// sleep sleeps until the count differs from the one that the caller has read, for d at most. It
// fails with ErrTruncated if the word is gone.
func (e *eventcount) sleep(count uint32, d time.Duration) error { return futexWait(&e.count, count, d) }
