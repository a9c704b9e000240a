package disruptor

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// A Handler is called with each batch that its consumer is handed. When it returns nil the batch is done; it may call
// Done for a first part of it earlier. An error or a panic ends the ring. It must not wait for room in its own ring:
// a full ring waits for the handler.
type Handler[T any] func(Batch[T]) error

// graph is the handlers of a ring and the goroutines that Run gives them.
type graph[T any] struct {
	mu      sync.Mutex
	stages  []*stage[T] // what Run serves; without those that have left
	running bool
	serving int // goroutines
	idle    sync.Cond
}

type stage[T any] struct {
	consumer *Consumer[T]
	handler  Handler[T]
	idle     time.Duration // 0: the handler does not want to know
	serving  bool
}

// Handle makes a consumer, as Consumer does, whose batches Run hands to h on a goroutine of its own. Any goroutine may
// call it; while Run is active it starts at once. It panics if h is nil, and as Consumer does.
func (r *Ring[T]) Handle(name string, h Handler[T], after ...*Consumer[T]) *Consumer[T] {
	return r.handle(name, 0, h, after)
}

func (r *Ring[T]) handle(name string, idle time.Duration, h Handler[T], after []*Consumer[T]) *Consumer[T] {
	if h == nil {
		panicf("nil handler for consumer %q", name)
	}
	s := &stage[T]{consumer: r.Consumer(name, after...), handler: h, idle: idle}
	g := &r.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stages = append(g.stages, s)
	if g.running {
		g.start(s)
	}
	return s.consumer
}

// Run serves the consumers made by Handle, each on a goroutine, until the ring ends, and returns when all of them have
// stopped: nil after Close, when everything has been delivered; the cause of ctx, if that ended the ring; or the error
// of the first handler that failed, wrapped in the name of its consumer, with the stack if it was a panic. On a closed
// ring it delivers what is left. It panics while another Run is active.
func (r *Ring[T]) Run(ctx context.Context) error {
	checkContext(ctx)
	g := &r.graph
	g.begin()
	failed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		r.core.fail(context.Cause(ctx))
		close(failed)
	})
	<-r.core.over
	g.end()
	if !stop() { // the context has ended, too; a cancel that comes after this is too late to be the end of anything
		<-failed
	}
	if f := r.core.failure.load(); f != nil { // close edge
		return f.cause
	}
	return nil
}

func (g *graph[T]) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running {
		panicf("Run while another Run is active")
	}
	g.running = true
	g.idle.L = &g.mu
	for _, s := range g.stages {
		g.start(s)
	}
}

// end waits until nobody is served any more.
func (g *graph[T]) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.serving > 0 {
		g.idle.Wait()
	}
	g.running = false
}

// start gives s a goroutine. The caller holds mu.
func (g *graph[T]) start(s *stage[T]) {
	s.serving = true
	g.serving++
	go func() {
		defer g.stopped(s)
		s.serve()
	}()
}

func (g *graph[T]) stopped(s *stage[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s.serving = false
	if s.consumer.gone {
		g.drop(s)
	}
	g.serving--
	g.idle.Broadcast()
}

// drop forgets s. The caller holds mu.
func (g *graph[T]) drop(s *stage[T]) {
	for i, o := range g.stages {
		if o == s {
			g.stages = append(g.stages[:i:i], g.stages[i+1:]...)
			return
		}
	}
}

// Close takes the consumer out of the ring: producers and the consumers after it wait for it no more, and what it was
// handed and has not finished is not its own any more. Its Next then returns ErrClosed. The goroutine that uses the
// consumer calls it. A consumer made by Handle may be closed by any goroutine: while Run is active it finishes the
// batch in hand before it leaves, and Close does not wait for that. To close it again does nothing.
func (c *Consumer[T]) Close() {
	if !c.ring.graph.close(c) {
		c.leave()
	}
}

// close makes c leave, or asks the goroutine that serves it to, and reports whether c was made by Handle and had not
// left. Several goroutines may do so at once.
func (g *graph[T]) close(c *Consumer[T]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.stages {
		if s.consumer != c {
			continue
		}
		if s.serving {
			c.member.leaving.store(1) // leave edge
			c.core.wakeAll()
			return true
		}
		g.drop(s)
		c.leave()
		return true
	}
	return false
}

// serve hands batches to the handler until the consumer finds its end.
func (s *stage[T]) serve() {
	c := s.consumer
	returned := false
	defer func() {
		if !returned {
			c.core.fail(fmt.Errorf("consumer %q: %w", c.Name(), recovered(recover())))
		}
	}()
	if err := s.loop(); err != nil {
		c.core.fail(fmt.Errorf("consumer %q: %w", c.Name(), err))
	}
	returned = true
	if c.member.leaving.load() != 0 { // leave edge
		c.leave()
	}
}

// loop returns the error of the handler, nil if the consumer has found its end.
func (s *stage[T]) loop() error {
	c := s.consumer
	ctx, q := context.Background(), (*quiet)(nil)
	if s.idle > 0 {
		q = newQuiet(s.idle)
		defer q.rest()
		ctx = q
	}
	for {
		b, err := c.Next(ctx)
		switch {
		case q != nil && err == context.DeadlineExceeded:
			b = Batch[T]{c.ring, c.pos, c.pos}
		case err != nil || c.closed():
			return nil
		}
		if err := s.handler(b); err != nil {
			return err
		}
		c.finish(b)
		if q != nil {
			q.rest()
		}
	}
}

// A panicError is a handler's panic. It unwraps to the value if that is an error.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v\n\n%s", p.value, p.stack) }

func (p *panicError) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

// recovered returns an error for what recover returned in a goroutine that did not return.
func recovered(value any) error {
	if value == nil {
		return errors.New("handler called runtime.Goexit")
	}
	return &panicError{value, debug.Stack()}
}
