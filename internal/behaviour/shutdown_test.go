package behaviour

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Shutdown waits for handlers as long as its context lets it. Nothing here is decided by real time.

func TestShutdownWaitsForHandlersAndTheirStop(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var seen []int64
		var stopped time.Duration
		began := time.Now()
		first := r.Handle("first", func(disruptor.Batch[int64]) error { time.Sleep(time.Second); return nil })
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			Name: "last", After: []*disruptor.Consumer[int64]{first},
			Stop: func(*disruptor.Consumer[int64]) { time.Sleep(time.Minute); stopped = time.Since(began) },
		}, func(b disruptor.Batch[int64]) error { collect(&seen, b); return nil })
		publish(t, p, 3)
		running := run(r)
		require.NoError(t, r.Shutdown(within(t, time.Hour)))
		require.Equal(t, []int64{0, 1, 2}, seen)
		require.Equal(t, time.Minute+time.Second, stopped)
		require.Equal(t, stopped, time.Since(began))
		require.NoError(t, <-running)
		require.Equal(t, disruptor.ErrClosed, r.Err())
		require.NoError(t, r.Shutdown(expired), "again, when all is done")
	})
}

// A Run that comes later delivers what is left.
func TestShutdownBeforeRunWaitsForOne(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var seen []int64
		r.Handle("h", func(b disruptor.Batch[int64]) error { collect(&seen, b); return nil })
		publish(t, p, 3)
		down := inBackground(func() error { return r.Shutdown(context.Background()) })
		synctest.Wait()
		require.Empty(t, down)
		require.False(t, p.TrySend(9), "the ring is closed")
		require.NoError(t, r.Run(context.Background()))
		require.NoError(t, <-down)
		require.Equal(t, []int64{0, 1, 2}, seen)
	})
}

func TestShutdownWaitsForAClaimThatIsOpen(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var seen []int64
		r.Handle("h", func(b disruptor.Batch[int64]) error { collect(&seen, b); return nil })
		b := claim(t, p, 2)
		running := run(r)
		down := inBackground(func() error { return r.Shutdown(within(t, time.Hour)) })
		time.Sleep(time.Minute)
		require.Empty(t, down)
		p.Publish(b)
		require.NoError(t, <-down)
		require.NoError(t, <-running)
		require.Equal(t, []int64{0, 1}, seen)
	})
}

func TestShutdownDoesNotWaitForConsumersUsedByHand(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("by hand")
		publish(t, p, 3)
		require.NoError(t, r.Shutdown(context.Background()))
		take(t, c, 0, 3) // and has all that was published
	})
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], _ disruptor.Producer[int64]) {
		require.NoError(t, r.Shutdown(expired), "nor for nobody")
	})
}

func TestShutdownDoesNotWaitForAHandlerThatIsClosed(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Handle("h", func(disruptor.Batch[int64]) error { return errors.New("called") })
		publish(t, p, 3)
		down := inBackground(func() error { return r.Shutdown(context.Background()) })
		synctest.Wait()
		require.Empty(t, down)
		c.Close()
		require.NoError(t, <-down)
	})
}

func TestShutdownReturnsTheFailureOfTheRing(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		entered := make(chan struct{})
		r.Handle("bad", func(disruptor.Batch[int64]) error { <-entered; return errBoom })
		r.Handle("slow", func(disruptor.Batch[int64]) error { close(entered); time.Sleep(time.Minute); return nil })
		publish(t, p, 1)
		began, running := time.Now(), run(r)
		err := r.Shutdown(context.Background())
		require.Equal(t, time.Minute, time.Since(began), "the others finish the batch in hand")
		var h *disruptor.HandlerError
		require.ErrorAs(t, err, &h)
		require.Equal(t, err, <-running)
		require.Equal(t, err, r.Shutdown(context.Background()), "afterwards, too")
		require.Equal(t, err, r.Shutdown(expired))
	})
}

func TestShutdownReturnsWhatEndedTheContextOfRun(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.Handle("h", func(disruptor.Batch[int64]) error { return nil })
		publish(t, p, 1)
		fail(t, r)
		require.Equal(t, errLate, r.Shutdown(context.Background()))
	})
}

// The recipe for a signal: Run outlives it, and Shutdown has a time limit.
func TestShutdownKeepsWhatACancelledRunWouldThrowAway(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var seen []int64
		r.HandleWith(disruptor.ConsumerConfig[int64]{MaxBatch: 1}, func(b disruptor.Batch[int64]) error {
			time.Sleep(time.Second)
			collect(&seen, b)
			return nil
		})
		publish(t, p, 4)
		signal, stop := context.WithCancel(context.Background())
		time.AfterFunc(1500*time.Millisecond, stop)
		running := run(r)
		<-signal.Done()
		require.NoError(t, r.Shutdown(within(t, 10*time.Second)))
		require.NoError(t, <-running)
		require.Equal(t, []int64{0, 1, 2, 3}, seen)
	})
}
