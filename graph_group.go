package disruptor

import (
	"context"
	"runtime"
	"slices"
)

// A servedGroup is a group that Run serves: as many stages as it has workers.
type servedGroup[T any] struct {
	*Group[T]
	handler Handler[T]
	start   func(*Worker[T]) error
	stop    func(*Worker[T])
}

// HandleGroup makes a group, as Group does, whose batches Run hands to h, on as many goroutines as
// GroupConfig.Workers and [Group.SetWorkers] say: so h is called by several at once. When it returns nil
// its batch is done. Any goroutine may call HandleGroup; while Run is active the workers start at once. It
// panics if h is nil, if Workers is negative, and if After, MaxBatch or Attempts is as Group does not take
// it.
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
	s := &servedGroup[T]{r.joinGroup(cfg), h, cfg.Start, cfg.Stop}
	s.handled = true
	g := &r.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups = append(g.groups, s)
	g.setWorkers(s, cfg.Workers)
	return s.Group
}

// SetWorkers has n goroutines call the handler of a group made by HandleGroup from now on. Those that are
// too many finish the batch in hand before they go; SetWorkers does not wait for that. With none the group
// stands still, and Run and Shutdown wait for it. Any goroutine may call it at any time, the handler included. It
// panics if n is negative, and if the workers of the group are used by hand.
func (g *Group[T]) SetWorkers(n int) {
	if n < 0 {
		panicf("%d workers for group %q", n, g.stage.Name())
	}
	if !g.handled {
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

// setWorkers adds stages for s, or lets some go. The caller holds mu.
func (g *graph[T]) setWorkers(s *servedGroup[T], n int) {
	for _, o := range slices.Clone(g.stages) {
		if o.group != s || o.gone {
			continue
		}
		if n--; n < 0 {
			if o.gone = true; o.serving {
				o.worker.ask()
			} else {
				g.drop(o)
			}
		}
	}
	for ; n > 0; n-- {
		g.add(s.newStage())
	}
}

func (s *servedGroup[T]) newStage() *stage[T] {
	made := &stage[T]{consumer: s.stage, group: s, handler: s.handler, finished: s.crew.ended()}
	if s.start != nil {
		made.start = func() error { return s.start(made.worker) }
	}
	if s.stop != nil {
		made.stop = func() { s.stop(made.worker) }
	}
	return made
}

// loopWorker is loop for a worker.
func (s *stage[T]) loopWorker() error {
	w := s.worker
	w.settleSeldom()
	for {
		b, err := w.Next(context.Background())
		if err != nil || w.asked.load() != 0 || w.closed() { // leave edge
			return nil
		}
		if err := s.handle(b); err != nil {
			return err
		}
	}
}

// unserved reports whether s is without workers, and has something left to do. The caller holds mu.
func (g *graph[T]) unserved(s *servedGroup[T]) bool {
	return !s.crew.ended() && !slices.ContainsFunc(g.stages, func(o *stage[T]) bool { return o.group == s })
}

// closeGroup closes the group of which c is the consumer.
func (g *graph[T]) closeGroup(c *Consumer[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.crew.close()
	g.groups = slices.DeleteFunc(g.groups, func(s *servedGroup[T]) bool { return s.stage == c })
	g.stages = slices.DeleteFunc(g.stages, func(s *stage[T]) bool { return s.consumer == c && !s.serving })
	g.changed.Broadcast()
}
