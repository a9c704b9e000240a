package disruptor

import (
	"context"
	"iter"
	"time"
)

// A Consumer sees every published slot, in order, after the consumers that it was made after. A ring
// waits for all of its consumers: one that is forgotten stops all producers once the ring is full. Call
// Close on it instead.
//
// A Consumer belongs to one goroutine; Position, Lag, Name and, if it was made by Handle, Close may be
// called by any. It must not be copied.
//
// Every write to a slot before its Publish, and every access to it by the consumers before this one
// until their Done, is visible to this one when it is handed the slot.
type Consumer[T any] struct {
	_    noCopy
	ring *Ring[T]
	*reader
	err error
}

// A noCopy makes go vet report a copy of the struct that holds it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// ConsumerConfig describes a consumer for [Ring.ConsumerWith] and [Ring.HandleWith]. All of it may be
// zero.
type ConsumerConfig[T any] struct {
	// Name is for Stats and errors. It need not be unique.
	Name string
	// After are the consumers that must have finished a slot before this one receives it. When one of
	// them leaves, those that it was after take its place.
	After []*Consumer[T]
	// MaxBatch is how many slots the consumer is handed at most at once; 0 means Config.MaxBatch.
	MaxBatch int

	// The rest is for HandleWith only.

	// Idle has the handler called with an empty batch, whose From and To are its position, each time
	// nothing has come for that long since it last returned: to flush what it holds back, say. It is
	// called so once more in each Run, also if no event ever came, when the closed ring is drained or
	// the consumer is closed; not after a failure of the ring. 0 means never.
	Idle time.Duration
	// Start runs on the goroutine of the handler before its first call in each Run. An error fails the
	// ring as one of the handler does. It is where a handler gets its Consumer.
	Start func(*Consumer[T]) error
	// Stop runs on the goroutine of the handler after its last call in each Run in which Start
	// succeeded, also after an error, a panic and runtime.Goexit.
	Stop func(*Consumer[T])
	// LockOSThread gives the goroutine of the handler a thread that runs nothing else, by
	// runtime.LockOSThread, before Start. The thread ends with the goroutine. It is for a ring whose Wait
	// is SpinWait: whenever such a goroutine yields, sleeps or parks, the system switches threads twice.
	// On a ring whose Wait is BlockWait or user-defined HandleWith panics.
	LockOSThread bool
	// CPUs are the numbers of the CPUs on which that thread may run, from 0 to 1023 and in any order; none
	// means all. They imply LockOSThread. If the process can't have one of them, or if the system is not
	// Linux (errors.ErrUnsupported), the ring fails as after an error of Start; Start and Stop are not
	// called then. A process that the handler starts inherits the CPUs.
	CPUs []int
	// OnFailure says what becomes of events whose handler fails. A call with an empty batch that fails
	// is repeated, too; to skip it is to ignore it. Failures of Start and Stop always end the ring.
	OnFailure FailurePolicy
	// DeadLetter, if it is not nil, is called with the events for which the retries of OnFailure are used
	// up and a [*HandlerError], on the goroutine of the handler, in order, before the position passes
	// them. The batch is empty if a call with an empty batch failed, or one that had finished all of its
	// events. If DeadLetter fails, so does the ring: its HandlerError wraps both failures.
	DeadLetter func(Batch[T], error) error
}

// Consumer makes a consumer, for this goroutine or another to use. It is [Ring.ConsumerWith] with a
// name and the consumers to come after.
func (r *Ring[T]) Consumer(name string, after ...*Consumer[T]) *Consumer[T] {
	return r.ConsumerWith(ConsumerConfig[T]{Name: name, After: after})
}

// ConsumerWith makes a consumer, for this goroutine or another to use. It sees everything whose Publish
// had not begun when ConsumerWith returned, and nothing below the value of Published then. What was
// published before that behind a claim that is still open, it sees as well. Any goroutine may call it at
// any time, while producers run, too; they may find no room for a moment. On a ring that has ended it
// returns a consumer that finds that end.
// It panics if a consumer in After is nil or belongs to another ring, if MaxBatch is negative, and if
// what is for HandleWith only is set.
func (r *Ring[T]) ConsumerWith(cfg ConsumerConfig[T]) *Consumer[T] {
	if cfg.Idle != 0 || cfg.Start != nil || cfg.Stop != nil {
		panicf("consumer %q has no handler for Idle, Start or Stop", cfg.Name)
	}
	if cfg.OnFailure != (FailurePolicy{}) || cfg.DeadLetter != nil {
		panicf("consumer %q has no handler for OnFailure or DeadLetter", cfg.Name)
	}
	if cfg.LockOSThread || len(cfg.CPUs) != 0 {
		panicf("consumer %q has no handler for LockOSThread or CPUs", cfg.Name)
	}
	return r.join(cfg)
}

func (r *Ring[T]) join(cfg ConsumerConfig[T]) *Consumer[T] {
	follows := r.membersOf("consumer", cfg.Name, cfg.After)
	return &Consumer[T]{ring: r, reader: r.core.join(cfg.Name, follows, r.core.maxBatchOf(cfg.MaxBatch))}
}

// membersOf returns the members of the consumers that the one of that name comes after.
func (r *Ring[T]) membersOf(what, name string, after []*Consumer[T]) []*member {
	follows := make([]*member, len(after))
	for i, a := range after {
		if a == nil {
			panicf("%s %q after a nil consumer", what, name)
		}
		if a.ring != r {
			panicf("%s %q after consumer %q of another ring", what, name, a.Name())
		}
		follows[i] = a.member
	}
	return follows
}

// TryNext returns all that is available from the first slot that is not done, without waiting. It returns
// false if that is nothing, and after a failure of the ring. Called again before Done it returns the
// same start, and perhaps more. Aborted slots are in no batch: a batch ends before them, and the next
// one begins after them.
//
// False doesn't tell a ring that is empty from one that has ended. Once [Ring.Err] is not nil, Next
// tells: it returns what is left, and then why there is no more.
func (c *Consumer[T]) TryNext() (Batch[T], bool) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	from, to := c.look()
	return Batch[T]{c.ring, from, to}, to > from
}

// Next is [Consumer.TryNext] that waits, as the ring's WaitStrategy says, until something is available.
// It returns the cause of ctx if that ends first; ErrClosed when a closed ring is drained, and when this
// consumer has been closed; and an error that wraps ErrClosed and the cause when the ring has failed.
// What is available is returned even if ctx has ended. Next without Done returns the same batch again,
// at once.
func (c *Consumer[T]) Next(ctx context.Context) (b Batch[T], err error) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	b.ring = c.ring
	b.from, b.to, err = c.next(ctx)
	return
}

// Done hands the slots of b back, to later consumers and to producers: b as it was handed out, or a
// first part of it. It panics if they are not in hand. The slots must not be used after it: producers
// may be writing to them.
func (c *Consumer[T]) Done(b Batch[T]) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.done(b.ring == c.ring, b.from, b.to)
}

// Batches walks over what Next returns and calls Done for what the loop's body has not, after each turn
// and when the loop is left by break or return; on a panic it does not. The loop ends when Next fails,
// or before the next batch once ctx is done; [Consumer.Err] reports why.
func (c *Consumer[T]) Batches(ctx context.Context) iter.Seq[Batch[T]] {
	checkContext(ctx)
	return func(yield func(Batch[T]) bool) {
		c.err = nil
		ended, stop := endOf(ctx)
		defer stop()
		for ended.load() == 0 {
			b, err := c.Next(ctx)
			if err != nil {
				c.err = c.failure(err)
				return
			}
			more := yield(b)
			c.doneRest(b)
			if !more {
				return
			}
		}
		c.err = context.Cause(ctx)
	}
}

// failure returns err, with which Next has ended a loop, or nil if the closed ring is drained.
func (c *Consumer[T]) failure(err error) error {
	if err == ErrClosed && !c.closed() {
		return nil
	}
	return err
}

// endOf returns a word that becomes 1 when ctx ends, to be looked at where asking ctx itself would be
// too dear: a ring that never runs dry would not see it otherwise.
func endOf(ctx context.Context) (ended *word, stop func() bool) {
	if ctx.Done() == nil {
		return &notEnded, func() bool { return true }
	}
	ended = new(word)
	return ended, context.AfterFunc(ctx, func() { ended.store(1) })
}

var notEnded word // stays 0

// doneRest is Done for what is left of b.
func (c *Consumer[T]) doneRest(b Batch[T]) {
	if c.pos < b.to {
		c.done(true, c.pos, b.to)
	}
}

// Err returns why the last loop over Batches or Events ended: nil if it was left or the closed ring was drained.
func (c *Consumer[T]) Err() error { return c.err }

// WaitFor waits until the sequence seq is available to this consumer, published or aborted, and returns
// the end of what is, which is greater than seq. It hands nothing out: use At for single slots, TryNext
// for batches and Done. It fails as Next does, and with ErrClosed if the ring ends before seq.
//
// WaitFor frees no slots: if producers need slots that this consumer still holds to reach seq, it waits
// until ctx or the ring ends.
func (c *Consumer[T]) WaitFor(ctx context.Context, seq int64) (available int64, err error) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	checkContext(ctx)
	return c.waitFor(ctx, seq)
}

// At returns the slot of a sequence in [Position, available), where available is what WaitFor would
// return now. It is good until Done has passed it. Below, At fails with ErrOverwritten, above with
// ErrNotPublished, and with ErrAborted for a sequence that its producer aborted.
func (c *Consumer[T]) At(seq int64) (*T, error) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	if err := c.find(seq); err != nil {
		return nil, err
	}
	return &c.ring.slots[seq&c.ring.mask], nil
}

// Position returns the sequence of the first slot that this consumer has not handed back. Any goroutine
// may call it; what the consumer did to the slots before it is visible then.
func (c *Consumer[T]) Position() int64 { return c.member.position.load() } // stage edge

// Lag returns how many published slots this consumer has not handed back. Any goroutine may call it. It
// costs what Published costs.
func (c *Consumer[T]) Lag() int64 {
	position := c.Position()
	return max(0, c.ring.Published()-position)
}

// Name returns the name given to the consumer.
func (c *Consumer[T]) Name() string { return c.member.name }
