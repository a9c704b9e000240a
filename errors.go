package disruptor

import (
	"errors"
	"fmt"
	"strings"
)

// The errors of this package. Each may be wrapped: compare with errors.Is.
var (
	// ErrClosed: the ring has ended, or this consumer or worker has. If a cancelled Run or a failed handler ended
	// the ring, the error wraps both ErrClosed and that cause; if Close came before the failure, only
	// the errors of consumers do.
	ErrClosed = errors.New("disruptor: closed")
	// ErrCapacity: Config.Capacity is not a power of two from 1 to 1<<30, or so many slots don't fit
	// the address space.
	ErrCapacity = errors.New("disruptor: capacity is not usable")
	// ErrOverwritten: At was asked for a sequence that this consumer has handed back.
	ErrOverwritten = errors.New("disruptor: sequence handed back")
	// ErrNotPublished: At was asked for a sequence that is not available to this consumer yet.
	ErrNotPublished = errors.New("disruptor: sequence not available yet")
	// ErrAborted: At was asked for a sequence that its producer aborted.
	ErrAborted = errors.New("disruptor: sequence aborted")
	// ErrNoRoom: a Sender has waited for room for Overflow.Wait, and sent nothing.
	ErrNoRoom = errors.New("disruptor: no room")
	// ErrDropped: a Sender has found no room for an event, and Overflow.Drop says to drop it.
	ErrDropped = errors.New("disruptor: event dropped")
)

// A HandlerError is how a handler failed: it returned an error, panicked or called runtime.Goexit, or its
// Start, Stop or DeadLetter did; or an event of a group was given up, as GroupConfig.Attempts says.
// [Ring.Run], [Ring.Shutdown] and the calls that the failure ended return it, alone or wrapped: errors.As
// finds it, and errors.Is finds Err.
type HandlerError struct {
	Consumer string // its name
	From, To int64  // the sequences that it was handed and had not finished; From == To if there were none
	Err      error  // what it returned; "panic: …", which wraps the value if that is an error; or "runtime.Goexit was called"
	Stack    []byte // of a panic; otherwise nil
}

// Error returns one line. Newlines in it are escaped.
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

// rangeText says which range of sequences is meant, or none.
func rangeText(from, to int64) string {
	if from == to {
		return "nothing"
	}
	return fmt.Sprintf("[%d, %d)", from, to)
}
