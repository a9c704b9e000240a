package disruptor

import (
	"errors"
	"fmt"
)

// What the calls of a ring return besides the cause of an ended context. All are found by errors.Is.
var (
	// ErrClosed: the ring has ended, or this consumer has. When a cancelled Run or a failed handler ended the ring,
	// the error wraps both ErrClosed and that cause.
	ErrClosed = errors.New("disruptor: closed")
	// ErrCapacity: Config.Capacity is no power of two from 1 to 1<<30, or so many slots don't fit the address space.
	ErrCapacity = errors.New("disruptor: capacity is not usable")
	// ErrOverwritten: At was asked for a sequence that this consumer has handed back.
	ErrOverwritten = errors.New("disruptor: sequence handed back")
	// ErrNotPublished: At was asked for a sequence that is not available to this consumer yet.
	ErrNotPublished = errors.New("disruptor: sequence not available yet")
	// ErrAborted: At was asked for a sequence that its producer gave back.
	ErrAborted = errors.New("disruptor: sequence aborted")
)

// panicf is not inlined: its callers are on fast paths.
//
//go:noinline
func panicf(format string, args ...any) {
	panic("disruptor: " + fmt.Sprintf(format, args...))
}

func panicTwice(from, to int64) { panicf("sequences [%d, %d) published or aborted twice", from, to) }
