package disruptor

import (
	"context"
	"iter"
)

// A Worker receives events of its [Group] that no other worker receives, in runs of consecutive
// slots. Each run is later than the worker's last one, unless another worker has left it
// unfinished.
//
// A Worker belongs to one goroutine. It must not be copied. A forgotten worker with events in
// hand stops followers and producers: call [Worker.Close].
//
// When a worker receives a slot, every write to it before its Publish is visible, and so is
// every access to it by the consumers before the group until their Done, or by a worker that has
// left it unfinished.
type Worker[T any] struct {
	_     noCopy
	group *Group[T]
	*taker
	err error
}

// TryNext returns what the worker has in hand and has not finished. If that is nothing, it takes
// more, without waiting. It returns false if there is nothing to take, or after a failure of the
// ring. Aborted slots are in no batch.
func (w *Worker[T]) TryNext() (Batch[T], bool) {
	if debugChecks {
		w.occupy()
		defer w.vacate()
	}
	from, to := w.look()
	return Batch[T]{w.group.ring, from, to}, to > from
}

// Next is like [Worker.TryNext], but waits until something is available, as [Config.Wait] says.
// It returns the cause of ctx if ctx ends first. If the ring has failed, the error wraps
// [ErrClosed] and the cause. Next returns ErrClosed when this worker or its group has been
// closed, and on a closed ring once the workers have finished everything published: until then
// one of them may leave events to another.
func (w *Worker[T]) Next(ctx context.Context) (b Batch[T], err error) {
	if debugChecks {
		w.occupy()
		defer w.vacate()
	}
	b.ring = w.group.ring
	b.from, b.to, err = w.next(ctx)
	return
}

// Done finishes the slots of b; b is a batch as it was handed out, or a first part of it. Later
// consumers and producers get the slots when all before them are finished too. They must not be
// used afterwards. Done panics if the slots are not in hand; after Close it does nothing.
func (w *Worker[T]) Done(b Batch[T]) {
	if debugChecks {
		w.occupy()
		defer w.vacate()
	}
	w.done(b.ring == w.group.ring, b.from, b.to)
}

// Batches returns an iterator over what Next returns. After each turn of the loop it calls Done
// for what the body has not finished, even if the turn ends by break or return, but not after a
// panic. The loop ends when Next fails, or before the next batch once ctx is done; [Worker.Err]
// reports why. It does not close the worker.
func (w *Worker[T]) Batches(ctx context.Context) iter.Seq[Batch[T]] {
	checkContext(ctx)
	return func(yield func(Batch[T]) bool) {
		w.err = nil
		ended, stop := endOf(ctx)
		defer stop()
		for ended.load() == 0 {
			b, err := w.Next(ctx)
			if err != nil {
				if err != ErrClosed || w.closed() { // a drained ring is no failure
					w.err = err
				}
				return
			}
			more := yield(b)
			w.doneRest(b)
			if !more {
				return
			}
		}
		w.err = context.Cause(ctx)
	}
}

// doneRest is Done for what is left of b, if b is still in hand.
func (w *Worker[T]) doneRest(b Batch[T]) {
	if b.from <= w.from && w.from < b.to && b.to <= w.handed {
		w.handBack(b.to)
	}
}

// Err returns why the last loop over [Worker.Batches] ended. It is nil if the loop was left, or
// if everything on a closed ring is finished.
func (w *Worker[T]) Err() error { return w.err }

// Close removes the worker from its group. Another worker receives what this one has in hand,
// from the first unfinished slot on; if there is no other, the next to join. This worker must
// not use those slots any more. Its Next then returns [ErrClosed]. Closing it again does
// nothing.
func (w *Worker[T]) Close() {
	if debugChecks {
		w.occupy()
		defer w.vacate()
	}
	w.leave()
}
