package disruptor

import (
	"context"
	"iter"
)

// Events returns an iterator over the sequences and slots of the batches of [Consumer.Batches].
// The slots of a batch are handed back when the last of them has been through the loop's body.
// When the loop is left by break or return, exactly the events that the body has seen are done,
// including the last. After a panic the whole batch stays in hand. A slot must not be used after
// its batch. The loop ends as one over Batches does; [Consumer.Err] reports why.
//
//go:noinline // inlined into the program's function, its loop over All would be a call that allocates, per batch
func (c *Consumer[T]) Events(ctx context.Context) iter.Seq2[int64, *T] {
	checkContext(ctx)
	return func(yield func(int64, *T) bool) {
		c.err = nil
		ended, stop := endOf(ctx)
		defer stop()
		for ended.load() == 0 {
			b, err := c.Next(ctx)
			if err != nil {
				c.err = c.failure(err)
				return
			}
			for s, event := range b.All() {
				if !yield(s, event) {
					b.to = s + 1
					c.doneRest(b)
					return
				}
			}
			c.doneRest(b)
		}
		c.err = context.Cause(ctx)
	}
}
