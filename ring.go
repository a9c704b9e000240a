package disruptor

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/be395dad/disruptor/internal/history"
)

// Config describes a ring. Only Capacity has no useful zero value.
type Config struct {
	// Name identifies the ring in Explain, logs, metrics and profiles. It need not be unique.
	Name string
	// Capacity is the number of slots: a power of two from 1 to 1<<30.
	Capacity int
	// Producers says how many goroutines claim slots: any number (Multi, the zero value) or one
	// (Single).
	Producers Producers
	// Wait is how producers and consumers wait: a [SpinWait], [YieldWait], [SleepWait] or
	// [BlockWait], a pointer to one that is not nil, or a user-defined strategy. nil means
	// BlockWait{}.
	Wait WaitStrategy
	// Backoff bounds how long a busy consumer pauses between polls. Longer pauses raise
	// throughput and delay events by up to that much. 0 means 500 ns; negative disables it; the
	// maximum is 1 ms.
	//
	// The pause adapts: it doubles while each look finds several events, and halves with each
	// look that finds one or none. What a longer one gains depends on the CPU: measure.
	// Except with SpinWait, a pause of more than 1 µs goes to other goroutines. That is a loss
	// where several producers want all the processors.
	Backoff time.Duration
	// MaxBatch is the most slots that a consumer receives at once, unless its ConsumerConfig
	// says otherwise; 0 means no limit. A small batch gives room back to producers earlier; a
	// large one costs less per slot.
	MaxBatch int
	// Clear zeroes slots as soon as every consumer is done with them or has missed them, so that
	// the garbage collector can free what they referred to. It excludes [Ring.Fill].
	Clear bool
}

// Producers says how many goroutines claim slots of a ring.
type Producers uint8

const (
	// Multi allows any number of goroutines, each with its MultiProducer or all sharing one.
	Multi Producers = iota
	// Single allows one goroutine, with the ring's only SingleProducer. Its claims need no
	// atomic read-modify-write.
	Single
)

// A Ring is Capacity slots of type T, in which producers publish events. Every consumer sees
// each event, in order. New makes the memory once: nothing is allocated per event. Any goroutine
// may call the methods of a Ring at any time, except Fill. A Ring must not be copied.
type Ring[T any] struct {
	slots []T
	mask  int64
	core  *core

	singleTaken word

	graph graph[T]
}

// New makes a ring. It returns an error that wraps [ErrCapacity] if cfg.Capacity is not a power
// of two from 1 to 1<<30, or if so many slots don't fit the address space. It panics if MaxBatch
// is negative, if Backoff exceeds 1 ms, if Producers is unknown, or if Wait is a nil pointer to
// a built-in strategy.
func New[T any](cfg Config) (*Ring[T], error) { return newRingAt[T](cfg, 0) }

// NewAt makes a ring that has come as far as past.End. A Multi ring gets the marks it has once
// the ranges of past have been published or aborted. All slots are zero. NewAt fails and panics
// as New does. It is for the tests of this module, which begin anywhere in the stream, and its
// parameter has an internal type: programs use [New].
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

// newRingAt is New for a ring whose next sequence is start. The marks are fresh: the caller
// stores old ones.
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
	r.core.slots, r.core.slotSize = unsafe.Pointer(&slots[0]), int64(unsafe.Sizeof(slots[0]))
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

// Fill calls init once for each slot, in order, before the first claim: to give slots the
// buffers that their events will use. One goroutine may call it, before it hands the ring to
// others. It panics if init is nil, if something has been claimed already, or if the ring has
// [Config.Clear], which would take the buffers away again. Send replaces a slot with everything
// it holds: to keep the buffers, fill a claim instead.
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

// Published returns the first sequence that has not been published or aborted; everything below
// it has. It is 0 on a fresh ring and never goes back. Any goroutine may call it; what was
// published below it is visible to the caller. On a Multi ring it reads the marks of what was
// published since a consumer or another call last looked, up to Cap of them.
func (r *Ring[T]) Published() int64 { return r.core.publishedEnd() }

// Close ends the ring. No claim succeeds any more, and waiting claims return [ErrClosed]. What
// was claimed before may still be published or aborted; consumers receive all of it, and then
// ErrClosed. Any goroutine may call Close, more than once. [Ring.Shutdown] closes the ring and
// waits for the handlers.
func (r *Ring[T]) Close() { r.core.close() }

// Err returns nil while the ring is open, and [ErrClosed] after Close or Shutdown. If a failed
// handler or the context of Run ended the ring, the error wraps ErrClosed and the cause. Only
// the first end counts. Any goroutine may call Err. While another goroutine is just ending the
// ring, a claim may still succeed after Err has returned the end; consumers receive it.
func (r *Ring[T]) Err() error { return r.core.err() }
