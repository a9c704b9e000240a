package disruptor

import (
	"context"
	"iter"
)

// A LossyConsumer sees published events in order, and misses some when it is slow: no claim waits for it.
// Each call copies events out of the ring and is done with their slots when it returns, so its user may take
// any time over them, and a handler that hangs holds nobody up. When producers need the slots of events that
// it has not copied yet, it goes on behind them, and is told how many sequences it has missed. Only while it
// copies does a claim wait for it, and TryClaim may find no room: for one copy at most.
//
// It is for what may be late or incomplete and must not slow down the rest: monitoring, samples, displays.
// Nobody can come after a LossyConsumer: it does not see all that a consumer after it would have to be
// handed; so it is no Consumer, and After does not take it.
//
// A LossyConsumer belongs to one goroutine; Position, Lag, Missed, Name and, if it was made by HandleLossy,
// Close may be called by any. It must not be copied.
//
// Every write to a slot before its Publish is visible to this consumer when it is handed the copy.
type LossyConsumer[T any] struct {
	_    noCopy
	ring *Ring[T]
	*lossyReader
	events []T // a copy of slots, reused
	held   int // how many of them have been handed out and not been zeroed
	err    error
	served *Consumer[T] // the same reader, for the handlers of the ring
}

// A LossyConfig describes a lossy consumer for [Ring.LossyConsumer] and [Ring.HandleLossy]. All of it may be
// zero.
type LossyConfig[T any] struct {
	// Name is for Stats and errors. It need not be unique.
	Name string
	// MaxBatch is how many events are copied at most at once, up to Capacity; 0 means 64. It bounds how long
	// a claim may have to wait for a copy. The consumer has memory for as many events.
	MaxBatch int
	// Newest has each call skip what is older than the newest MaxBatch sequences. What is skipped counts as
	// missed.
	Newest bool

	// The rest is for HandleLossy only.

	// Start runs on the goroutine of the handler before its first call in each Run. An error fails the ring
	// as one of the handler does.
	Start func(*LossyConsumer[T]) error
	// Stop runs on the goroutine of the handler after its last call in each Run in which Start succeeded,
	// also after an error, a panic and runtime.Goexit.
	Stop func(*LossyConsumer[T])
}

// lossyBatch is LossyConfig.MaxBatch where it is 0.
const lossyBatch = 64

// A Copy is what a [LossyConsumer] is handed: copies of events with consecutive sequences, and what it has
// missed before them. Its events are good until the next call of a method that returns a Copy, and until
// Close.
type Copy[T any] struct {
	// Events are copies of the slots of [From, To). What they refer to is not copied: the producer of a later
	// event may change it, if it reuses it. Aborted events are in no Copy: a Copy ends before them.
	Events   []T
	From, To int64
	// Missed is how many sequences right before From have been missed since the Copy before: [From-Missed, From).
	// Aborted ones among them are counted. If it is 0, nothing but aborted events lies between the two.
	Missed int64
}

// LossyConsumer makes a lossy consumer, for this goroutine or another to use. It sees what a consumer that
// joins now would see, unless it misses it. Any goroutine may call it at any time. On a ring that has ended
// it returns one that finds that end. It panics if MaxBatch is negative, and if Start or Stop is set.
func (r *Ring[T]) LossyConsumer(cfg LossyConfig[T]) *LossyConsumer[T] {
	if cfg.Start != nil || cfg.Stop != nil {
		panicf("consumer %q has no handler for Start or Stop", cfg.Name)
	}
	return r.joinLossy(cfg)
}

func (r *Ring[T]) joinLossy(cfg LossyConfig[T]) *LossyConsumer[T] {
	if cfg.MaxBatch == 0 {
		cfg.MaxBatch = lossyBatch
	}
	maxBatch := batchLimit(cfg.MaxBatch, r.core.capacity)
	c := &LossyConsumer[T]{
		ring: r, lossyReader: r.core.joinLossy(cfg.Name, maxBatch), events: make([]T, maxBatch),
	}
	c.newest, c.copy = cfg.Newest, c.copySlots
	c.served = &Consumer[T]{ring: r, reader: &c.reader}
	return c
}

// copySlots copies the slots of [from, to).
func (c *LossyConsumer[T]) copySlots(from, to int64) {
	head, tail := Batch[T]{c.ring, from, to}.Slices()
	copy(c.events[copy(c.events, head):], tail)
}

// forget takes back what the last Copy has shown. On a ring with Config.Clear it zeroes it: the garbage
// collector is to free what events referred to while the consumer waits for others.
func (c *LossyConsumer[T]) forget() {
	if c.core.zero != nil {
		clear(c.events[:c.held])
	}
	c.held = 0
}

func (c *LossyConsumer[T]) show(from, to, missed int64) Copy[T] {
	c.held = int(to - from)
	return Copy[T]{Events: c.events[:c.held:c.held], From: from, To: to, Missed: missed}
}

// TryNext returns a copy of what is available, MaxBatch events at most, without waiting. It returns false if
// that is nothing, and after a failure of the ring. On a ring with Config.Clear it zeroes the events of the
// Copy before.
func (c *LossyConsumer[T]) TryNext() (Copy[T], bool) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.forget()
	from, to, missed := c.take()
	return c.show(from, to, missed), to > from
}

// Next is [LossyConsumer.TryNext] that waits, as the ring's WaitStrategy says, until something is available.
// It returns the cause of ctx if that ends first; ErrClosed when a closed ring is drained, and when this
// consumer has been closed; and an error that wraps ErrClosed and the cause when the ring has failed. What is
// available is returned even if ctx has ended. What it has missed since the last Copy when it ends, Missed
// tells.
func (c *LossyConsumer[T]) Next(ctx context.Context) (Copy[T], error) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.forget()
	from, to, missed, err := c.next(ctx)
	return c.show(from, to, missed), err
}

// Copies walks over what Next returns. The loop ends when Next fails, or before the next Copy once ctx is
// done; [LossyConsumer.Err] reports why.
func (c *LossyConsumer[T]) Copies(ctx context.Context) iter.Seq[Copy[T]] {
	checkContext(ctx)
	return func(yield func(Copy[T]) bool) {
		c.err = nil
		ended, stop := endOf(ctx)
		defer stop()
		for ended.load() == 0 {
			events, err := c.Next(ctx)
			if err != nil {
				if err != ErrClosed || c.closed() { // a drained ring is no failure
					c.err = err
				}
				return
			}
			if !yield(events) {
				return
			}
		}
		c.err = context.Cause(ctx)
	}
}

// Err returns why the last loop over Copies ended: nil if it was left or the closed ring was drained.
func (c *LossyConsumer[T]) Err() error { return c.err }

// Position returns the sequence at which this consumer goes on, as producers have left it. Any goroutine may
// call it.
func (c *LossyConsumer[T]) Position() int64 { return c.member.place() }

// Lag returns how many published slots this consumer has neither been handed nor missed. Any goroutine may
// call it. It costs what Published costs.
func (c *LossyConsumer[T]) Lag() int64 {
	position := c.Position()
	return max(0, c.ring.Published()-position)
}

// Missed returns how many sequences this consumer has missed since it was made, those included of which no
// Copy has told yet. It never goes back. With the lengths of all ranges of copies, and of the aborted ranges
// between, it adds up to what was published meanwhile. Any goroutine may call it.
func (c *LossyConsumer[T]) Missed() int64 { return c.member.missed() }

// Name returns the name given to the consumer.
func (c *LossyConsumer[T]) Name() string { return c.member.name }
