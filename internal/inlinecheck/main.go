// Command inlinecheck uses a ring as a program does: every function is one call of the API from
// outside the package. inline_test.go of package disruptor checks what the compiler made of
// them.
package main

import (
	"context"

	"github.com/be395dad/disruptor"
)

func main() {
	r, err := disruptor.New[int](disruptor.Config{Capacity: 2, Producers: disruptor.Single, Wait: disruptor.YieldWait{}})
	if err != nil {
		panic(err)
	}
	q, err := disruptor.New[int](disruptor.Config{Capacity: 2, Wait: disruptor.YieldWait{}})
	if err != nil {
		panic(err)
	}
	c, d := r.Consumer("c"), q.Consumer("d")
	s, m := r.SingleProducer(), q.MultiProducer()
	b, _ := singleTryClaim(s)
	singlePublish(s, b)
	b, _ = multiTryClaim(m)
	multiPublish(m, b)
	b, _ = consumerTryNext(d)
	consumerDone(d, b)
	b, _ = consumerTryNext(c)
	batchSplit(b)
	lossyTryNext(q.LossyConsumer(disruptor.LossyConfig[int]{}))
	if b, err := singleClaim(s); err == nil {
		singlePublish(s, b)
	}
	if b, err := multiClaim(m); err == nil {
		multiPublish(m, b)
	}
	if b, ok := multiTryClaim(m); ok {
		multiAbort(m, b)
	}
	println(s.TrySend(1), m.TrySend(1), s.Send(context.Background(), 1), m.Send(context.Background(), 1)) // that they are linked: nothing of them is to be inlined
	if b, err := consumerNext(d); err == nil {
		consumerDone(d, b)
	}
	println(*batchAt(b), batchLen(b), batchFrom(b), batchTo(b), batchAll(b), batchSlices(b))
	consumerDone(c, b)
}

//go:noinline
func singleTryClaim(p *disruptor.SingleProducer[int]) (disruptor.Batch[int], bool) {
	return p.TryClaim(1)
}

//go:noinline
func singleClaim(p *disruptor.SingleProducer[int]) (disruptor.Batch[int], error) {
	return p.Claim(context.Background(), 1)
}

//go:noinline
func singlePublish(p *disruptor.SingleProducer[int], b disruptor.Batch[int]) { p.Publish(b) }

//go:noinline
func multiTryClaim(p *disruptor.MultiProducer[int]) (disruptor.Batch[int], bool) {
	return p.TryClaim(1)
}

//go:noinline
func multiClaim(p *disruptor.MultiProducer[int]) (disruptor.Batch[int], error) {
	return p.Claim(context.Background(), 1)
}

//go:noinline
func multiPublish(p *disruptor.MultiProducer[int], b disruptor.Batch[int]) { p.Publish(b) }

//go:noinline
func multiAbort(p *disruptor.MultiProducer[int], b disruptor.Batch[int]) { p.Abort(b) }

//go:noinline
func consumerTryNext(c *disruptor.Consumer[int]) (disruptor.Batch[int], bool) { return c.TryNext() }

//go:noinline
func consumerNext(c *disruptor.Consumer[int]) (disruptor.Batch[int], error) {
	return c.Next(context.Background())
}

//go:noinline
func consumerDone(c *disruptor.Consumer[int], b disruptor.Batch[int]) { c.Done(b) }

//go:noinline
func batchAt(b disruptor.Batch[int]) *int { return b.At(0) }

//go:noinline
func batchLen(b disruptor.Batch[int]) int { return b.Len() }

//go:noinline
func batchFrom(b disruptor.Batch[int]) int64 { return b.From() }

//go:noinline
func batchTo(b disruptor.Batch[int]) int64 { return b.To() }

//go:noinline
func batchSplit(b disruptor.Batch[int]) (head, rest disruptor.Batch[int]) { return b.Split(0) }

//go:noinline
func batchAll(b disruptor.Batch[int]) (sum int) {
	for _, v := range b.All() {
		sum += *v
	}
	return sum
}

//go:noinline
func batchSlices(b disruptor.Batch[int]) (sum int) {
	head, tail := b.Slices()
	return len(head) + len(tail)
}

//go:noinline
func lossyTryNext(c *disruptor.LossyConsumer[int]) (disruptor.Copy[int], bool) { return c.TryNext() }
