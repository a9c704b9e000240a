package slogring

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"time"

	"github.com/be395dad/disruptor"
)

func (c *core) run() {
	c.failed = c.ring.Run(context.Background())
	close(c.done)
}

func (c *core) start(*disruptor.Consumer[event]) error {
	c.server.Store(goroutineID())
	return nil
}

// stop reports the drops since the last batch, and flushes.
func (c *core) stop(*disruptor.Consumer[event]) {
	c.reportDrops()
	c.lastFlush = c.flush()
	c.server.Store(0)
}

// serve handles a batch of the ring. It never fails: errors of the wrapped handler are reported,
// and the next record is handled.
func (c *core) serve(b disruptor.Batch[event]) error {
	for _, e := range b.All() {
		if e.flush != nil {
			c.reportDrops()
			e.flush <- c.flush()
		} else {
			c.handle(e.ctx, e.wrapped, e.record)
		}
		*e = event{} // the slot must not keep what the record refers to
	}
	if c.ring.Published() == b.To() {
		c.reportDrops()
		c.flush()
	}
	return nil
}

func (c *core) handle(ctx context.Context, h slog.Handler, r slog.Record) {
	defer func() {
		if v := recover(); v != nil {
			c.fail(fmt.Errorf("slogring: the wrapped handler panicked: %v", v))
		}
	}()
	if err := h.Handle(ctx, r); err != nil {
		c.fail(err)
	}
}

func (c *core) flush() (err error) {
	if c.options.Flush == nil {
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("slogring: Flush panicked: %v", v)
		}
		if err != nil {
			c.fail(err)
		}
	}()
	return c.options.Flush()
}

func (c *core) fail(err error) {
	c.failures.Add(1)
	c.errs.add(err)
}

// reportDrops logs how many records were dropped since it last did.
func (c *core) reportDrops() {
	dropped := c.dropped.Load()
	if dropped == c.reported {
		return
	}
	r := slog.NewRecord(time.Now(), slog.LevelWarn, "slogring: records dropped", 0)
	r.AddAttrs(slog.Int64("dropped", dropped-c.reported))
	c.reported = dropped
	if c.root.Enabled(context.Background(), r.Level) {
		c.handle(context.Background(), c.root, r)
	}
}

// serving reports whether the wrapped handler has logged to this handler. Only calls that find no
// room ask.
func (c *core) serving() bool { return c.server.Load() == goroutineID() }

// goroutineID returns the number that the runtime gives to this goroutine in tracebacks.
func goroutineID() int64 {
	var buf [64]byte
	text := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	number, _, _ := bytes.Cut(text, []byte(" "))
	id, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil {
		panic("slogring: no goroutine number in " + strconv.Quote(string(text)))
	}
	return id
}
