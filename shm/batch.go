package shm

import (
	"fmt"
	"iter"
	"unsafe"
)

// A Batch is a range of consecutive slots: claimed by a producer and not yet published, or
// available to a consumer and not yet done. It is a small value; pass it by value. Its holder may
// use the slots until Publish, Abort, Done, or Close of the producer or consumer. Sequences count
// from 0, and ranges are half-open.
type Batch[T any] struct {
	slots    *slots
	from, to int64
}

// slots says where the events of sequences lie: in the file, or in the private copies of a
// consumer that may be evicted.
type slots struct {
	base   unsafe.Pointer // of the event of sequence 0
	mask   int64
	stride int64
}

func (s *slots) event(seq int64) unsafe.Pointer { return unsafe.Add(s.base, (seq&s.mask)*s.stride) }

// Len returns the number of slots.
func (b Batch[T]) Len() int { return int(b.to - b.from) }

// From returns the sequence of the first slot.
func (b Batch[T]) From() int64 { return b.from }

// To returns the sequence after the last slot.
func (b Batch[T]) To() int64 { return b.to }

// At returns the i-th slot, 0 <= i < Len. It panics if i is out of range.
func (b Batch[T]) At(i int) *T {
	if uint64(i) >= uint64(b.to-b.from) {
		panic(outOfRange{"At", i, b.to - b.from})
	}
	return (*T)(b.slots.event(b.from + int64(i)))
}

// All iterates over the sequences and slots, in order.
func (b Batch[T]) All() iter.Seq2[int64, *T] {
	return func(yield func(int64, *T) bool) {
		for s := b.from; s < b.to; s++ {
			if !yield(s, (*T)(b.slots.event(s))) {
				return
			}
		}
	}
}

// Read copies min(Len, len(dst)) events to dst and returns that number.
func (b Batch[T]) Read(dst []T) int {
	n := min(len(dst), b.Len())
	for i := range n {
		dst[i] = *(*T)(b.slots.event(b.from + int64(i)))
	}
	return n
}

// Write copies min(Len, len(src)) events from src to the slots and returns that number.
func (b Batch[T]) Write(src []T) int {
	n := min(len(src), b.Len())
	for i := range n {
		*(*T)(b.slots.event(b.from + int64(i))) = src[i]
	}
	return n
}

// Split returns the first n slots, 0 <= n <= Len, and the rest, so that each part can be
// published, aborted or finished separately. It panics if n is out of range.
func (b Batch[T]) Split(n int) (head, rest Batch[T]) {
	if uint64(n) > uint64(b.to-b.from) {
		panic(outOfRange{"Split", n, b.to - b.from})
	}
	mid := b.from + int64(n)
	return Batch[T]{b.slots, b.from, mid}, Batch[T]{b.slots, mid, b.to}
}

// outOfRange is what At and Split panic with. It is a value, not a call that formats one, so that
// they can be inlined.
type outOfRange struct {
	method string
	n      int
	length int64
}

func (e outOfRange) Error() string {
	return fmt.Sprintf("disruptor: shm: %s(%d) of a batch of %d slots", e.method, e.n, e.length)
}
