package disruptor

import (
	"fmt"
	"time"

	"github.com/be395dad/disruptor/internal/history"
)

// Config describes a ring. Only Capacity has no useful zero value.
type Config struct {
	// Name is for Explain, logs, metrics and profiles. It need not be unique.
	Name string
	// Capacity is how many slots the ring has: a power of two from 1 to 1<<30.
	Capacity int
	// Producers says how many goroutines publish: any number (Multi, the zero value) or one (Single).
	Producers Producers
	// Wait is how both sides wait: SpinWait, YieldWait, SleepWait or BlockWait, or a pointer to one that is not nil, or a
	// user-defined strategy; nil means BlockWait{}.
	Wait WaitStrategy
	// Backoff bounds how long a busy consumer pauses between polls. Longer pauses raise throughput and
	// delay events by up to that much. 0 means 500 ns; negative disables it; the maximum is 1 ms.
	//
	// The pause adapts: it doubles as long as each look finds several events, and halves with each that
	// finds one or none. 8 µs took a third of the time of 500 ns with events of 64 bytes, and nine tenths
	// with events of 8 bytes (1 producer, 2 cores, one event at a time). A pause of more than 1 µs is
	// given to other goroutines, except with SpinWait; where several producers want all the processors,
	// that is a loss.
	Backoff time.Duration
	// MaxBatch is how many slots a consumer is handed at most at once, unless its ConsumerConfig says
	// otherwise; 0 means no limit. A small batch gives room back to producers earlier, a large one costs
	// less per slot.
	MaxBatch int
	// Clear zeroes slots as soon as every consumer is done with them, or has missed them, so that the garbage collector
	// can free what they referred to. It excludes Fill.
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

// New makes a ring. It fails with an error that is ErrCapacity if Config.Capacity is not a power of two
// from 1 to 1<<30, or if so many slots don't fit the address space. It panics on a negative MaxBatch, a
// Backoff above 1 ms, an unknown Producers and a Wait that is a nil pointer to a built-in strategy.
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

// zero clears the slots of [from, to) for Config.Clear.
func (r *Ring[T]) zero(from, to int64) {
	head, tail := Batch[T]{r, from, to}.Slices()
	clear(head)
	clear(tail)
}

func (r *Ring[T]) slot(seq int64) *T { return &r.slots[seq&r.mask] }

// Name returns Config.Name.
func (r *Ring[T]) Name() string { return r.core.name }

// Cap returns the number of slots.
func (r *Ring[T]) Cap() int { return len(r.slots) }

// Fill calls init once for each slot, in the order of the slots, before the first claim: to give slots
// the buffers that their events will use. One goroutine may call it, before it hands the ring to others.
// It panics if init is nil, if something has been claimed already, and on a ring with Config.Clear,
// which would take the buffers away again. Send replaces a slot with all that it holds: fill a claim
// instead where the buffers are to stay.
func (r *Ring[T]) Fill(init func(i int, slot *T)) {
	if init == nil {
		panicf("Fill with a nil function")
	}
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

// Published returns the sequence below which everything has been published or aborted; the next has
// not. It is 0 on a fresh ring and never goes back. Any goroutine may call it; what was published is
// visible to the caller. On a Multi ring it reads the marks of what was published since a consumer or
// another call last looked, up to Cap of them.
func (r *Ring[T]) Published() int64 { return r.core.publishedEnd() }

// Close ends the ring: no claim succeeds any more, and those that wait return ErrClosed. What was
// claimed before may still be published or aborted. Consumers find all of it, and then ErrClosed. Any
// goroutine may call it, again and again. [Ring.Shutdown] closes and waits for the handlers.
func (r *Ring[T]) Close() { r.core.close() }

// Err returns nil while the ring is open, ErrClosed after Close and Shutdown, and an error that wraps
// ErrClosed and the cause if the context of Run or a failed handler ended the ring. The first end is the
// one that counts. Any goroutine may call it.
func (r *Ring[T]) Err() error { return r.core.err() }
