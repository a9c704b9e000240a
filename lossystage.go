package disruptor

import (
	"context"
	"runtime/trace"
)

// HandleLossy makes a lossy consumer, as [Ring.LossyConsumer] does, whose copies [Ring.Run]
// hands to h, all on one goroutine. When h takes long, its consumer misses events. Only Run and
// Shutdown wait for h, at the end, so h may wait for room in the ring. An error or a panic of h
// ends the ring, as one of a [Handler] does. Any goroutine may call HandleLossy; while Run is
// active, the handler starts at once. HandleLossy panics if h is nil or MaxBatch is negative.
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

// A lossyStage is what a stage has instead of a handler if its consumer is lossy.
type lossyStage[T any] struct {
	*LossyConsumer[T]
	handler func(Copy[T]) error
}

// loop returns the error of the handler, or nil if the consumer has found its end.
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

// Close removes the consumer from the ring. Its Next then returns [ErrClosed], and what it has
// missed does not change any more. The goroutine that uses the consumer calls Close. Any
// goroutine may close a consumer made by HandleLossy: while Run is active, the consumer finishes
// the copy in hand before it leaves, and Close does not wait for that. Closing it again does
// nothing.
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
