package behaviour

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// keyed runs test without a key and with one.
func keyed(t *testing.T, test func(t *testing.T, key func(*int64) uint64)) {
	t.Run("any worker", func(t *testing.T) { test(t, nil) })
	t.Run("by key", func(t *testing.T) { test(t, func(*int64) uint64 { return 1 }) })
}

// Slots that a worker has taken and not been handed yet do not count as an attempt when it
// leaves; least of all aborted ones.
func TestAWorkerMakesNoAttemptAtWhatItWasNotHanded(t *testing.T) {
	forEachKindOf(t, 8, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := r.Group(handled{Name: "g", Attempts: 1})
		publish(t, p, 2)
		abort(t, p, 1)
		publish(t, p, 1)
		w := g.Worker()
		w.Done(takeRun(t, w, 0, 2))
		w.Close()
		require.NoError(t, r.Err())
		w = g.Worker()
		_, ok := w.TryNext()
		require.True(t, ok)
		require.Equal(t, int64(3), g.Consumer().Position())
		w.Close()
		require.ErrorContains(t, r.Err(), "batch [3, 4): given up: Attempts is 1")
	})
}

// A surplus worker leaves the events that the handler has not been called with.
func TestAWorkerThatIsTooManyMakesNoAttemptAtWhatFollows(t *testing.T) {
	keyed(t, func(t *testing.T, key func(*int64) uint64) {
		forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			var g *disruptor.Group[int64]
			var got []int64
			g = r.HandleGroup(handled{Name: "g", Workers: 1, Attempts: 1, Key: key}, func(b disruptor.Batch[int64]) error {
				if collect(&got, b); b.From() == 0 {
					g.SetWorkers(0)
				}
				return nil
			})
			publish(t, p, 1)
			abort(t, p, 1)
			publish(t, p, 1)
			run := inBackground(func() error { return r.Run(t.Context()) })
			synctest.Wait()
			require.Equal(t, []int64{0}, got)
			g.SetWorkers(1)
			r.Close()
			require.NoError(t, <-run)
			require.Equal(t, r.Published()-1, got[len(got)-1])
		})
	})
}

// Once the ring has failed or the group is closed, no event that a worker has left is given up.
func TestNothingIsGivenUpAfterTheEnd(t *testing.T) {
	ends := map[string]func(r *disruptor.Ring[int64], g *disruptor.Group[int64], cancel func()){
		"the ring fails":      func(_ *disruptor.Ring[int64], _ *disruptor.Group[int64], cancel func()) { cancel() },
		"the group is closed": func(_ *disruptor.Ring[int64], g *disruptor.Group[int64], _ func()) { g.Consumer().Close() },
	}
	for name, end := range ends {
		keyed(t, func(t *testing.T, key func(*int64) uint64) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				letters := 0
				g := r.HandleGroup(handled{
					Name: "g", Workers: 1, Attempts: 1, Key: key, OnFailure: disruptor.FailurePolicy{Retries: 9, Backoff: time.Hour},
					DeadLetter: func(disruptor.Batch[int64], error) error { letters++; return nil },
				}, func(disruptor.Batch[int64]) error { return errHandler })
				publish(t, p, 1)
				ctx, cancel := context.WithCancel(t.Context())
				run := inBackground(func() error { return r.Run(ctx) })
				synctest.Wait()
				end(r, g, cancel)
				r.Close()
				err := <-run
				cancel()
				if name == "the ring fails" {
					require.ErrorIs(t, err, context.Canceled)
					require.Zero(t, g.Consumer().Position())
				} else {
					require.NoError(t, err)
				}
				require.Zero(t, letters)
			})
		})
	}
}

// A handler that closes its worker goes for good: Run starts others when more are asked for.
func TestAHandlerThatClosesItsWorker(t *testing.T) {
	keyed(t, func(t *testing.T, key func(*int64) uint64) {
		forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			var w *disruptor.Worker[int64]
			var got []int64
			g := r.HandleGroup(handled{Name: "g", Workers: 1, MaxBatch: 1, Key: key,
				Start: func(its *disruptor.Worker[int64]) error { w = its; return nil },
			}, func(b disruptor.Batch[int64]) error {
				if collect(&got, b); b.From() == 1 {
					w.Done(b)
					w.Close()
				}
				return nil
			})
			publish(t, p, 4)
			run := inBackground(func() error { return r.Run(t.Context()) })
			synctest.Wait()
			require.EqualValues(t, 2, g.Consumer().Position())
			r.Close()
			synctest.Wait()
			select {
			case err := <-run:
				require.Fail(t, "Run has thrown events away", "%v", err)
			default:
			}
			g.SetWorkers(1)
			require.NoError(t, <-run)
			require.Equal(t, []int64{0, 1, 2, 3}, got)
		})
	})
}
