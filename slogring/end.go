package slogring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// ErrHanging means that the wrapped handler has not come on for Options.Hanging.
var ErrHanging = errors.New("slogring: the wrapped handler hangs")

// Flush waits until the wrapped handler has handled every record that was in the ring at the call,
// and Options.Flush has been called. It returns the error of Options.Flush, or the cause of ctx if
// that ends first. On a handler that is closed it waits until all records are handled, and returns
// the error of the last Options.Flush, or that of a Shutdown that ran out of time. It fails when the
// wrapped handler calls it, which would wait for itself.
//
// Deferred, it runs after a panic of its goroutine, too:
//
//	defer h.Flush(ctx)
func (h *Handler) Flush(ctx context.Context) error {
	if h.serving() {
		return errors.New("slogring: Flush by the wrapped handler")
	}
	flushed := make(chan error, 1)
	if err := h.producer.Send(ctx, event{flush: flushed}); err != nil {
		if h.ring.Err() == nil {
			return err
		}
		select {
		case <-h.done:
			return h.result()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	select {
	case err := <-flushed:
		return err
	case <-h.done:
		select {
		case err := <-flushed: // just before
			return err
		default: // Shutdown has run out of time
			return h.result()
		}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Shutdown handles the records in the ring, calls Options.Flush for the last time and ends the
// handler's goroutine. It returns the error of that last flush. If ctx ends first it returns an
// error that wraps the cause and says how many records are lost. Later calls of Handle call the
// wrapped handler themselves; after a Shutdown that ran out of time they drop the record, without
// waiting. It concerns all handlers that WithAttrs and WithGroup have made. It may be called again.
func (h *Handler) Shutdown(ctx context.Context) error {
	if h.serving() {
		return errors.New("slogring: Shutdown by the wrapped handler")
	}
	if err := h.ring.Shutdown(ctx); err != nil {
		h.setLate.Do(func() { close(h.late) })
		return fmt.Errorf("slogring: %w", err)
	}
	<-h.done
	return h.result()
}

// result returns what the handler's goroutine, which has ended, has failed to do.
func (c *core) result() error { return cmp.Or(c.failed, c.lastFlush) }

// Close is Shutdown without a limit of time: it waits as long as the wrapped handler takes.
func (h *Handler) Close() error { return h.Shutdown(context.Background()) }

// Stats are counts since [New], and what is in the ring.
type Stats struct {
	Queued  int64 // records in the ring
	Dropped int64 // records that were dropped
	Inlined int64 // records that calling goroutines handled themselves
	Errors  int64 // errors and panics of the wrapped handler and of Options.Flush
}

type counts struct {
	dropped, inlined, failures atomic.Int64
	reported                   int64 // of dropped; the handler's goroutine uses it
}

// Stats returns the counts of this handler and all that share its ring.
func (h *Handler) Stats() Stats {
	return Stats{
		Queued: h.consumer.Lag(), Dropped: h.dropped.Load(), Inlined: h.inlined.Load(), Errors: h.failures.Load(),
	}
}

func (c *core) drop() error {
	c.dropped.Add(1)
	return ErrDropped
}

// watch reports a wrapped handler that hangs, once until it comes on again.
func (c *core) watch() {
	tick := time.NewTicker(max(c.options.Hanging/2, time.Millisecond))
	defer tick.Stop()
	last, still, told := int64(-1), 0, false
	for {
		select {
		case <-c.done:
			return
		case <-tick.C:
		}
		position, lag := c.consumer.Position(), c.consumer.Lag()
		if lag == 0 {
			position = -1
		}
		if position != last || lag == 0 {
			last, still, told = position, 0, false
			continue
		}
		if still++; still >= 2 && !told {
			told = true
			c.errs.add(fmt.Errorf("%w: %d records wait, for %v at least", ErrHanging, lag, c.options.Hanging))
		}
	}
}
