package disruptor

import (
	"context"
	"fmt"
	"runtime"
	"slices"
)

// A servedGroup is a group that Run serves, with one stage for each worker.
type servedGroup[T any] struct {
	*Group[T]
	cfg     GroupConfig[T]
	handler Handler[T]
}

// Group makes a group whose workers are used by hand. The group sees what a consumer made now by
// [Ring.ConsumerWith] would see. It allocates 8 bytes for each slot of the ring, or 2 with a
// Key. Any goroutine may call Group at any time.
//
// Group panics if a consumer in After is nil or belongs to another ring, if MaxBatch or Attempts
// is negative, if a field for HandleGroup only is set, if OnFailure says more than Skip, if
// OnFailure or DeadLetter is set without Attempts, or if both are set.
func (r *Ring[T]) Group(cfg GroupConfig[T]) *Group[T] {
	if cfg.Workers != 0 || cfg.Start != nil || cfg.Stop != nil {
		panicf("group %q: Workers, Start and Stop need a handler", cfg.Name)
	}
	if cfg.OnFailure != (FailurePolicy{Skip: cfg.OnFailure.Skip}) {
		panicf("group %q: retries of OnFailure need a handler", cfg.Name)
	}
	if cfg.Attempts == 0 && (cfg.OnFailure.Skip || cfg.DeadLetter != nil) {
		panicf("group %q: OnFailure and DeadLetter without a handler need Attempts", cfg.Name)
	}
	return r.joinGroup(cfg)
}

// HandleGroup makes a group, as [Ring.Group] does, whose batches [Ring.Run] hands to h. Several
// goroutines call h at once, as many as [GroupConfig.Workers] and [Group.SetWorkers] say. When h
// returns nil, its batch is done. Any goroutine may call HandleGroup; while Run is active, the
// workers start at once.
//
// HandleGroup panics if h is nil, if Workers is negative, if OnFailure and DeadLetter contradict
// each other or themselves, or if Group would refuse After, MaxBatch or Attempts.
func (r *Ring[T]) HandleGroup(cfg GroupConfig[T], h Handler[T]) *Group[T] {
	if h == nil {
		panicf("nil handler for group %q", cfg.Name)
	}
	if cfg.Workers < 0 {
		panicf("%d workers for group %q", cfg.Workers, cfg.Name)
	}
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	s := &servedGroup[T]{r.joinGroup(cfg), cfg, h}
	s.crew.member.handled.store(1)
	g := &r.graph
	if cfg.OnFailure != (FailurePolicy{}) || cfg.DeadLetter != nil {
		g.remedies.store(1)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups = append(g.groups, s)
	g.setWorkers(s, cfg.Workers)
	return s.Group
}

func (r *Ring[T]) joinGroup(cfg GroupConfig[T]) *Group[T] {
	cfg.OnFailure.check(cfg.Name, cfg.DeadLetter != nil)
	g := r.newGroup(cfg)
	g.crew.dropped = func(seq int64) (finished bool) {
		f := &failure{err: fmt.Errorf("given up: Attempts is %d", cfg.Attempts)}
		s := leftover[T]{newStage(g.stage, ConsumerConfig[T]{OnFailure: cfg.OnFailure, DeadLetter: cfg.DeadLetter}, nil)}
		s.worker = &Worker[T]{group: g, taker: &taker{run: run{from: seq, to: seq + 1}, handed: seq + 1}}
		if s.remedy != nil {
			f = s.remedy.giveUp(s, seq, seq+1, f)
		}
		if f != nil {
			s.fail(f)
			r.graph.wake() // perhaps no stage is served whose end would do so
		}
		return f == nil
	}
	return g
}

// A leftover is the hand of an event that is given up. The crew finishes the event.
type leftover[T any] struct{ *stage[T] }

func (leftover[T]) finish(int64) {}

// SetWorkers has n goroutines call the handler of a group made by HandleGroup from now on.
// Goroutines beyond n finish the batch in hand before they go, but a goroutine that pauses
// before a retry leaves its batch to another. SetWorkers waits for neither. With n = 0 the group
// stands still, and Run and Shutdown wait for it. Any goroutine may call SetWorkers at any time,
// even the handler. It panics if n is negative, or if the workers of the group are used by hand.
func (g *Group[T]) SetWorkers(n int) {
	if n < 0 {
		panicf("%d workers for group %q", n, g.stage.Name())
	}
	if g.crew.member.handled.load() == 0 {
		panicf("SetWorkers of group %q, whose workers are used by hand", g.stage.Name())
	}
	r := &g.ring.graph
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.groups, func(s *servedGroup[T]) bool { return s.Group == g }); i >= 0 {
		r.setWorkers(r.groups[i], n)
		r.changed.Broadcast()
	}
}

// setWorkers adds stages for s, or dismisses some. The caller holds mu.
func (g *graph[T]) setWorkers(s *servedGroup[T], n int) {
	for _, o := range slices.Clone(g.stages) {
		if o.group != s || o.gone {
			continue
		}
		if n--; n < 0 {
			g.dismiss(o)
		}
	}
	for ; n > 0; n-- {
		g.add(s.newStage())
	}
}

// dismiss drops a stage of a group, or asks its worker to go. The caller holds mu.
func (g *graph[T]) dismiss(s *stage[T]) {
	if s.gone = true; !s.serving {
		g.drop(s)
		return
	}
	s.worker.ask()
	close(s.left) // leave edge
}

func (s *servedGroup[T]) newStage() *stage[T] {
	made := newStage(s.stage, ConsumerConfig[T]{OnFailure: s.cfg.OnFailure, DeadLetter: s.cfg.DeadLetter}, s.handler)
	made.group, made.finished = s, s.crew.ended()
	if s.cfg.Start != nil {
		made.start = func() error { return s.cfg.Start(made.worker) }
	}
	if s.cfg.Stop != nil {
		made.stop = func() { s.cfg.Stop(made.worker) }
	}
	return made
}

// loopWorker is loop for a worker. A worker that is asked to go still handles what Next has
// handed it: leaving that would count as an attempt at it.
func (s *stage[T]) loopWorker() error {
	w := s.worker
	w.settleSeldom()
	for {
		if w.asked.load() != 0 || w.closed() { // leave edge
			return nil
		}
		b, err := w.Next(context.Background())
		if err != nil {
			return nil
		}
		if err := s.handle(b); err != nil {
			return err
		}
	}
}

// unserved reports whether s has no workers but something left to do. The caller holds mu.
func (g *graph[T]) unserved(s *servedGroup[T]) bool {
	return !s.crew.ended() && !slices.ContainsFunc(g.stages, func(o *stage[T]) bool { return o.group == s })
}

// closeGroup closes the group whose consumer is c.
func (g *graph[T]) closeGroup(c *Consumer[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.crew.close()
	for _, s := range slices.Clone(g.stages) {
		if s.consumer == c && !s.gone {
			g.dismiss(s)
		}
	}
	g.groups = slices.DeleteFunc(g.groups, func(s *servedGroup[T]) bool { return s.stage == c })
	g.changed.Broadcast()
}
