package disruptor

// A Handler is called with each batch that its consumer receives, on one goroutine. The handler
// of a group is called with each batch of each worker, on several goroutines at once. When it
// returns nil, the batch is done; it may call Done for a first part of it earlier. An error or a
// panic ends the ring, unless OnFailure of its configuration says otherwise. A handler must not
// wait for room in its own ring: a full ring waits for the handler.
type Handler[T any] func(Batch[T]) error

// Each returns a handler that calls f for each event of a batch, in order. It stops at the first
// error and returns that with the sequence. The batch is then not done, unless a [FailurePolicy]
// applies. If any handler of the ring has a FailurePolicy or a DeadLetter, Each adds the
// sequence to a panic of f, too. The panic then goes on with an error, which wraps the value of
// the panic if that is an error. Each panics if f is nil.
func Each[T any](f func(seq int64, event *T) error) Handler[T] {
	if f == nil {
		panicf("Each with a nil function")
	}
	return func(b Batch[T]) error {
		if b.Len() > 0 && b.ring.graph.remedies.load() != 0 {
			return eachLocated(b, f)
		}
		for seq, event := range b.All() {
			if err := f(seq, event); err != nil {
				return &eventError{b.ring.core, seq, err}
			}
		}
		return nil
	}
}

// eachLocated is the handler that Each returns, where a remedy has to know at which event f
// panicked. Its deferred function costs each batch some nanoseconds.
func eachLocated[T any](b Batch[T], f func(seq int64, event *T) error) error {
	at := b.from
	defer func() {
		if at == b.to {
			return
		}
		if v := recover(); v != nil { // the frames that panicked stay in the stack
			panic(eventPanic{&eventError{b.ring.core, at, panicError(v)}})
		}
	}()
	for seq, event := range b.All() {
		at = seq
		if err := f(seq, event); err != nil {
			return &eventError{b.ring.core, seq, err}
		}
	}
	at = b.to
	return nil
}
