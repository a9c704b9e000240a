package disruptor

import (
	"context"
	"iter"
)

// A Worker is handed events of its [Group] that no other worker is handed, in runs of consecutive
// slots: each later than the worker's last, unless another worker has left it.
//
// A Worker belongs to one goroutine. It must not be copied. One that is forgotten with events in hand
// stops followers and producers: call Close on it.
//
// Every write to a slot before its Publish, and every access to it by the consumers before the group
// until their Done, is visible to the worker that is handed the slot. So are the accesses of a worker
// that has left it.
type Worker[T any] struct {
	_     noCopy
	group *Group[T]
	*taker
	err error
}

// TryNext returns what the worker has in hand and has not finished, or takes more if that is nothing,
// without waiting. It returns false if there is nothing to take, and after a failure of the ring. Aborted
// slots are in no batch.
func (w *Worker[T]) TryNext() (Batch[T], bool) {
	if debugChecks {
		w.occupy()
		defer w.vacate()
	}
	from, to := w.look()
	return Batch[T]{w.group.ring, from, to}, to > from
}

// Next is [Worker.TryNext] that waits, as the ring's WaitStrategy says, until something is available. It
// returns the cause of ctx if that ends first; an error that wraps ErrClosed and the cause when the ring
// has failed; ErrClosed when this worker or its group has been closed; and ErrClosed on a closed ring
// once all that was published is finished, by all workers: as long as one of them has something in hand
// it may leave it to another.
func (w *Worker[T]) Next(ctx context.Context) (b Batch[T], err error) {
	if debugChecks {
		w.occupy()
		defer w.vacate()
	}
	b.ring = w.group.ring
	b.from, b.to, err = w.next(ctx)
	return
}

// Done finishes the slots of b: b as it was handed out, or a first part of it. Later consumers and
// producers get them when all before them are finished, too. It panics if they are not in hand. The
// slots must not be used after it.
func (w *Worker[T]) Done(b Batch[T]) {
	if debugChecks {
		w.occupy()
		defer w.vacate()
	}
	w.done(b.ring == w.group.ring, b.from, b.to)
}

// Batches walks over what Next returns and calls Done for what the loop's body has not, after each turn
// and when the loop is left by break or return; on a panic it does not. The loop ends when Next fails,
// or before the next batch once ctx is done; [Worker.Err] reports why. It does not close the worker.
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

// doneRest is Done for what is left of b, if b is what is in hand still.
func (w *Worker[T]) doneRest(b Batch[T]) {
	if b.from <= w.from && w.from < b.to && b.to <= w.handed {
		w.handBack(b.to)
	}
}

// Err returns why the last loop over Batches ended: nil if it was left or all of a closed ring is
// finished.
func (w *Worker[T]) Err() error { return w.err }

// Close removes the worker from its group. What it has in hand and has not finished is handed to another
// worker, from the first unfinished slot on; if there is none, to the next that joins. The worker must
// not use it any more. Its Next then returns ErrClosed. To close it again does nothing.
func (w *Worker[T]) Close() {
	if debugChecks {
		w.occupy()
		defer w.vacate()
	}
	w.leave()
}
