package disruptor

import (
	"context"
	"iter"
	"time"
)

// A Consumer sees every published slot, in order, after the consumers it follows. A ring waits
// for all of its consumers: a forgotten one stops all producers once the ring is full. Call
// [Consumer.Close] on a consumer that is no longer used.
//
// A Consumer belongs to one goroutine. Any goroutine may call Position, Lag and Name, and Close
// if the consumer was made by Handle. A Consumer must not be copied.
//
// When a consumer receives a slot, every write to it before its Publish is visible, and so is
// every access to it by the consumers before this one until their Done.
type Consumer[T any] struct {
	_    noCopy
	ring *Ring[T]
	*reader
	err error
}

// A noCopy makes go vet report copies of the struct that holds it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// ConsumerConfig describes a consumer for [Ring.ConsumerWith] and [Ring.HandleWith]. All fields
// may be zero. Idle and the fields after it are for HandleWith only.
type ConsumerConfig[T any] struct {
	// Name identifies the consumer in Stats and errors. It need not be unique.
	Name string
	// After lists the consumers that must have finished a slot before this one receives it. When
	// one of them leaves, the consumers it followed take its place.
	After []*Consumer[T]
	// MaxBatch is the most slots that the consumer receives at once; 0 means Config.MaxBatch.
	MaxBatch int

	// The fields below are for HandleWith only.

	// Idle, if not 0, has the handler called with an empty batch whenever no event has come for
	// that long since it last returned: to flush what it holds back, for example. From and To of
	// the batch are the consumer's position. The handler gets one more such call in each Run,
	// even if no event ever came, when the closed ring is drained or the consumer is closed; but
	// not after a failure of the ring.
	Idle time.Duration
	// Start runs on the handler's goroutine before its first call in each Run. An error fails
	// the ring as an error of the handler does. Start is where a handler gets its Consumer.
	Start func(*Consumer[T]) error
	// Stop runs on the handler's goroutine after its last call in each Run in which Start
	// succeeded, even after an error, a panic or runtime.Goexit.
	Stop func(*Consumer[T])
	// LockOSThread calls runtime.LockOSThread before Start, so that the handler's goroutine has
	// a thread to itself. The thread ends with the goroutine. Use it on a ring whose Wait is
	// SpinWait: each time such a goroutine yields, sleeps or parks, the system switches threads
	// twice. HandleWith panics if Wait is BlockWait or user-defined.
	LockOSThread bool
	// CPUs lists the CPUs on which that thread may run, by numbers from 0 to 1023 in any order;
	// none means all. It implies LockOSThread. The ring fails as after an error of Start if the
	// process can't use one of the CPUs, or if the system is not Linux (errors.ErrUnsupported);
	// Start and Stop are not called then. A process that the handler starts inherits the CPUs.
	CPUs []int
	// OnFailure says what happens to events whose handler fails. A failed call with an empty
	// batch is repeated too; Skip then ignores the failure. Failures of Start and Stop always
	// end the ring.
	OnFailure FailurePolicy
	// DeadLetter, if not nil, is called with the events for which the retries of OnFailure are
	// used up, and with a [*HandlerError]. It runs on the handler's goroutine, in order, before
	// the position passes the events. The batch is empty if the failed call had an empty batch
	// or had finished all of its events. If DeadLetter fails, so does the ring; the HandlerError
	// then wraps both failures.
	DeadLetter func(Batch[T], error) error
}

// Consumer makes a consumer to be used by hand, by this goroutine or another. It is
// [Ring.ConsumerWith] with a name and the consumers to follow.
func (r *Ring[T]) Consumer(name string, after ...*Consumer[T]) *Consumer[T] {
	return r.ConsumerWith(ConsumerConfig[T]{Name: name, After: after})
}

// ConsumerWith makes a consumer to be used by hand, by this goroutine or another. The consumer
// sees everything whose Publish had not begun when ConsumerWith returned. It also sees what was
// published before that after a claim still open, but nothing below the value of
// [Ring.Published] then. Any goroutine may call ConsumerWith at any time, even while producers
// run; they may find no room for a moment. On a ring that has ended, the consumer finds that
// end.
//
// ConsumerWith panics if a consumer in After is nil or belongs to another ring, if MaxBatch is
// negative, or if a field for HandleWith only is set.
func (r *Ring[T]) ConsumerWith(cfg ConsumerConfig[T]) *Consumer[T] {
	if cfg.Idle != 0 || cfg.Start != nil || cfg.Stop != nil {
		panicf("consumer %q: Idle, Start and Stop need a handler", cfg.Name)
	}
	if cfg.OnFailure != (FailurePolicy{}) || cfg.DeadLetter != nil {
		panicf("consumer %q: OnFailure and DeadLetter need a handler", cfg.Name)
	}
	if cfg.LockOSThread || len(cfg.CPUs) != 0 {
		panicf("consumer %q: LockOSThread and CPUs need a handler", cfg.Name)
	}
	return r.join(cfg)
}

func (r *Ring[T]) join(cfg ConsumerConfig[T]) *Consumer[T] {
	follows := r.membersOf("consumer", cfg.Name, cfg.After)
	return &Consumer[T]{ring: r, reader: r.core.join(cfg.Name, follows, r.core.maxBatchOf(cfg.MaxBatch))}
}

// membersOf returns the members of the consumers in after, which the consumer or group of that
// name follows.
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

// TryNext returns all that is available from the first slot that is not done, up to MaxBatch
// slots, without waiting. It returns false if nothing is available, or after a failure of the
// ring. Called again before Done, it returns the same start and perhaps more slots. Aborted
// slots are in no batch: a batch ends before them, and the next one begins after them.
//
// False doesn't distinguish an empty ring from one that has ended. Once [Ring.Err] is not nil,
// call Next: it returns what is left, and then why there is no more.
func (c *Consumer[T]) TryNext() (Batch[T], bool) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	from, to := c.look()
	return Batch[T]{c.ring, from, to}, to > from
}

// Next is like [Consumer.TryNext], but waits until something is available, as [Config.Wait]
// says. It returns the cause of ctx if ctx ends first. It returns [ErrClosed] once a closed ring
// is drained or this consumer has been closed. If the ring has failed, the error wraps ErrClosed
// and the cause. What is available is returned even if ctx has ended. Called again before Done,
// Next returns at once, with the same start.
func (c *Consumer[T]) Next(ctx context.Context) (b Batch[T], err error) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	b.ring = c.ring
	b.from, b.to, err = c.next(ctx)
	return
}

// Done hands the slots of b back to later consumers and to producers; b is a batch as it was
// handed out, or a first part of it. The slots must not be used afterwards: producers may be
// writing to them. Done panics if the slots are not in hand; after Close it does nothing.
func (c *Consumer[T]) Done(b Batch[T]) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.done(b.ring == c.ring, b.from, b.to)
}

// Batches returns an iterator over what Next returns. After each turn of the loop it calls Done
// for what the body has not finished, even if the turn ends by break or return, but not after a
// panic. The loop ends when Next fails, or before the next batch once ctx is done;
// [Consumer.Err] reports why.
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

// failure returns err, with which Next ended a loop, or nil if the closed ring is drained.
func (c *Consumer[T]) failure(err error) error {
	if err == ErrClosed && !c.closed() {
		return nil
	}
	return err
}

// endOf returns a word that becomes 1 when ctx ends. Loops look at the word where asking ctx
// itself would cost too much: on a ring that never runs dry they would not see the end
// otherwise.
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

// Err returns why the last loop over [Consumer.Batches] or [Consumer.Events] ended. It is nil if
// the loop was left or the closed ring was drained.
func (c *Consumer[T]) Err() error { return c.err }

// WaitFor waits until the sequence seq is available to this consumer, published or aborted. It
// returns the end of what is available, which is greater than seq. It hands nothing out: use At
// for single slots, TryNext for batches and Done. It fails as Next does, and with [ErrClosed] if
// the ring ends before seq.
//
// WaitFor frees no slots: if producers need slots that this consumer still holds to reach seq,
// it waits until ctx or the ring ends.
func (c *Consumer[T]) WaitFor(ctx context.Context, seq int64) (available int64, err error) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	checkContext(ctx)
	return c.waitFor(ctx, seq)
}

// At returns the slot of a sequence in [Position, available), where available is what WaitFor
// would return now. The slot may be used until Done passes it. At fails with [ErrOverwritten]
// below that range, with [ErrNotPublished] above it, and with [ErrAborted] if the producer
// aborted the sequence.
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

// Position returns the first sequence that this consumer has not handed back. Any goroutine may
// call it; what the consumer did to the slots before that sequence is visible to the caller.
func (c *Consumer[T]) Position() int64 { return c.member.position.load() } // stage edge

// Lag returns how many published slots this consumer has not handed back. Any goroutine may call
// it. It costs as much as [Ring.Published].
func (c *Consumer[T]) Lag() int64 {
	position := c.Position()
	return max(0, c.ring.Published()-position)
}

// Name returns the name given to the consumer.
func (c *Consumer[T]) Name() string { return c.member.name }
