package disruptor

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// A stage is a consumer that Run serves, or a worker of a group that it serves. Its graph's lock guards
// serving, finished and gone.
type stage[T any] struct {
	consumer *Consumer[T]    // that of the group
	group    *servedGroup[T] // nil: the consumer is handed the batches
	worker   *Worker[T]      // otherwise the worker is, in the present Run
	handler  Handler[T]
	quiet    time.Duration // 0: the handler does not want to know when nothing comes
	start    func() error
	stop     func()
	batchEnd int64 // of the batch that the handler has been handed

	serving  bool
	finished bool // has been served to its end, or can't be
	gone     bool // is served no more
}

// serve hands batches to the handler until the consumer finds its end.
func (s *stage[T]) serve() {
	c := s.consumer
	if debugChecks {
		me := goroutineID()
		if s.worker == nil {
			c.server.store(me)
			defer c.server.store(0)
		}
		c.core.handled.enter(me, c.Name())
		defer c.core.handled.leave(me)
	}
	if s.start != nil && !s.try(s.start) {
		return
	}
	if s.stop != nil {
		defer s.try(func() error { s.stop(); return nil })
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
	from, to := s.inHand()
	c.core.fail(&HandlerError{Consumer: c.Name(), From: from, To: to, Err: err, Stack: stack})
}

// inHand returns what the handler has been handed and has not finished.
func (s *stage[T]) inHand() (from, to int64) {
	if w := s.worker; w != nil {
		return w.from, w.handed
	}
	return s.consumer.pos, max(s.consumer.pos, s.batchEnd)
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
	if s.worker != nil {
		return s.loopWorker()
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
	c, t := s.consumer, newTimeout(s.quiet)
	defer t.renew(context.Background())
	for {
		b, err := c.Next(t)
		last := c.closed() || err != nil && err != errTimeout
		if last && c.core.failed.load() != 0 { // close edge
			return nil
		}
		if last || err != nil {
			b = Batch[T]{c.ring, c.pos, c.pos}
		}
		if err := s.handle(b); err != nil || last {
			return err
		}
		t.renew(context.Background())
	}
}

func (s *stage[T]) handle(b Batch[T]) error {
	s.batchEnd = b.to
	if err := s.handler(b); err != nil {
		return err
	}
	if s.worker != nil {
		s.worker.doneRest(b)
	} else {
		s.consumer.doneRest(b)
	}
	return nil
}
