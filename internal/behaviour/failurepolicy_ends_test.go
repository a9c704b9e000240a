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

// Pauses before retries, and what ends them.

// alwaysFails is a configuration whose handler always fails and is called again each hour.
func alwaysFails(calls *int) (disruptor.ConsumerConfig[int64], disruptor.Handler[int64]) {
	cfg := disruptor.ConsumerConfig[int64]{
		Name:      "bad",
		OnFailure: disruptor.FailurePolicy{Retries: -1, Backoff: time.Hour, MaxBackoff: time.Hour},
	}
	return cfg, func(disruptor.Batch[int64]) error { *calls++; return errBoom }
}

// C72.
func TestPausesDoubleUpToTheLongest(t *testing.T) {
	for _, c := range []struct {
		policy disruptor.FailurePolicy
		want   []time.Duration
	}{
		{disruptor.FailurePolicy{Retries: 3}, []time.Duration{0, 0, 0}},
		{disruptor.FailurePolicy{Retries: 4, Backoff: 300 * time.Millisecond}, []time.Duration{3e8, 6e8, 1e9, 1e9}},
		{disruptor.FailurePolicy{Retries: 2, Backoff: time.Minute}, []time.Duration{time.Minute, time.Minute}},
		{disruptor.FailurePolicy{Retries: 3, Backoff: 1, MaxBackoff: 3}, []time.Duration{1, 2, 3}},
		{disruptor.FailurePolicy{Retries: 3, Backoff: 2, MaxBackoff: 4}, []time.Duration{2, 4, 4}},
		{disruptor.FailurePolicy{Retries: 2, Backoff: 1<<62 - 1, MaxBackoff: 1<<62 + 1}, []time.Duration{1<<62 - 1, 1<<62 + 1}},
	} {
		forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			var pauses []time.Duration
			last := time.Now()
			r.HandleWith(disruptor.ConsumerConfig[int64]{OnFailure: c.policy}, func(disruptor.Batch[int64]) error {
				pauses = append(pauses, time.Since(last))
				last = time.Now()
				return errBoom
			})
			publish(t, p, 1)
			if r.Close(); c.policy.MaxBackoff > 1<<60 {
				ctx, cancel := context.WithTimeout(t.Context(), 1<<62+2) // the clock of a bubble ends before the second pause
				defer cancel()
				require.ErrorIs(t, r.Run(ctx), errBoom)
				require.Equal(t, c.want[0], pauses[1])
				return
			}
			require.ErrorIs(t, r.Run(context.Background()), errBoom)
			require.Equal(t, append([]time.Duration{0}, c.want...), pauses)
		})
	}
}

// A failure of the ring ends a pause at once, and Run reports the failure that was not retried.
func TestAFailureOfTheRingEndsAPauseAtOnce(t *testing.T) {
	ends := map[string]func(t *testing.T, r *disruptor.Ring[int64], cancel func(error)){
		"the context of Run": func(_ *testing.T, _ *disruptor.Ring[int64], cancel func(error)) { cancel(errLate) },
		"the same after Close": func(_ *testing.T, r *disruptor.Ring[int64], cancel func(error)) {
			r.Close()
			synctest.Wait()
			cancel(errLate)
		},
		"Shutdown out of time": func(t *testing.T, r *disruptor.Ring[int64], _ func(error)) {
			require.ErrorIs(t, r.Shutdown(expired), errLate)
		},
		"another handler": func(_ *testing.T, r *disruptor.Ring[int64], _ func(error)) {
			r.HandleWith(disruptor.ConsumerConfig[int64]{
				Start: func(*disruptor.Consumer[int64]) error { return errLate },
			}, func(disruptor.Batch[int64]) error { return nil })
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				calls, stopped := 0, false
				cfg, handler := alwaysFails(&calls)
				cfg.Stop = func(*disruptor.Consumer[int64]) { stopped = true }
				c := r.HandleWith(cfg, handler)
				publish(t, p, 4)
				ctx, cancel := context.WithCancelCause(context.Background())
				running := inBackground(func() error { return r.Run(ctx) })
				time.Sleep(90 * time.Minute)
				began := time.Now()
				end(t, r, cancel)
				err := <-running
				require.Zero(t, time.Since(began))
				require.ErrorIs(t, err, errLate)
				require.ErrorIs(t, err, errBoom, "what was not retried")
				require.ErrorContains(t, err, `not retried: consumer "bad", batch [0, 4): boom`)
				require.NotErrorIs(t, r.Shutdown(context.Background()), errBoom, "it is not what failed the ring")
				require.Equal(t, 2, calls)
				require.True(t, stopped)
				require.Zero(t, c.Position())
				require.EqualValues(t, 1, r.Stats().Consumers[0].Retried)
			})
		})
	}
}

// Without a pause, too, the handler is not called again.
func TestNothingIsRetriedAfterAFailureOfTheRing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		ctx, cancel := context.WithCancelCause(testContext(t))
		defer cancel(nil)
		calls := 0
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			Name: "bad", OnFailure: disruptor.FailurePolicy{Retries: -1},
		}, func(disruptor.Batch[int64]) error {
			if calls++; calls == 3 {
				cancel(errLate)
				eventually(t, func() bool { return errors.Is(r.Err(), errLate) }, "the ring has failed")
			}
			return errBoom
		})
		publish(t, p, 4)
		err := r.Run(ctx)
		require.ErrorIs(t, err, errLate)
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, 3, calls)
	})
}

// Close of the consumer also ends a pause: it leaves where it stands, and its followers go on.
func TestCloseOfAConsumerEndsItsPauseAtOnce(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		calls := 0
		cfg, handler := alwaysFails(&calls)
		c := r.HandleWith(cfg, handler)
		var seen []int64
		r.Handle("follower", func(b disruptor.Batch[int64]) error { collect(&seen, b); return nil }, c)
		running := run(r)
		publish(t, p, 4)
		time.Sleep(30 * time.Minute)
		require.Empty(t, seen)
		began := time.Now()
		c.Close()
		c.Close()
		synctest.Wait()
		require.Zero(t, time.Since(began))
		require.Equal(t, []int64{0, 1, 2, 3}, seen)
		require.Zero(t, c.Position())
		require.Len(t, r.Stats().Consumers, 1)
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, 1, calls)
	})
}

// A consumer that is closed while one event of a batch is given up finishes the batch in hand.
func TestAClosedConsumerFinishesItsBatchAfterASkip(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var c *disruptor.Consumer[int64]
		var seen []int64
		c = r.HandleWith(disruptor.ConsumerConfig[int64]{OnFailure: disruptor.FailurePolicy{Skip: true}},
			disruptor.Each(func(seq int64, _ *int64) error {
				if seq == 1 {
					c.Close()
					return errBoom
				}
				seen = append(seen, seq)
				return nil
			}))
		publish(t, p, 4)
		running := run(r)
		eventually(t, func() bool { return len(r.Stats().Consumers) == 0 }, "c has left")
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, []int64{0, 2, 3}, seen)
		require.EqualValues(t, 4, c.Position())
	})
}

func TestCloseAndShutdownLetRetriesRunOut(t *testing.T) {
	for _, shutdown := range []bool{false, true} {
		forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			calls, dead := 0, 0
			cfg, handler := alwaysFails(&calls)
			cfg.OnFailure.Retries = 3
			cfg.DeadLetter = func(b disruptor.Batch[int64], _ error) error { dead += b.Len(); return nil }
			r.HandleWith(cfg, handler)
			publish(t, p, 4)
			began := time.Now()
			running := run(r)
			synctest.Wait()
			if r.Close(); shutdown {
				require.NoError(t, r.Shutdown(context.Background()))
			}
			require.NoError(t, <-running)
			require.Equal(t, 3*time.Hour, time.Since(began))
			require.Equal(t, [2]int{4, 4}, [2]int{calls, dead})
		})
	}
}

// The events behind a skipped event in its batch are not handled then either.
func TestTheRestOfABatchIsNotHandledAfterAFailureOfTheRing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		ctx, cancel := context.WithCancelCause(testContext(t))
		defer cancel(nil)
		var calls []int64
		c := r.HandleWith(disruptor.ConsumerConfig[int64]{OnFailure: disruptor.FailurePolicy{Skip: true}},
			disruptor.Each(func(seq int64, _ *int64) error {
				if calls = append(calls, seq); seq == 1 {
					cancel(errLate)
					eventually(t, func() bool { return errors.Is(r.Err(), errLate) }, "the ring has failed")
					return errBoom
				}
				return nil
			}))
		publish(t, p, 4)
		require.Equal(t, errLate, r.Run(ctx), "what was skipped is settled")
		require.Equal(t, []int64{0, 1}, calls)
		require.EqualValues(t, 2, c.Position())
	})
}

// Events that an idle handler has kept are not held up by a batch that it could not handle.
func TestACloseThatEndsAPauseIsFollowedByTheLastCall(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		calls := 0
		cfg, fails := alwaysFails(&calls)
		cfg.Idle = time.Minute
		var batches ranges
		c := r.HandleWith(cfg, func(b disruptor.Batch[int64]) error {
			if batches = append(batches, [2]int64{b.From(), b.To()}); b.Len() > 0 {
				return fails(b)
			}
			return nil
		})
		publish(t, p, 4)
		running := run(r)
		time.Sleep(30 * time.Minute)
		c.Close()
		synctest.Wait()
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, ranges{{0, 4}, {0, 0}}, batches)
	})
}
