package disruptor

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/be395dad/disruptor/internal/history"
)

// Config describes a ring. Only Capacity has no useful zero value.
type Config struct {
	// Capacity is how many slots the ring has: a power of two from 1 to 1<<30.
	Capacity int
	// Producers says who publishes: any number of goroutines (Multi, the zero value) or one (Single).
	Producers Producers
	// Wait is how both sides wait: SpinWait, YieldWait, SleepWait, BlockWait or an own strategy; nil means BlockWait{}.
	Wait WaitStrategy
	// Backoff is the longest rest of a consumer between two looks while events come faster than it looks; 0 means
	// 500 ns, negative none, the most is 1 ms. The rest adapts: it doubles as long as each look finds several events, and
	// halves with each that finds one or none. A look takes a cache line away from the producer, so long rests make a
	// saturated ring faster, and its events late by up to that much. 8 µs took a third of the time of 500 ns with events
	// of 64 bytes, and nine tenths with events of 8 bytes (1 producer, 2 cores, one event at a time). A rest of more than
	// 1 µs is given to other goroutines, but with SpinWait; where several producers want all the processors, that is a
	// loss.
	Backoff time.Duration
	// MaxBatch is how many slots a consumer is handed at most at once; 0 means no limit. A small batch gives room back
	// to producers earlier, a large one costs less per slot.
	MaxBatch int
	// Clear zeroes slots as soon as every consumer is done with them, so that the garbage collector can free what they
	// referred to. It excludes Fill.
	Clear bool
}

// Producers says how many goroutines claim slots of a ring.
type Producers uint8

const (
	// Multi: any number of goroutines, each with a MultiProducer or all with one.
	Multi Producers = iota
	// Single: one goroutine, with the ring's only SingleProducer. Its claims cost no atomic read-modify-write.
	Single
)

// A Ring is Capacity slots of type T in which producers publish events and every consumer sees each of them, in
// order. Its memory is made once, by New: nothing is allocated per event. All its methods may be called by any
// goroutine at any time, Fill excepted. It must not be copied.
type Ring[T any] struct {
	slots []T
	mask  int64
	core  *core

	singleTaken word

	graph graph[T]
}

// New makes a ring. It fails with an error that is ErrCapacity if Config.Capacity is no power of two from 1 to 1<<30
// or asks for more slots than the address space holds, and panics on a negative MaxBatch, a Backoff above 1 ms or an unknown Producers.
func New[T any](cfg Config) (*Ring[T], error) { return newRingAt[T](cfg, 0) }

// NewAt makes a ring that has come as far as past.End, with the marks that a Multi ring has once the ranges of past have
// been published or aborted; its slots are zero. It fails and panics as New does. It is for the tests of this module,
// which begin anywhere in the stream, and its parameter is of an internal type; New is the constructor for programs.
func NewAt[T any](cfg Config, past history.History) (*Ring[T], error) {
	r, err := newRingAt[T](cfg, past.End)
	if err != nil || cfg.Producers == Single { // which has no marks
		return r, err
	}
	for _, h := range past.Ranges {
		to := h.To
		if h.Aborted {
			to = ^to
		}
		r.core.at(h.From).store(to)
	}
	return r, nil
}

// newRingAt is New for a ring whose next sequence is start. The marks are fresh: the caller stores old ones.
func newRingAt[T any](cfg Config, start int64) (*Ring[T], error) {
	n := cfg.Capacity
	if n < 1 || n > 1<<30 || n&(n-1) != 0 {
		return nil, fmt.Errorf("%w: %d slots: not a power of two from 1 to 1<<30", ErrCapacity, n)
	}
	if cfg.MaxBatch < 0 {
		panicf("MaxBatch of %d", cfg.MaxBatch)
	}
	if cfg.Producers > Single {
		panicf("Producers of %d", cfg.Producers)
	}
	slots, marks, err := allocate[T](n, cfg.Producers)
	if err != nil {
		return nil, err
	}
	r := &Ring[T]{slots: slots, mask: int64(n - 1), core: newCore(cfg, marks, start)}
	if cfg.Clear {
		r.core.zero = r.zero
	}
	return r, nil
}

// allocate makes n slots and, for Multi, their marks and touches each page of them: the first lap would pay for the
// faults otherwise.
func allocate[T any](n int, producers Producers) (slots []T, m marks, err error) {
	var zero T
	size := int(unsafe.Sizeof(zero))
	defer func() {
		if recover() != nil { // make panics when the address space is too small, and only it knows how small that is
			slots, err = nil, fmt.Errorf("%w: %d slots of %d bytes exceed the address space", ErrCapacity, n, size)
		}
	}()
	slots = make([]T, n)
	if size > 0 {
		for i := 0; i < n; i += max(1, pageSize/size) {
			slots[i] = zero
		}
	}
	if producers == Multi {
		m = newMarks(n)
	}
	return slots, m, nil
}

// zero clears the slots of [from, to) for Config.Clear.
func (r *Ring[T]) zero(from, to int64) {
	head, tail := Batch[T]{r, from, to}.Slices()
	clear(head)
	clear(tail)
}

func (r *Ring[T]) slot(seq int64) *T { return &r.slots[seq&r.mask] }

// Cap returns the number of slots.
func (r *Ring[T]) Cap() int { return len(r.slots) }

// Fill calls init once for each slot, in the order of the slots, before the first claim: to give slots the buffers
// that their events will use. One goroutine may call it, before it hands the ring to others. It panics if something
// has been claimed already, and on a ring with Config.Clear, which would take the buffers away again.
func (r *Ring[T]) Fill(init func(i int, slot *T)) {
	if r.core.zero != nil {
		panicf("Fill of a ring with Config.Clear")
	}
	if claimed := r.core.claimed(); claimed != r.core.start {
		panicf("Fill after the first claim: %d slots are claimed", claimed-r.core.start)
	}
	for i := range r.slots {
		init(i, &r.slots[i])
	}
}

// Published returns the sequence below which everything has been published or aborted; the next has not. It is 0 on
// a fresh ring and never goes back. What was published is visible to the caller. On a Multi ring it walks over the marks
// that no consumer has found yet, up to Cap of them where nobody consumes.
func (r *Ring[T]) Published() int64 { return r.core.publishedEnd() }

// Close ends the ring: no claim succeeds any more, and those that wait return ErrClosed. What was claimed before may
// still be published or aborted. Consumers find all of it, and then ErrClosed. To close a closed ring does nothing.
func (r *Ring[T]) Close() { r.core.close() }

// Err returns nil while the ring is open, ErrClosed after Close, and an error that wraps ErrClosed and the cause if
// the context of Run or a failed handler ended the ring. The first end is the one that counts.
func (r *Ring[T]) Err() error { return r.core.err() }
