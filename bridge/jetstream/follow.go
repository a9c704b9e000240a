package jetstream

import (
	"context"
	"iter"
)

// A Batch is a [disruptor.Batch] or a shm.Batch.
type Batch[T any] interface {
	All() iter.Seq2[int64, *T]
}

// A Consumer is a [*disruptor.Consumer] or a *shm.Consumer. B is its batch.
type Consumer[T any, B Batch[T]] interface {
	Next(context.Context) (B, error)
	Done(B)
	Position() int64
}

// Follow publishes what the consumer receives, and hands each batch back when the stream has
// acknowledged it. It returns the first error of Next, which is ErrClosed of the consumer's
// package when a closed ring is drained, or of Publish. The batch that failed is then still in
// hand: the consumer, or the next one of its name in a shared ring, receives it again.
//
// Don't use Batches for this: it hands a batch back when its loop is left.
func Follow[T any, B Batch[T]](ctx context.Context, p *Publisher[T], c Consumer[T, B]) error {
	if err := p.Begin(ctx, c.Position()); err != nil {
		return err
	}
	for {
		b, err := c.Next(ctx)
		if err != nil {
			return err
		}
		if err := p.Publish(ctx, b.All()); err != nil {
			return err
		}
		c.Done(b)
	}
}
