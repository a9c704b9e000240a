package disruptor

import (
	"context"
	"iter"
)

// A LossyConsumer sees published events in order, and misses some when it is slow. Each call
// copies events out of the ring and is done with their slots when it returns. So its user may
// take any time over the copies, and a handler that hangs holds up no producer. When producers
// need slots that it has not copied yet, it goes on behind them and reports how many sequences
// it has missed. A claim waits for it only while it copies, for one copy at most; TryClaim may
// find no room then.
//
// Use it for what may be late or incomplete and must not slow down the rest: monitoring,
// samples, displays. No consumer can follow a LossyConsumer, because it does not see every
// event. So it is not a [Consumer], and After does not accept it.
//
// A LossyConsumer belongs to one goroutine. Any goroutine may call Position, Lag, Missed and
// Name, and Close if the consumer was made by HandleLossy. A LossyConsumer must not be copied.
//
// Every write to a slot before its Publish is visible to this consumer when it receives the
// copy.
type LossyConsumer[T any] struct {
	_    noCopy
	ring *Ring[T]
	*lossyReader
	events []T // a copy of slots, reused
	held   int // how many of them have been handed out and not zeroed
	err    error
	served *Consumer[T] // the same reader, for the handlers of the ring
}

// LossyConfig describes a lossy consumer for [Ring.LossyConsumer] and [Ring.HandleLossy]. All
// fields may be zero. Start and Stop are for HandleLossy only.
type LossyConfig[T any] struct {
	// Name identifies the consumer in Stats and errors. It need not be unique.
	Name string
	// MaxBatch is the most events that are copied at once, up to Capacity; 0 means 64. It bounds
	// how long a claim may have to wait for a copy. The consumer has memory for as many events.
	MaxBatch int
	// Newest has each call skip what is older than the newest MaxBatch sequences. Skipped
	// sequences count as missed.
	Newest bool

	// The fields below are for HandleLossy only.

	// Start runs on the handler's goroutine before its first call in each Run. An error fails
	// the ring as an error of the handler does.
	Start func(*LossyConsumer[T]) error
	// Stop runs on the handler's goroutine after its last call in each Run in which Start
	// succeeded, even after an error, a panic or runtime.Goexit.
	Stop func(*LossyConsumer[T])
}

// lossyBatch is the default of LossyConfig.MaxBatch.
const lossyBatch = 64

// A Copy is what a [LossyConsumer] receives: copies of events with consecutive sequences, and
// how many sequences it missed before them. The events may be used until the next call of a
// method that returns a Copy, and until Close.
type Copy[T any] struct {
	// Events are copies of the slots of [From, To). What they refer to is not copied: a producer
	// that uses it again for a later event may change it. Aborted events are in no Copy: a Copy
	// ends before them.
	Events   []T
	From, To int64
	// Missed is how many sequences right before From were missed since the previous Copy:
	// [From-Missed, From). It counts aborted ones among them. If it is 0, only aborted events
	// lie between the two.
	Missed int64
}

// LossyConsumer makes a lossy consumer to be used by hand, by this goroutine or another. It sees
// what a consumer made now would see, except what it misses. Any goroutine may call
// LossyConsumer at any time. On a ring that has ended, the consumer finds that end.
// LossyConsumer panics if MaxBatch is negative, or if Start or Stop is set.
func (r *Ring[T]) LossyConsumer(cfg LossyConfig[T]) *LossyConsumer[T] {
	if cfg.Start != nil || cfg.Stop != nil {
		panicf("consumer %q: Start and Stop need a handler", cfg.Name)
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

// forget takes back what the last Copy has shown. On a ring with Config.Clear it zeroes the
// copies, so that the garbage collector can free what they referred to while the consumer waits
// for others.
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

// TryNext returns a copy of what is available, at most MaxBatch events, without waiting. It
// returns false if nothing is available, or after a failure of the ring. On a ring with
// [Config.Clear] it zeroes the events of the previous Copy.
func (c *LossyConsumer[T]) TryNext() (Copy[T], bool) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.forget()
	from, to, missed := c.take()
	return c.show(from, to, missed), to > from
}

// Next is like [LossyConsumer.TryNext], but waits until something is available, as [Config.Wait]
// says. It returns the cause of ctx if ctx ends first. It returns [ErrClosed] once a closed ring
// is drained or this consumer has been closed. If the ring has failed, the error wraps ErrClosed
// and the cause. What is available is returned even if ctx has ended. After an error, Missed
// includes what was missed since the last Copy.
func (c *LossyConsumer[T]) Next(ctx context.Context) (Copy[T], error) {
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.forget()
	from, to, missed, err := c.next(ctx)
	return c.show(from, to, missed), err
}

// Copies returns an iterator over what Next returns. The loop ends when Next fails, or before
// the next Copy once ctx is done; [LossyConsumer.Err] reports why.
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

// Err returns why the last loop over [LossyConsumer.Copies] ended. It is nil if the loop was
// left or the closed ring was drained.
func (c *LossyConsumer[T]) Err() error { return c.err }

// Position returns the sequence at which this consumer goes on; producers may push it ahead. Any
// goroutine may call it.
func (c *LossyConsumer[T]) Position() int64 { return c.member.place() }

// Lag returns how many published slots this consumer has neither received nor missed. Any
// goroutine may call it. It costs as much as [Ring.Published].
func (c *LossyConsumer[T]) Lag() int64 {
	position := c.Position()
	return max(0, c.ring.Published()-position)
}

// Missed returns how many sequences this consumer has missed since it was made, even if no Copy
// has reported them yet. It never goes back. Missed, the lengths of all copies and the aborted
// ranges between them add up to what was published meanwhile. Any goroutine may call it.
func (c *LossyConsumer[T]) Missed() int64 { return c.member.missed() }

// Name returns the name given to the consumer.
func (c *LossyConsumer[T]) Name() string { return c.member.name }
