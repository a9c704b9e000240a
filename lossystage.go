package disruptor

import (
	"context"
	"runtime/trace"
)

// HandleLossy makes a lossy consumer, as LossyConsumer does, whose copies Run hands to h, all on one
// goroutine. When h takes long, its consumer misses events, and nobody waits for it but Run and Shutdown,
// at the end; it may wait for room in the ring. An error or a panic of h ends the ring, as one of a Handler
// does. Any goroutine may call HandleLossy; while Run is active it starts at once. It panics if h is nil or
// MaxBatch is negative.
func (r *Ring[T]) HandleLossy(cfg LossyConfig[T], h func(Copy[T]) error) *LossyConsumer[T] {
	if h == nil {
		panicf("nil handler for consumer %q", cfg.Name)
	}
	c := r.joinLossy(cfg)
	s := &stage[T]{consumer: c.served, lossy: &lossyStage[T]{c, h}, left: make(chan struct{})}
	if cfg.Start != nil {
		s.start = func() error { return cfg.Start(c) }
	}
	if cfg.Stop != nil {
		s.stop = func() { cfg.Stop(c) }
	}
	r.graph.enlist(s)
	return c
}

// A lossyStage is what a stage has in the place of its handler if its consumer is lossy.
type lossyStage[T any] struct {
	*LossyConsumer[T]
	handler func(Copy[T]) error
}

// loop returns the error of the handler, nil if the consumer has found its end.
func (s *lossyStage[T]) loop() error {
	defer s.forget()
	for {
		events, err := s.Next(context.Background())
		if err != nil || s.closed() {
			return nil
		}
		if trace.IsEnabled() {
			err = callTraced(s.Name(), s.handler, events)
		} else {
			err = s.handler(events)
		}
		if err != nil {
			return err
		}
	}
}

// Close removes the consumer from the ring. Its Next then returns ErrClosed, and what it has missed does not
// change any more. The goroutine that uses the consumer calls it. A consumer made by HandleLossy may be
// closed by any goroutine: while Run is active it finishes the copy in hand before it leaves, and Close does
// not wait for that. To close it again does nothing.
func (c *LossyConsumer[T]) Close() {
	if c.ring.graph.close(c.served) || c.member.service.load() != byHand { // made by HandleLossy, and perhaps gone already
		return
	}
	if debugChecks {
		c.occupy()
		defer c.vacate()
	}
	c.leave()
	c.forget()
}
