package behaviour

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// C40, C70.
func TestNextBeforeDoneHasTheSameStart(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		ctx := testContext(t)
		requireNothing(t, c)
		require.Equal(t, s.start, c.Position())
		for end := s.start + 1; end <= s.start+int64(min(s.Capacity, 8)); end++ {
			publish(t, p, 1)
			take(t, c, s.start, end)
			b, err := c.Next(ctx)
			require.NoError(t, err)
			requireRange(t, b, s.start, end)
			take(t, c, s.start, end)
			require.Equal(t, s.start, c.Position())
			require.Equal(t, end-s.start, c.Lag())
		}
	})
}

// C19, C67.
func TestDoneOfAPrefix(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		a := r.Consumer("a")
		b := r.Consumer("b", a)
		at := s.start
		end := publish(t, p, s.Capacity).To()
		whole := take(t, a, at, end)
		rnd := s.random()
		for at < end {
			var head disruptor.Batch[int64]
			head, _ = take(t, a, at, end).Split(1 + rnd.IntN(int(end-at)))
			a.Done(head)
			at = head.To()
			require.Equal(t, at, a.Position())
			require.Equal(t, end-at, a.Lag())
			take(t, b, s.start, at)
		}
		requireNothing(t, a)

		// Done of a longer prefix finishes the rest of it.
		head, _ := whole.Split(1)
		b.Done(head)
		if whole.Len() > 1 {
			b.Done(whole)
		}
		require.Equal(t, end, b.Position())
		require.Equal(t, s.Capacity, r.Stats().Free)
	})
}

func TestMaxBatchLimitsWhatIsHandedOut(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		for _, limit := range []int{1, 3, s.Capacity, s.Capacity + 1} {
			s.MaxBatch = limit
			r, p := s.ring(t)
			consumers := []*disruptor.Consumer[int64]{r.Consumer("direct")}
			consumers = append(consumers, r.Consumer("stage", consumers[0]))
			end := s.start
			for range min(s.Capacity, 7) {
				end = publish(t, p, 1).To()
			}
			for _, c := range consumers {
				for at := s.start; at < end; {
					to := min(at+int64(limit), end)
					c.Done(take(t, c, at, to))
					at = to
				}
				requireNothing(t, c)
			}
		}
	})
}

// C25, C37, C40.
func TestNextWaitsForPublish(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		a := r.Consumer("a")
		b := r.Consumer("b", a)
		var first, second disruptor.Batch[int64]
		nextOf := func(c *disruptor.Consumer[int64], got *disruptor.Batch[int64]) <-chan error {
			return whileWaiting(t, r, s.Wait, func(ctx context.Context) (err error) {
				*got, err = c.Next(ctx)
				return err
			})
		}
		waitA, waitB := nextOf(a, &first), nextOf(b, &second)
		published := publish(t, p, s.Capacity)
		require.NoError(t, <-waitA)
		requireRange(t, first, published.From(), published.To())
		head, _ := first.Split(1)
		a.Done(head)
		require.NoError(t, <-waitB)
		requireRange(t, second, published.From(), published.From()+1)
	})
}

func TestBatchesIsDoneAfterEachTurn(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		s.MaxBatch = 2
		r, p := s.ring(t)
		c := r.Consumer("c")
		end := publish(t, p, s.Capacity).To()
		r.Close()
		at := s.start
		for b := range c.Batches(testContext(t)) {
			require.Equal(t, at, c.Position(), "Done of the turn before, and not yet of this one")
			at = min(at+2, end)
			requireRange(t, b, c.Position(), at)
			if at%3 == 0 { // the body may have done a part of it, or all
				c.Done(b)
			} else if head, _ := b.Split(1); at%3 == 1 {
				c.Done(head)
			}
		}
		require.Equal(t, end, at)
		require.Equal(t, end, c.Position())
		require.NoError(t, c.Err(), "a drained ring is no failure")
	})
}

// C89.
func TestBatchesIsDoneOnEveryWayOutButAPanic(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		s.MaxBatch = 1
		r, p := s.ring(t)
		ctx := testContext(t)
		c := r.Consumer("c")
		publish(t, p, s.Capacity)
		for range c.Batches(ctx) {
			break
		}
		require.Equal(t, s.start+1, c.Position())
		require.NoError(t, c.Err())

		publish(t, p, 1)
		func() {
			for range c.Batches(ctx) {
				return
			}
		}()
		require.Equal(t, s.start+2, c.Position())

		publish(t, p, 1)
		requirePanics(t, "body", func() {
			for range c.Batches(ctx) {
				panic("body")
			}
		})
		require.Equal(t, s.start+2, c.Position())
		take(t, c, s.start+2, s.start+3)
	})
}

// A loop sees the end of its context even if there is always a next batch.
func TestBatchesEndsWithItsContext(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		cause := errors.New("cause")
		ctx, cancel := context.WithCancelCause(testContext(t))
		defer cancel(nil)
		publish(t, p, 1)
		for b := range c.Batches(ctx) {
			cancel(cause)
			c.Done(b)
			publish(t, p, 1)
		}
		require.Equal(t, cause, c.Err())
	})
}

// C35.
func TestWaitForAndAt(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		a := r.Consumer("a")
		for _, c := range []*disruptor.Consumer[int64]{a, r.Consumer("b", a)} {
			if c == a {
				publish(t, p, s.Capacity)
			} else if rest, ok := a.TryNext(); ok {
				a.Done(rest)
			}
			from, to := s.start, s.start+int64(s.Capacity)
			for seq := from; seq < to; seq += max(1, int64(s.Capacity)/8) {
				available, err := c.WaitFor(testContext(t), seq)
				require.NoError(t, err)
				require.Greater(t, available, seq)
				v, err := c.At(seq)
				require.NoError(t, err)
				require.Equal(t, seq, *v)
			}
			_, err := c.At(to)
			require.ErrorIs(t, err, disruptor.ErrNotPublished)
			_, err = c.At(from - 1)
			require.ErrorIs(t, err, disruptor.ErrOverwritten)

			head, _ := take(t, c, from, to).Split(1)
			c.Done(head)
			_, err = c.At(from)
			require.ErrorIs(t, err, disruptor.ErrOverwritten, "even though the memory has not been used again")
			available, err := c.WaitFor(testContext(t), from)
			require.NoError(t, err, "done is available still")
			require.Greater(t, available, from)

			ended, cancel := context.WithCancel(testContext(t))
			cancel()
			_, err = c.WaitFor(ended, to)
			require.ErrorIs(t, err, context.Canceled)
			_, err = c.WaitFor(ended, to-1)
			require.NoError(t, err, "what is available is not lost with the context")
		}
	})
}

func TestWaitForWaits(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		last := s.start + int64(s.Capacity) - 1
		result := whileWaiting(t, r, s.Wait, func(ctx context.Context) error {
			available, err := c.WaitFor(ctx, last)
			if err == nil && available != last+1 {
				err = errors.New("wrong end")
			}
			return err
		})
		for range s.Capacity {
			publish(t, p, 1)
		}
		require.NoError(t, <-result)
	})
}

func TestWaitForReturnsTheEndOfAllThatIsAvailable(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 8})
	p, c := r.MultiProducer(), r.Consumer("c")
	for i := range 5 {
		require.True(t, p.TrySend(i))
	}
	available, err := c.WaitFor(context.Background(), 0)
	require.NoError(t, err)
	require.EqualValues(t, 5, available)
}
