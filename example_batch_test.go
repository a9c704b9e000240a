package disruptor_test

import (
	"fmt"

	"github.com/be395dad/disruptor"
)

func ExampleBatch() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	p := ring.MultiProducer()
	b, _ := p.TryClaim(3)
	fmt.Println(b.Len(), b.From(), b.To())
	*b.At(0) = 10
	head, rest := b.Split(1)
	p.Publish(head) // early
	*rest.At(0), *rest.At(1) = 20, 30
	p.Publish(rest)
	fmt.Println(ring.Published())
	// Output:
	// 3 0 3
	// 3
}

func ExampleBatch_All() {
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 4})
	b, _ := ring.MultiProducer().TryClaim(2)
	for seq, s := range b.All() {
		*s = fmt.Sprint("event ", seq)
	}
	fmt.Println(*b.At(0), "/", *b.At(1))
	// Output: event 0 / event 1
}

// Slices returns plain slices for copy, SIMD and the like: two if the range goes over the end of the memory.
func ExampleBatch_Slices() {
	ring, _ := disruptor.New[byte](disruptor.Config{Capacity: 4})
	p, c := ring.MultiProducer(), ring.Consumer("c")
	for range 3 { // so that the next claim starts at the last slot
		p.TrySend('-')
	}
	b, _ := c.TryNext()
	c.Done(b)

	b, _ = p.TryClaim(3)
	head, tail := b.Slices()
	copy(tail, "xyz"[copy(head, "xyz"):])
	fmt.Println(string(head), string(tail))
	p.Publish(b)
	// Output: x yz
}

func ExampleBatch_Split() {
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 4})
	p, c := ring.MultiProducer(), ring.Consumer("c")
	b, _ := p.TryClaim(4)
	keep, giveBack := b.Split(3)
	p.Publish(keep)
	p.Abort(giveBack)
	b, _ = c.TryNext()
	fmt.Println(b.Len(), ring.Published())
	// Output: 3 4
}
