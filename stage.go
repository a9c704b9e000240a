package disruptor

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// A stage is a consumer that Run serves. Its graph's lock guards serving and finished.
type stage[T any] struct {
	consumer *Consumer[T]
	handler  Handler[T]
	quiet    time.Duration // 0: the handler does not want to know when nothing comes
	start    func(*Consumer[T]) error
	stop     func(*Consumer[T])
	batchEnd int64          // of the batch that the handler has been handed
	lossy    *lossyStage[T] // in the place of handler

	serving  bool
	finished bool // has been served to its end, or can't be
}

// serve hands batches to the handler until the consumer finds its end.
func (s *stage[T]) serve() {
	c := s.consumer
	if debugChecks {
		me := goroutineID()
		c.server.store(me)
		c.core.handled.enter(me, c.Name(), s.lossy != nil)
		defer func() {
			c.core.handled.leave(me)
			c.server.store(0)
		}()
	}
	if s.start != nil && !s.try(func() error { return s.start(c) }) {
		return
	}
	if s.stop != nil {
		defer s.try(func() error { s.stop(c); return nil })
	}
	s.try(s.loop)
}

// try calls f and reports whether it returned nil. If it returned an error, panicked or called
// runtime.Goexit, the ring fails.
func (s *stage[T]) try(f func() error) (ok bool) {
	returned := false
	defer func() {
		if !returned {
			s.fail(recovered(recover()))
		}
	}()
	err := f()
	returned = true
	if err != nil {
		s.fail(nil, err)
	}
	return err == nil
}

func (s *stage[T]) fail(stack []byte, err error) {
	c := s.consumer
	inHand := span{c.pos, max(c.pos, s.batchEnd)}
	if s.lossy != nil {
		inHand = s.lossy.copied
	}
	c.core.fail(&HandlerError{Consumer: c.Name(), From: inHand.from, To: inHand.to, Err: err, Stack: stack})
}

// recovered returns the error for what recover returned in a function that did not return.
func recovered(value any) (stack []byte, err error) {
	switch v := value.(type) {
	case nil:
		return nil, errors.New("runtime.Goexit was called")
	case error:
		return debug.Stack(), fmt.Errorf("panic: %w", v)
	default:
		return debug.Stack(), fmt.Errorf("panic: %v", v)
	}
}

// loop returns the error of the handler, nil if the consumer has found its end.
func (s *stage[T]) loop() error {
	c := s.consumer
	if s.lossy != nil {
		return s.lossy.loop()
	}
	if s.quiet > 0 {
		return s.loopQuiet()
	}
	for {
		b, err := c.Next(context.Background())
		if err != nil || c.closed() {
			return nil
		}
		if err := s.handle(b); err != nil {
			return err
		}
	}
}

// loopQuiet is loop for a handler that is also called when nothing comes, and at the end.
func (s *stage[T]) loopQuiet() error {
	c, q := s.consumer, newQuiet(s.quiet)
	defer q.renew()
	for {
		b, err := c.Next(q)
		last := c.closed() || err != nil && err != context.DeadlineExceeded
		if last && c.core.failed.load() != 0 { // close edge
			return nil
		}
		if last || err != nil {
			b = Batch[T]{c.ring, c.pos, c.pos}
		}
		if err := s.handle(b); err != nil || last {
			return err
		}
		q.renew()
	}
}

func (s *stage[T]) handle(b Batch[T]) error {
	s.batchEnd = b.to
	if err := s.handler(b); err != nil {
		return err
	}
	s.consumer.doneRest(b)
	return nil
}
