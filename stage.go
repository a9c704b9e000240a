package disruptor

import (
	"context"
	"errors"
	"runtime/trace"
	"time"
)

// A stage is a consumer that Run serves, or a worker of a group that it serves. The lock of the
// graph guards serving, finished and gone.
type stage[T any] struct {
	consumer *Consumer[T]    // or the one that stands for the group
	group    *servedGroup[T] // nil: batches go to the consumer
	worker   *Worker[T]      // with a group, batches go to this worker, in the present Run
	handler  Handler[T]
	quiet    time.Duration // 0: the handler is not called when nothing comes
	bind     func() error  // binds the goroutine to a thread, before start; nil: any thread will do
	start    func() error
	stop     func()
	batchEnd int64 // of the batch that the handler has been handed
	empty    bool  // the last call of the handler had an empty batch; only with quiet
	last     bool  // that call was the last of this Run
	calling  bool  // the handler is being called, or has failed; other failures are not for remedy
	dead     func(Batch[T], error) error
	remedy   *remedy        // nil: each failure ends the ring
	left     chan struct{}  // closed when the consumer has been asked to leave
	lossy    *lossyStage[T] // instead of handler

	serving  bool
	finished bool // has been served to its end, or can't be served
	gone     bool // is not served any more
}

func newStage[T any](c *Consumer[T], cfg ConsumerConfig[T], h Handler[T]) *stage[T] {
	s := &stage[T]{
		consumer: c, handler: h, quiet: cfg.Idle, dead: cfg.DeadLetter, left: make(chan struct{}), finished: c.gone,
	}
	if cfg.Start != nil {
		s.start = func() error { return cfg.Start(c) }
	}
	if cfg.Stop != nil {
		s.stop = func() { cfg.Stop(c) }
	}
	if cfg.OnFailure != (FailurePolicy{}) || cfg.DeadLetter != nil {
		s.remedy = &remedy{
			FailurePolicy: cfg.OnFailure, dead: cfg.DeadLetter != nil,
			ring: c.core, counts: &c.member.failures, left: s.left,
		}
	}
	return s
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
		c.core.handled.enter(me, c.Name(), s.lossy != nil)
		defer c.core.handled.leave(me)
	}
	if s.bind != nil && !s.try(s.bind) {
		return
	}
	if s.start != nil && !s.try(s.start) {
		return
	}
	if s.stop != nil {
		defer s.try(func() error { s.stop(); return nil })
	}
	for s.last = false; !s.last; {
		s.calling = false
		f := s.attempt(s.loop)
		if f == nil || !s.overcome(f) {
			return
		}
	}
}

// overcome reports whether to go on after a failure of the handler.
func (s *stage[T]) overcome(f *failure) bool {
	interrupted := false
	if s.remedy != nil && s.calling {
		f, interrupted = s.remedy.apply(s, f)
	}
	switch {
	case interrupted:
		s.consumer.ring.graph.lose(s.handlerError(f))
		return false
	case f != nil:
		s.fail(f)
		return false
	}
	return true
}

// try calls f and reports whether it returned nil. If it did not, the ring fails.
func (s *stage[T]) try(f func() error) (ok bool) {
	failed := s.attempt(f)
	if failed != nil {
		s.fail(failed)
	}
	return failed == nil
}

// attempt calls f and returns its failure, or nil if f returned nil. If f calls runtime.Goexit
// the ring fails, because this goroutine ends.
func (s *stage[T]) attempt(f func() error) (failed *failure) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			failed = panicked(v)
		} else {
			s.fail(&failure{err: errors.New("runtime.Goexit was called")})
		}
	}()
	err := f()
	returned = true
	if err != nil {
		return &failure{err: err}
	}
	return nil
}

func (s *stage[T]) fail(f *failure) { s.consumer.core.fail(s.handlerError(f)) }

func (s *stage[T]) handlerError(f *failure) *HandlerError {
	from, to, _ := s.inHand()
	return &HandlerError{Consumer: s.consumer.Name(), From: from, To: to, Err: f.err, Stack: f.stack}
}

// loop calls the handler until it fails, and returns its error, or until the consumer ends, and
// returns nil.
func (s *stage[T]) loop() error {
	c := s.consumer
	switch {
	case s.worker != nil:
		return s.loopWorker()
	case s.lossy != nil:
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

// loopQuiet is loop for a handler that is also called at the end and when nothing comes.
func (s *stage[T]) loopQuiet() error {
	c, t := s.consumer, newTimeout(s.quiet)
	defer t.renew(context.Background())
	for {
		b, err := c.Next(t)
		last := c.closed() || err != nil && err != errTimeout
		if last && c.core.failed.load() != 0 { // close edge
			return nil
		}
		s.empty, s.last = last || err != nil, last
		if s.empty {
			b = Batch[T]{c.ring, c.pos, c.pos}
		}
		if err := s.handle(b); err != nil || last {
			return err
		}
		t.renew(context.Background())
	}
}

func (s *stage[T]) handle(b Batch[T]) error {
	s.batchEnd, s.calling = b.to, true
	var err error
	if trace.IsEnabled() {
		err = callTraced(s.consumer.Name(), s.handler, b)
	} else {
		err = s.handler(b)
	}
	if err != nil {
		return err
	}
	s.calling = false
	s.doneRest(b)
	return nil
}

func (s *stage[T]) doneRest(b Batch[T]) {
	if s.worker != nil {
		s.worker.doneRest(b)
	} else {
		s.consumer.doneRest(b)
	}
}

// The methods below make a stage a hand.

func (s *stage[T]) inHand() (from, to int64, again bool) {
	switch {
	case s.worker != nil:
		from, to = s.worker.from, s.worker.handed
	case s.lossy != nil:
		return s.lossy.copied.from, s.lossy.copied.to, false
	default:
		from, to = s.consumer.pos, max(s.consumer.pos, s.batchEnd)
	}
	return from, to, from < to || s.empty
}

func (s *stage[T]) call() *failure {
	from, to, _ := s.inHand()
	return s.attempt(func() error { return s.handle(Batch[T]{s.consumer.ring, from, to}) })
}

func (s *stage[T]) finish(to int64) { s.doneRest(Batch[T]{to: to}) }

func (s *stage[T]) deadLetter(from, to int64, f *failure) *failure {
	err := s.handlerError(f)
	err.From, err.To = from, to
	return s.attempt(func() error { return s.dead(Batch[T]{s.consumer.ring, from, to}, err) })
}
