package shm

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/be395dad/disruptor/internal/layout"
	"github.com/be395dad/disruptor/internal/mapfile"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// A Ring is a ring of Capacity slots of type T in a file, as one process uses it. All its methods
// may be called by any goroutine. It must not be copied.
//
// When the process ends, normally or killed, the other processes recover its producers and
// consumers. [Ring.Detach] is for a process that goes on without the ring. The garbage collector
// does not detach a Ring that is no longer referenced: its consumers hold producers up until the
// process ends.
type Ring[T any] struct {
	_     noCopy
	core  *core
	slots slots
}

// Create creates a ring in a new file at path and attaches this process to it. The file appears
// complete or not at all. Create fails with [ErrExist] if path exists, with [ErrCapacity] if the
// capacity is not usable, with [ErrType], naming the field, if T holds a pointer, string, slice,
// map, channel, function or interface, and with [ErrRetired] if another process removes the file
// at once.
func Create[T any](path string, cfg Config) (*Ring[T], error) {
	r, err := create[T](cfg, func(size int64, fill func([]byte) error) (*mapfile.File, error) {
		return mapfile.Create(path, size, cfg.Mode, fill)
	})
	return named(r, err, path)
}

// CreateAnonymous creates a ring as [Create] does, but in memory and without a path. [Ring.File]
// gives it to a child, which calls [OpenFile]. The name is shown in /proc.
func CreateAnonymous[T any](name string, cfg Config) (*Ring[T], error) {
	return create[T](cfg, func(size int64, fill func([]byte) error) (*mapfile.File, error) {
		return mapfile.CreateAnonymous(name, size, cfg.Mode, fill)
	})
}

func create[T any](cfg Config, make func(size int64, fill func([]byte) error) (*mapfile.File, error)) (*Ring[T], error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	l, err := layoutOf[T]()
	if err != nil {
		return nil, err
	}
	g := geometryFor(cfg, l)
	if g.Size < 0 {
		return nil, fmt.Errorf("%w: %d slots of %d bytes", ErrCapacity, cfg.Capacity, l.Size)
	}
	var id [16]byte
	_, _ = rand.Read(id[:])
	h := ringfile.NewHeader(g, l, cfg.Schema, id, ringfile.BootID(), os.Getpid())
	file, err := make(g.Size, func(mem []byte) error {
		copy(mem, h.Bytes(l.Text))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return attach[T](file, g, cfg.Options)
}

// Open attaches this process to the ring in the file path. It fails with [ErrLayout], and shows
// the difference, if the layout of T is not that of the ring's events; the name of the type and
// its package don't matter. It fails with [ErrFull] if Config.MaxProcesses processes are
// attached. Before that it recovers the dead, and may wait a second or two while another process
// does so.
func Open[T any](path string, opts Options) (*Ring[T], error) {
	r, err := open[T](opts, func(o mapfile.Options) (*mapfile.File, error) { return mapfile.Open(path, o) })
	return named(r, err, path)
}

// named returns r if there is no error and its file still has that path: until this process was
// attached, anybody could remove it.
func named[T any](r *Ring[T], err error, path string) (*Ring[T], error) {
	if err != nil {
		return nil, err
	}
	return r.unlessRetired(path)
}

// unlessRetired returns r, just attached, if its file still has that path.
func (r *Ring[T]) unlessRetired(path string) (*Ring[T], error) {
	if named, err := r.core.file.NamedBy(path); err != nil || !named {
		_ = r.core.detach()
		return nil, fmt.Errorf("%w: %s", ErrRetired, path)
	}
	return r, nil
}

// OpenFile attaches this process to the ring of a descriptor that another process has passed on:
// see [Ring.File]. It fails as [Open] does, and neither keeps nor closes f.
func OpenFile[T any](f *os.File, opts Options) (*Ring[T], error) {
	return open[T](opts, func(o mapfile.Options) (*mapfile.File, error) { return mapfile.OpenFD(f.Fd(), o) })
}

func open[T any](opts Options, open func(mapfile.Options) (*mapfile.File, error)) (*Ring[T], error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	l, err := layoutOf[T]()
	if err != nil {
		return nil, err
	}
	file, err := open(mapfile.Options{WorldWritable: opts.WorldWritable, NoPrefault: opts.NoPrefault})
	if err != nil {
		return nil, err
	}
	g, err := examine(file, l, opts.Schema)
	if err == nil {
		_, err = file.Map(g.Size)
	}
	if err != nil {
		return nil, errors.Join(err, file.Unmap())
	}
	return attach[T](file, g, opts)
}

// examine reads the header of a file, checks it, and returns the geometry.
func examine(file *mapfile.File, l layout.Layout, schema string) (geometry, error) {
	h, text, g, err := ringfile.ReadHeader(file, file.Size())
	if err == nil {
		err = h.Joinable()
	}
	if err == nil {
		err = fits(h, l, text, schema)
	}
	if err == nil {
		err = h.SameBoot()
	}
	return g, err
}

// fits returns nil if values of l can be events of the ring, or else the reason why not.
func fits(h ringfile.Header, l layout.Layout, text, schema string) error {
	if l.Hash != h.Hash || l.Text != text {
		return fmt.Errorf("%w: %s", ErrLayout, layout.Diff(l.Text, text))
	}
	// The slots are as large as the header says, and the accesses to them as large as the type is.
	if uint64(h.EventSize) != uint64(l.Size) || uint64(h.EventAlign) != uint64(l.Align) {
		return fmt.Errorf("%w: events of %d bytes, aligned to %d, of a layout of %d, aligned to %d",
			ErrGeometry, h.EventSize, h.EventAlign, l.Size, l.Align)
	}
	if have := string(bytes.TrimRight(h.Schema[:], "\x00")); have != schema {
		return fmt.Errorf("%w: the ring has %q, and Options.Schema is %q", ErrSchema, have, schema)
	}
	return nil
}

func layoutOf[T any]() (layout.Layout, error) { return layout.Of(reflect.TypeFor[T]()) }

// attach makes a ring of a file that is mapped and examined.
func attach[T any](file *mapfile.File, g geometry, opts Options) (*Ring[T], error) {
	c := newCore(file, g, opts)
	r := &Ring[T]{core: c, slots: slots{base: c.at(g.Slots + g.EventOffset), mask: c.mask, stride: g.Stride}}
	err := errDuring(c, func() error { return c.attach(opts.Name) })
	if err != nil {
		return nil, errors.Join(err, file.Unmap())
	}
	return r, nil
}

// errDuring calls f and returns its error, or the error of a fault in it.
func errDuring(c *core, f func() error) (err error) {
	if !c.guarded {
		return f()
	}
	finished := false
	c.guard(func() { err = f(); finished = true })
	if !finished {
		return *c.broken.Load()
	}
	return err
}

// File returns a new descriptor of the ring's file, to pass to a child in exec.Cmd.ExtraFiles or
// through a socket. The caller closes it.
func (r *Ring[T]) File() (*os.File, error) { return r.core.file.Descriptor() }

// Cap returns the number of slots.
func (r *Ring[T]) Cap() int { return int(r.core.Capacity) }

// Close ends the ring for all processes: claims fail with [ErrClosed]. Consumers receive
// everything that was claimed before, and then ErrClosed. Closing the ring again does nothing.
func (r *Ring[T]) Close() { r.core.visit(r.core.close) }

// Err returns nil while the ring goes on, [ErrClosed] after Close, and otherwise an error that
// wraps ErrClosed and what has ended the ring for this process: [ErrFailed], [ErrCorrupt],
// [ErrTruncated] or [ErrDetached].
func (r *Ring[T]) Err() (err error) {
	r.core.visit(func() {
		if _, closed := r.core.claimed(); closed {
			err = ErrClosed
		}
	})
	if first := r.core.errAnytime(); first != nil {
		return first
	}
	return err
}

// Shutdown closes the ring and waits until each consumer of this process is done with everything
// that was claimed, has been closed or was evicted. Other goroutines must use the consumers
// meanwhile. Shutdown then returns nil, or the failure of the ring. If ctx ends first it returns
// an error that wraps the cause of ctx and says how much each consumer has left.
func (r *Ring[T]) Shutdown(ctx context.Context) error {
	r.Close()
	const shortest, longest = 50 * time.Microsecond, 5 * time.Millisecond
	for pause := shortest; ; pause = min(2*pause, longest) {
		if err := r.core.errAnytime(); err != nil {
			return err
		}
		left := r.unfinished()
		if len(left) == 0 {
			return nil
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return fmt.Errorf("shm: shutdown: %w: %s", context.Cause(ctx), strings.Join(left, "; "))
		case <-t.C:
		}
	}
}

// unfinished says which consumers of this process have not reached the end.
func (r *Ring[T]) unfinished() (left []string) {
	r.core.visit(func() {
		end, _ := r.core.claimed()
		for role, made := range r.core.roles {
			if c, ok := role.(*Consumer[T]); ok && !made {
				left = append(left, "a consumer is joining")
			} else if ok {
				if at := c.read.place.position.Load(); at < end && state(c.read.place.state.Load()) == c.read.mine {
					left = append(left, fmt.Sprintf("%s at %d has %d left", c.describe(), at, end-at))
				}
			}
		}
	})
	slices.Sort(left)
	return left
}

// Detach ends this process's part in the ring. Its producers and consumers stop waiting and fail
// with [ErrDetached], and no more can be made. Detach waits until each of them has been closed by
// the goroutine that uses it, and then unmaps the memory, which must not be used any more. If ctx
// ends first Detach returns an error that wraps the cause of ctx and names the producers and
// consumers that are not closed; it may then be called again.
func (r *Ring[T]) Detach(ctx context.Context) error {
	c := r.core
	c.mu.Lock()
	c.detaching.Store(true)
	var open []string
	for role, made := range c.roles {
		if !made {
			open = append(open, "a producer or consumer that is joining")
			continue
		}
		open = append(open, role.describe())
		role.sleeper().wakeUp()
	}
	c.signalEmptied()
	c.mu.Unlock()
	select {
	case <-c.emptied:
	case <-ctx.Done():
		slices.Sort(open)
		return fmt.Errorf("shm: detach: %w: not closed: %s", context.Cause(ctx), strings.Join(open, ", "))
	}
	return c.detach()
}
