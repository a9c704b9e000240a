// Command shm uses a ring between processes as a program does: every function is one call of the
// API from outside the package, or one call and an access to a slot. The tests of package shm
// check what the compiler made of them.
package main

import (
	"context"

	"github.com/be395dad/disruptor/shm"
)

func main() {
	r, err := shm.CreateAnonymous[int64]("inlinecheck", shm.Config{Capacity: 8})
	if err != nil {
		panic(err)
	}
	c, err := r.Consumer(shm.ConsumerConfig{})
	if err != nil {
		panic(err)
	}
	p, err := r.Producer("")
	if err != nil {
		panic(err)
	}
	if b, ok := tryClaim(p); ok {
		publish(p, b)
	}
	if b, err := claim(p); err == nil {
		writeAndPublish(p, b)
	}
	println(trySend(p), send(p))
	if b, ok := tryNext(c); ok {
		done(c, b)
	}
	println(trySend(p))
	if b, err := next(c); err == nil {
		println(readAndDone(c, b))
	}
}

//go:noinline
func tryClaim(p *shm.Producer[int64]) (shm.Batch[int64], bool) { return p.TryClaim(1) }

//go:noinline
func claim(p *shm.Producer[int64]) (shm.Batch[int64], error) { return p.Claim(context.Background(), 1) }

//go:noinline
func publish(p *shm.Producer[int64], b shm.Batch[int64]) { p.Publish(b) }

//go:noinline
func writeAndPublish(p *shm.Producer[int64], b shm.Batch[int64]) {
	*b.At(0) = 1
	p.Publish(b)
}

//go:noinline
func trySend(p *shm.Producer[int64]) bool { return p.TrySend(1) }

//go:noinline
func send(p *shm.Producer[int64]) error { return p.Send(context.Background(), 1) }

//go:noinline
func tryNext(c *shm.Consumer[int64]) (shm.Batch[int64], bool) { return c.TryNext() }

//go:noinline
func next(c *shm.Consumer[int64]) (shm.Batch[int64], error) { return c.Next(context.Background()) }

//go:noinline
func done(c *shm.Consumer[int64], b shm.Batch[int64]) { c.Done(b) }

//go:noinline
func readAndDone(c *shm.Consumer[int64], b shm.Batch[int64]) int64 {
	v := *b.At(0)
	c.Done(b)
	return v
}
