package disruptor

import (
	"fmt"
	"iter"
)

// A Batch is a range of consecutive slots. Either a producer has claimed them and not yet
// published them, or a consumer has received them and is not yet done. A Batch is a small value,
// to be passed by value. Its holder may use the slots until Publish, Abort or Done. Sequences
// count from 0; ranges are half-open.
type Batch[T any] struct {
	ring     *Ring[T]
	from, to int64
}

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
	return &b.ring.slots[(b.from+int64(i))&b.ring.mask]
}

// Slices returns the slots as plain slices: head, followed by tail. The tail is empty unless the
// range goes over the end of the ring's memory.
func (b Batch[T]) Slices() (head, tail []T) {
	if b.to == b.from {
		return nil, nil
	}
	i := b.from & b.ring.mask
	n := b.to - b.from
	if wrap := i + n - int64(len(b.ring.slots)); wrap > 0 {
		return b.ring.slots[i:], b.ring.slots[:wrap:wrap]
	}
	return b.ring.slots[i : i+n : i+n], nil
}

// All returns an iterator over the sequences and slots, in order.
func (b Batch[T]) All() iter.Seq2[int64, *T] {
	return func(yield func(int64, *T) bool) {
		for s := b.from; s < b.to; s++ {
			if !yield(s, &b.ring.slots[s&b.ring.mask]) {
				return
			}
		}
	}
}

// Split returns the first n slots, 0 <= n <= Len, and the rest, to be published, aborted or
// finished one after the other. It panics if n is out of range.
func (b Batch[T]) Split(n int) (head, rest Batch[T]) {
	if uint64(n) > uint64(b.to-b.from) {
		panic(outOfRange{"Split", n, b.to - b.from})
	}
	mid := b.from + int64(n)
	return Batch[T]{b.ring, b.from, mid}, Batch[T]{b.ring, mid, b.to}
}

// outOfRange is the value with which At and Split panic. A call that formats a text would keep
// them from being inlined.
type outOfRange struct {
	method string
	n      int
	length int64
}

func (e outOfRange) Error() string {
	return fmt.Sprintf("disruptor: %s(%d) of a batch of %d slots", e.method, e.n, e.length)
}

// panicForeign says what is wrong with a batch that does not belong to the ring whose method was
// called.
func panicForeign(method string, from, to int64) {
	if to == 0 {
		panicf("%s of a batch that was never claimed", method)
	}
	panicf("%s of a batch of another ring: [%d, %d)", method, from, to)
}
