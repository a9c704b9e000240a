package behaviour

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The poller of other rings is TryNext and Done here; their stream is a loop over Batches.

// C86. Idle: nothing is published beyond the position. Gating: something is, and a stage before has not done it.
// Processing: something was handed out.
func TestAPollIsIdleGatedOrHandedSomething(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		before := r.Consumer("before")
		c := r.Consumer("c", before)
		poll := func() string {
			if b, ok := c.TryNext(); ok {
				c.Done(b)
				return "processing"
			}
			if c.Lag() > 0 {
				return "gating"
			}
			return "idle"
		}
		require.Equal(t, "idle", poll())
		b := claim(t, p, 1)
		require.Equal(t, "idle", poll(), "claimed is not published")
		p.Publish(b)
		require.Equal(t, "gating", poll())
		advance(t, before, 1)
		require.Equal(t, "processing", poll())
		require.Equal(t, "idle", poll())
	})
}

// poll hands c's events one by one to each, until each says stop or fails. That last event
// counts as done.
func poll(c *disruptor.Consumer[int64], each func(event int64) (more bool, err error)) error {
	b, _ := c.TryNext()
	for i, e := range b.All() {
		more, err := each(*e)
		if !more || err != nil {
			head, _ := b.Split(int(i-b.From()) + 1)
			if err != nil { // and the one that failed does not
				head, _ = b.Split(int(i - b.From()))
			}
			c.Done(head)
			return err
		}
	}
	c.Done(b)
	return nil
}

// C87, C88, C89.
func TestAPollMayStopInTheMiddle(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		var seen []int64
		all := func(e int64) (bool, error) { seen = append(seen, e); return true, nil }
		until := func(last int64) func(int64) (bool, error) {
			return func(e int64) (bool, error) { seen = append(seen, e); return e < last, nil }
		}
		publish(t, p, 4)
		require.NoError(t, poll(c, until(1)))
		require.Equal(t, []int64{0, 1}, seen)
		require.Equal(t, int64(2), c.Position(), "the one that stopped it is consumed")
		failure := errors.New("failure")
		require.Equal(t, failure, poll(c, func(e int64) (bool, error) {
			if e == 3 {
				return true, failure
			}
			return all(e)
		}))
		require.Equal(t, int64(3), c.Position(), "the one that failed is not")
		require.NoError(t, poll(c, all))
		require.Equal(t, []int64{0, 1, 2, 3}, seen)

		publish(t, p, 4) // all of a full ring in one poll, and one contiguous batch
		seen = nil
		require.NoError(t, poll(c, all))
		require.Equal(t, []int64{4, 5, 6, 7}, seen)
		require.Equal(t, 4, r.Stats().Free)
	})
}

// C90. A poll hands out one contiguous range, however it was published, never a gap or slots
// beyond it.
func TestAPollIsOneContiguousRange(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 8})
	p, c := r.MultiProducer(), r.Consumer("c")
	publish(t, p, 1)
	publish(t, p, 2)
	gap := claim(t, p, 1)
	publish(t, p, 3)
	c.Done(take(t, c, 0, 3))
	requireNothing(t, c)
	p.Abort(gap)
	take(t, c, 4, 7)
}

// C91. Taking nothing acknowledges nothing. A turn of Batches acknowledges the rest that its
// body has not. The end of the ring comes after everything that was published.
func TestWhatAPollAcknowledges(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		publish(t, p, 3)
		none, _ := take(t, c, 0, 3).Split(0)
		c.Done(none)
		require.Zero(t, c.Position())
		for b := range c.Batches(testContext(t)) {
			head, _ := b.Split(1)
			c.Done(head)
			break
		}
		require.Equal(t, int64(3), c.Position())
		publish(t, p, 2)
		r.Close()
		for at := int64(3); at < 5; at++ {
			b, err := c.Next(testContext(t))
			require.NoError(t, err)
			requireRange(t, b, at, 5)
			head, _ := b.Split(1)
			c.Done(head)
		}
		_, err := c.Next(testContext(t))
		require.Equal(t, disruptor.ErrClosed, err)
	})
}

// C96, C97. A consumer is a gate from its making, not from its first look; two see all; its context ends the loop, and
// Close takes it out of the ring. One that starts again starts with what is published from then on.
func TestBatchesAreAStream(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		first, second := r.Consumer("first"), r.Consumer("second")
		publish(t, p, 4)
		require.False(t, p.TrySend(4), "they gate before they have looked")
		ended := errors.New("ended")
		for _, c := range []*disruptor.Consumer[int64]{first, second} {
			ctx, cancel := context.WithCancelCause(testContext(t))
			defer cancel(nil)
			var seen []int64
			for b := range c.Batches(ctx) {
				collect(&seen, b)
				cancel(ended)
			}
			require.Equal(t, ended, c.Err())
			require.Equal(t, []int64{0, 1, 2, 3}, seen)
		}
		publish(t, p, 4)
		require.False(t, p.TrySend(8), "the end of a loop leaves the gate")
		first.Close()
		require.False(t, p.TrySend(8))
		second.Close()
		publish(t, p, 4)
		again := r.Consumer("again")
		publish(t, p, 1)
		take(t, again, 12, 13)
	})
}

// disruptor-rs: dropping the guard of a poll acknowledged events that had not been read.
func TestWhatWasHandedOutAndNotDoneComesAgain(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 4})
	c := r.Consumer("c")
	p := r.MultiProducer()
	for i := range 4 {
		require.True(t, p.TrySend(i))
	}
	for range 2 {
		b, _ := c.TryNext()
		require.Equal(t, 4, b.Len())
		head, _ := b.Split(0)
		c.Done(head)
		require.False(t, p.TrySend(4), "nothing was handed back")
	}
	err := func() (err error) {
		defer func() { err, _ = recover().(error) }()
		for range c.Batches(context.Background()) {
			panic(errBoom)
		}
		return nil
	}()
	require.True(t, errors.Is(err, errBoom))
	require.Equal(t, int64(0), c.Position())
}
