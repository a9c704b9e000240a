package disruptor

import (
	"errors"
	"fmt"
	"strings"
)

// The errors of this package. Calls may wrap them: compare with errors.Is.
var (
	// ErrClosed means that the ring has ended, or that this consumer or worker has been closed.
	// If a failed handler or the context of Run ended the ring, the error wraps both ErrClosed
	// and the cause. If Close came before the failure, only the errors of consumers wrap the
	// cause.
	ErrClosed = errors.New("disruptor: closed")
	// ErrCapacity means that Config.Capacity is not a power of two from 1 to 1<<30, or that so
	// many slots don't fit the address space.
	ErrCapacity = errors.New("disruptor: capacity is not usable")
	// ErrOverwritten means that At was asked for a sequence that this consumer has handed back.
	ErrOverwritten = errors.New("disruptor: sequence handed back")
	// ErrNotPublished means that At was asked for a sequence that is not available to this
	// consumer yet.
	ErrNotPublished = errors.New("disruptor: sequence not available yet")
	// ErrAborted means that At was asked for a sequence that its producer aborted.
	ErrAborted = errors.New("disruptor: sequence aborted")
	// ErrNoRoom means that a Sender waited for room for Overflow.Wait and did not send the
	// event.
	ErrNoRoom = errors.New("disruptor: no room")
	// ErrDropped means that a Sender found no room for an event and dropped it, as Overflow.Drop
	// says.
	ErrDropped = errors.New("disruptor: event dropped")
)

// A HandlerError reports how a handler failed. The handler, or its Start, Stop or DeadLetter,
// returned an error, panicked or called runtime.Goexit; or an event of a group was given up, as
// [GroupConfig.Attempts] says. [Ring.Run], [Ring.Shutdown] and the calls that the failure ended
// return it, alone or wrapped: errors.As finds it, and errors.Is finds Err.
type HandlerError struct {
	Consumer string // its name
	From, To int64  // the sequences in hand that it had not finished; From == To if there were none
	Err      error  // what it returned; "panic: …", wrapping the value if it is an error; or "runtime.Goexit was called"
	Stack    []byte // of a panic; otherwise nil
}

// Error returns one line; newlines in it are escaped.
func (e *HandlerError) Error() string {
	at := fmt.Sprintf("batch [%d, %d)", e.From, e.To)
	if e.From == e.To {
		at = fmt.Sprintf("at %d", e.From)
	}
	return escapeNewlines.Replace(fmt.Sprintf("consumer %q, %s: %v", e.Consumer, at, e.Err))
}

// Unwrap returns Err.
func (e *HandlerError) Unwrap() error { return e.Err }

var escapeNewlines = strings.NewReplacer("\n", `\n`, "\r", `\r`)

// panicf is not inlined: its callers are on fast paths.
//
//go:noinline
func panicf(format string, args ...any) {
	panic("disruptor: " + fmt.Sprintf(format, args...))
}

func panicTwice(from, to int64) { panicf("sequences [%d, %d) published or aborted twice", from, to) }

// rangeText names a range of sequences, or nothing if it is empty.
func rangeText(from, to int64) string {
	if from == to {
		return "nothing"
	}
	return fmt.Sprintf("[%d, %d)", from, to)
}
