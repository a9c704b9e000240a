package disruptor

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// graph holds the handlers of a ring and the goroutines that Run gives them.
type graph[T any] struct {
	mu      sync.Mutex
	stages  []*stage[T] // what Run serves, except those that have left
	groups  []*servedGroup[T]
	running bool
	ctx     context.Context // of Run while it is active: the goroutines get its labels
	serving int             // goroutines
	changed sync.Cond       // of serving, and of what Shutdown waits for
	lost    []error         // failures that were to be retried when the ring failed

	active   word // what running says. For Explain, on no edge
	remedies word // not 0: a handler has a policy. On no edge: set before the handler is served
}

// Handle makes a consumer whose batches Run hands to h. It is [Ring.HandleWith] with a name and
// the consumers to follow.
func (r *Ring[T]) Handle(name string, h Handler[T], after ...*Consumer[T]) *Consumer[T] {
	return r.HandleWith(ConsumerConfig[T]{Name: name, After: after}, h)
}

// HandleWith makes a consumer, as [Ring.ConsumerWith] does, whose batches [Ring.Run] hands to h,
// all on one goroutine. Any goroutine may call HandleWith; while Run is active, the handler
// starts at once.
//
// HandleWith panics if h is nil, if Idle is negative, if OnFailure and DeadLetter contradict each
// other or themselves, as [FailurePolicy] says, if ConsumerWith would refuse After or MaxBatch,
// if a number in CPUs is negative, or if LockOSThread or CPUs is set on a ring whose Wait is
// BlockWait or user-defined.
func (r *Ring[T]) HandleWith(cfg ConsumerConfig[T], h Handler[T]) *Consumer[T] {
	if h == nil {
		panicf("nil handler for consumer %q", cfg.Name)
	}
	if cfg.Idle < 0 {
		panicf("Idle of %v for consumer %q", cfg.Idle, cfg.Name)
	}
	cfg.OnFailure.check(cfg.Name, cfg.DeadLetter != nil)
	bind := r.core.threadOf(cfg.Name, cfg.LockOSThread, cfg.CPUs)
	c := r.join(cfg)
	s := newStage(c, cfg, h)
	s.bind = bind
	if s.remedy != nil {
		r.graph.remedies.store(1)
	}
	r.graph.enlist(s)
	return c
}

// enlist gives s to Run to serve, at once if Run is active.
func (g *graph[T]) enlist(s *stage[T]) {
	s.consumer.member.service.store(byNobody)
	s.finished = s.consumer.gone
	g.mu.Lock()
	defer g.mu.Unlock()
	g.add(s)
}

// add gives s to this Run or the next. The caller holds mu.
func (g *graph[T]) add(s *stage[T]) {
	g.stages = append(g.stages, s)
	if g.running {
		g.serve(s)
	}
}

// Run calls the handlers of the ring until the ring ends. It serves each consumer made by
// Handle, HandleWith or HandleLossy on a goroutine, and each worker of a group made by
// HandleGroup. On a closed ring it delivers what is left. Run returns when all goroutines have
// stopped:
//
//   - nil after Close, when everything has been delivered
//   - the cause of ctx, if that ended the ring
//   - a [*HandlerError], if a handler ended the ring
//   - the error of Shutdown, if Shutdown ran out of time
//
// Run panics while another Run is active. The goroutines have labels for profiles: see Profiles
// in the overview.
//
// If the ring failed while a [FailurePolicy] was about to retry failures of handlers, the error
// of Run wraps the cause and a HandlerError for each of them.
//
// When ctx ends, each handler stops after the batch in hand, and what has not been handed out is
// lost. To stop and keep everything, call [Ring.Close] or [Ring.Shutdown], and give Run a
// context that outlives them.
func (r *Ring[T]) Run(ctx context.Context) error {
	checkContext(ctx)
	g := &r.graph
	before := ctx.Err() != nil // before the handlers begin: they may finish at once
	g.begin(ctx)
	point(pointServing)
	failed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		if before || !g.drained(r.core) {
			r.core.fail(context.Cause(ctx))
		}
		close(failed)
		g.wake() // a Shutdown may be waiting for what nobody serves
	})
	<-r.core.over
	point(pointOver)
	g.end(r.core)
	if !stop() { // ctx has ended too; a later cancel is no end of this ring
		<-failed
	}
	return g.addLost(r.core.cause())
}

// lose keeps err for Run to return.
func (g *graph[T]) lose(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lost = append(g.lost, err)
}

// addLost returns cause, with the failures that it kept from being retried.
func (g *graph[T]) addLost(cause error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, err := range g.lost {
		cause = fmt.Errorf("%w; not retried: %w", cause, err)
	}
	return cause
}

func (g *graph[T]) begin(ctx context.Context) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running {
		panicf("Run while another Run is active")
	}
	g.running, g.ctx = true, ctx
	g.active.store(1)
	for _, s := range g.stages {
		g.serve(s)
	}
}

// end waits until no goroutine serves a stage and no group waits for workers.
func (g *graph[T]) end(ring *core) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.finished(ring) {
		g.wait()
	}
	g.running, g.ctx = false, nil
	g.active.store(0)
}

// finished reports whether no goroutine serves a stage and no group waits for workers. The caller holds mu.
func (g *graph[T]) finished(ring *core) bool {
	return g.serving == 0 && (ring.cause() != nil || !slices.ContainsFunc(g.groups, g.unserved))
}

// drained reports whether the ring has ended and its handlers have finished. A Shutdown may have returned nil then,
// before Run does, so a context that ends now is no end of the ring. One that had ended before Run is.
func (g *graph[T]) drained(ring *core) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return ring.err() != nil && g.finished(ring)
}

// wait waits for a change. The caller holds mu.
func (g *graph[T]) wait() {
	if g.changed.L == nil {
		g.changed.L = &g.mu
	}
	g.changed.Wait()
}

// serve gives s a goroutine. The caller holds mu.
func (g *graph[T]) serve(s *stage[T]) {
	s.serving, s.finished = true, false
	g.serving++
	if s.group != nil {
		s.worker = s.group.newWorker()
	} else {
		s.consumer.member.service.store(byRun)
	}
	ctx := g.ctx
	go func() {
		defer g.served(s)
		label(ctx, s.consumer.core.name, s.consumer.Name())
		s.serve()
	}()
}

func (g *graph[T]) served(s *stage[T]) {
	if s.group != nil {
		defer g.settle(s)
		s.worker.Close() // not under the lock: it may call DeadLetter
		return
	}
	g.settle(s)
}

// settle counts out the goroutine that has served s.
func (g *graph[T]) settle(s *stage[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s.serving, s.finished = false, true
	m := s.consumer.member
	if s.group == nil {
		m.service.store(byNobody)
		m.waiting.store(0)         // a strategy that panicked has left it
		if m.leaving.load() != 0 { // leave edge: decided under the lock under which it is asked
			s.consumer.leave()
		}
		s.gone = s.consumer.gone
	}
	if s.group != nil && !s.group.crew.ended() && s.consumer.core.failed.load() == 0 { // close edge
		s.gone = true // its handler has closed its worker
	}
	if s.gone || m.leaving.load() != 0 { // leave edge
		g.drop(s)
	}
	g.serving--
	g.changed.Broadcast()
}

// drop forgets s. The caller holds mu.
func (g *graph[T]) drop(s *stage[T]) {
	g.stages = slices.DeleteFunc(g.stages, func(o *stage[T]) bool { return o == s })
}

// Close removes the consumer from the ring. Nothing waits for it any longer, and it must not use
// slots it has not finished. Its Next then returns [ErrClosed]. The goroutine that uses the
// consumer calls Close. Any goroutine may close a consumer made by Handle: while Run is active,
// the consumer finishes the batch in hand before it leaves, and Close does not wait for that.
// Closing it again does nothing.
func (c *Consumer[T]) Close() {
	if c.crew != nil {
		c.ring.graph.closeGroup(c)
		return
	}
	if c.ring.graph.close(c) || c.member.service.load() != byHand { // made by Handle, and perhaps gone already
		return
	}
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.leave()
}

// close makes c leave, or asks the goroutine that serves c to do so. It reports whether c was
// made by Handle and had not left. Several goroutines may call it at once.
func (g *graph[T]) close(c *Consumer[T]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.IndexFunc(g.stages, func(s *stage[T]) bool { return s.consumer == c })
	if i < 0 {
		return false
	}
	if s := g.stages[i]; s.serving {
		if c.member.leaving.load() == 0 { // leave edge
			defer close(s.left) // leave edge
		}
		c.member.leaving.store(1) // leave edge
		point(pointAsked)
		c.core.wakeAll()
	} else {
		g.drop(s)
		c.leave()
		g.changed.Broadcast()
	}
	return true
}
