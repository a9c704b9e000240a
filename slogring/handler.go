package slogring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/be395dad/disruptor"
)

// ErrDropped means that a record was dropped, because the ring had no room for it in time or the
// handler was closed.
var ErrDropped = errors.New("slogring: record dropped")

// Options configures a [Handler]. All fields may be zero.
type Options struct {
	// Capacity is how many records the ring holds, a power of two. 0 means 4096. A slot takes
	// about 350 bytes.
	Capacity int
	// Wait is how long a call waits for room in a full ring. 0 means 100 ms; a negative value
	// means not at all.
	Wait time.Duration
	// DropBelow, if not nil, is the level below which records that find no room at once are
	// dropped.
	DropBelow slog.Leveler
	// Inline has records that find no room in time handled by the wrapped handler on the calling
	// goroutine, instead of dropping them. They overtake those in the ring, and wait as long as
	// the wrapped handler takes.
	Inline bool
	// Defer leaves values of type slog.LogValuer, and values that must be formatted, to the
	// handler's goroutine. They keep their types. Neither they nor what they refer to may change
	// afterwards.
	Defer bool
	// ReplaceAttr, if not nil, is called on the goroutine that logs, before values are formatted,
	// also with Defer. It is what slog.HandlerOptions.ReplaceAttr is, but does not get the time,
	// level, message and source of a record.
	//
	// WARNING: a function that hides values by their type belongs here. In the options of the
	// wrapped handler it does not see the types of values that were formatted, and what it should
	// hide is written.
	ReplaceAttr func(groups []string, a slog.Attr) slog.Attr
	// Flush, if not nil, is called when the handler has handled all that is in the ring, and
	// when [Handler.Flush] asks for it. It is the place to flush a bufio.Writer below the wrapped
	// handler.
	Flush func() error
	// OnError is called with each error of the wrapped handler and of Flush, with each panic of
	// theirs as an error, and with an error that wraps [ErrHanging]. It runs on a goroutine of
	// the handler, one call at a time, and must not call Flush, Shutdown or Close. The call with
	// ErrHanging does not hold up the wrapped handler: up to 64 of its errors wait for the end of
	// that call, and more are only counted. nil means that errors are written to standard error,
	// at most one in a second.
	OnError func(error)
	// Hanging is how long the wrapped handler may take for 64 records before OnError is told. 0
	// means 10 s, and less than 2 ms means 2 ms; a negative value means that it is never told.
	Hanging time.Duration
}

const (
	defaultCapacity = 4096
	defaultWait     = 100 * time.Millisecond
	defaultHanging  = 10 * time.Second
	maxBatch        = 64 // records, after which their slots are free
)

// A Handler puts records into a ring, from which a goroutine takes them to the wrapped handler.
// Any goroutine may call its methods.
type Handler struct {
	*core
	wrapped slog.Handler // with the attributes and groups of this handler
	groups  []string     // their names, for ReplaceAttr
}

// core is what a Handler shares with those that WithAttrs and WithGroup make of it.
type core struct {
	options  Options
	root     slog.Handler // without attributes and groups
	freeze   freezer
	ring     *disruptor.Ring[event]
	consumer *disruptor.Consumer[event]
	producer *disruptor.MultiProducer[event]
	senders  sync.Pool // of *disruptor.Sender[event], which wait for room
	server   atomic.Int64
	counts
	errs errorReports

	done      chan struct{} // closed when the handler's goroutine has ended
	failed    error         // why it has, if not because all was handled; read it after done
	lastFlush error         // what Options.Flush returned at its end; read it after done

	late    chan struct{} // closed when Shutdown has run out of time
	setLate sync.Once
}

// An event is a slot of the ring: a record and who handles it, or a request to flush.
type event struct {
	ctx     context.Context
	wrapped slog.Handler
	record  slog.Record
	flush   chan<- error
}

// New returns a handler that wraps h, and starts its goroutine, which ends with
// [Handler.Shutdown] or [Handler.Close]. It fails if h is nil or if Capacity is not a power of
// two.
func New(h slog.Handler, o Options) (*Handler, error) {
	if h == nil {
		return nil, errors.New("slogring: New of a nil handler")
	}
	if o.Capacity == 0 {
		o.Capacity = defaultCapacity
	}
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	if o.Hanging == 0 {
		o.Hanging = defaultHanging
	}
	ring, err := disruptor.New[event](disruptor.Config{Name: "slog", Capacity: o.Capacity, MaxBatch: maxBatch, Wait: naps{}})
	if err != nil {
		return nil, fmt.Errorf("slogring: %w", err)
	}
	c := &core{options: o, root: h, freeze: freezerFor(h), ring: ring, producer: ring.MultiProducer()}
	c.done, c.late = make(chan struct{}), make(chan struct{})
	c.errs.report = o.OnError
	c.senders.New = func() any { return c.producer.Sender(disruptor.Overflow[event]{Wait: c.options.Wait}) }
	c.consumer = ring.HandleWith(disruptor.ConsumerConfig[event]{Name: "handler", Start: c.start, Stop: c.stop}, c.serve)
	go c.run()
	if o.Hanging > 0 {
		go c.watch()
	}
	return &Handler{core: c, wrapped: h}, nil
}

// Enabled reports whether the wrapped handler handles records of that level.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.wrapped.Enabled(ctx, level)
}

// WithAttrs returns a handler that shares the ring and has these attributes as well.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if h.options.ReplaceAttr != nil {
		attrs = h.replace(h.groups, attrs)
	}
	if len(attrs) == 0 {
		return h
	}
	if !h.options.Defer {
		attrs = h.freeze.attrs(attrs)
	}
	return &Handler{h.core, h.wrapped.WithAttrs(attrs), h.groups}
}

// WithGroup returns a handler that shares the ring and begins a group.
func (h *Handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &Handler{h.core, h.wrapped.WithGroup(name), within(h.groups, name)}
}

// Handle puts r into the ring. If there is no room in time it does what [Options] say, and returns
// an error that is [ErrDropped] if it drops r. What the wrapped handler returns goes to
// Options.OnError. It is called with ctx, which may have ended by then.
//
// After Shutdown, Handle calls the wrapped handler itself, once all records in the ring have been
// handled, and returns its error. If Shutdown has run out of time, Handle drops r at once.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if h.options.ReplaceAttr != nil {
		r = h.replaceIn(r)
	}
	h.capture(&r)
	b, ok := h.producer.TryClaim(1)
	if !ok {
		return h.full(&event{ctx: ctx, wrapped: h.wrapped, record: r})
	}
	e := b.At(0) // one copy of r
	e.ctx, e.wrapped, e.record = ctx, h.wrapped, r
	h.producer.Publish(b)
	return nil
}

// full is Handle for a ring that has no room or has ended.
func (c *core) full(e *event) error {
	if c.serving() { // it would wait for itself
		return c.drop()
	}
	if c.ring.Err() == nil {
		if c.options.DropBelow != nil && e.record.Level < c.options.DropBelow.Level() {
			return c.drop()
		}
		if c.options.Wait > 0 && c.send(e) == nil {
			return nil
		}
	}
	if c.ring.Err() != nil && !c.drained() {
		return c.drop()
	}
	if c.ring.Err() == nil && !c.options.Inline {
		return c.drop()
	}
	c.inlined.Add(1)
	return e.wrapped.Handle(e.ctx, e.record)
}

// send waits for room, whether or not the context of the record has ended: a record of a request
// that was cancelled is still a record.
func (c *core) send(e *event) error {
	s := c.senders.Get().(*disruptor.Sender[event])
	defer c.senders.Put(s)
	return s.Send(context.Background(), *e)
}

// drained reports whether all records of a ring that has ended were handled. It waits for that for
// Options.Wait, but not once Shutdown has given up waiting.
func (c *core) drained() bool {
	if c.options.Wait > 0 {
		t := time.NewTimer(c.options.Wait)
		defer t.Stop()
		select {
		case <-c.done:
		case <-c.late:
		case <-t.C:
		}
	}
	select {
	case <-c.done:
		return c.failed == nil
	default:
		return false
	}
}
