package behaviour

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The events in hand when a handler fails: after a first part is done, none, an empty batch, and
// with aborted slots behind.

// Events that are done are not handled again, and the events behind them begin a new count.
func TestARetryBeginsAtThePosition(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var c *disruptor.Consumer[int64]
		var calls ranges
		c = r.HandleWith(disruptor.ConsumerConfig[int64]{
			OnFailure: disruptor.FailurePolicy{Retries: 1, Skip: true},
		}, func(b disruptor.Batch[int64]) error {
			if calls = append(calls, [2]int64{b.From(), b.To()}); b.From() < 2 {
				head, _ := b.Split(1)
				c.Done(head)
			}
			return errBoom
		})
		publish(t, p, 4)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, ranges{{0, 4}, {1, 4}, {2, 4}}, calls)
		got := r.Stats().Consumers[0]
		require.Equal(t, [3]int64{2, 2, 4}, [3]int64{got.Retried, got.Skipped, got.Position})
	})
}

// A handler that fails after Done of everything has no events to be called with again.
func TestAFailureWithNothingInHandIsNotRetried(t *testing.T) {
	for _, then := range []string{"stop", "skip", "dead letter"} {
		forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			var c *disruptor.Consumer[int64]
			calls, dead := 0, 0
			cfg := disruptor.ConsumerConfig[int64]{OnFailure: disruptor.FailurePolicy{Retries: 5, Skip: then == "skip"}}
			if then == "dead letter" {
				cfg.DeadLetter = func(b disruptor.Batch[int64], err error) error {
					dead++
					require.ErrorIs(t, err, errBoom)
					require.Equal(t, [2]int64{4, 4}, [2]int64{b.From(), b.To()})
					return nil
				}
			}
			c = r.HandleWith(cfg, func(b disruptor.Batch[int64]) error { calls++; c.Done(b); return errBoom })
			publish(t, p, 4)
			r.Close()
			err := r.Run(testContext(t))
			require.Equal(t, then == "stop", errors.Is(err, errBoom))
			require.Equal(t, then == "dead letter", dead == 1)
			require.Equal(t, 1, calls)
			got := r.Stats().Consumers[0]
			require.Equal(t, [3]int64{}, [3]int64{got.Retried, got.Skipped, got.DeadLettered})
		})
	}
}

// A failed call with an empty batch is repeated, also the last one of a Run, which still counts
// as one.
func TestACallWithAnEmptyBatchIsRepeated(t *testing.T) {
	for _, then := range []string{"succeed", "stop", "skip", "dead letter"} {
		t.Run(then, func(t *testing.T) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				var calls ranges
				dead := 0
				cfg := disruptor.ConsumerConfig[int64]{
					Name: "c", Idle: time.Hour,
					OnFailure: disruptor.FailurePolicy{Retries: 2, Backoff: time.Second, Skip: then == "skip"},
				}
				if then == "dead letter" {
					cfg.DeadLetter = func(b disruptor.Batch[int64], err error) error { dead++; require.Zero(t, b.Len()); return nil }
				}
				empty := 0
				c := r.HandleWith(cfg, func(b disruptor.Batch[int64]) error {
					calls = append(calls, [2]int64{b.From(), b.To()})
					if b.Len() > 0 {
						return nil
					}
					if empty++; then == "succeed" && empty%3 == 0 {
						return nil
					}
					return errBoom
				})
				publish(t, p, 2)
				running := run(r)
				time.Sleep(time.Hour + time.Minute)
				synctest.Wait()
				first := ranges{{0, 2}, {2, 2}, {2, 2}, {2, 2}}
				require.Equal(t, first, calls)
				r.Close()
				if err := <-running; then == "stop" {
					require.EqualError(t, err, `consumer "c", at 2: boom`)
					require.Equal(t, first, calls)
					return
				}
				require.Equal(t, append(first, first[1:]...), calls, "and the last call, with its retries")
				require.EqualValues(t, 2, c.Position())
				require.Equal(t, then == "dead letter", dead == 2)
				got := r.Stats().Consumers[0]
				require.Equal(t, [3]int64{4, 0, 0}, [3]int64{got.Retried, got.Skipped, got.DeadLettered})
			})
		})
	}
}

// A batch ends before aborted slots, and the position passes them after events that are given up.
func TestAnAbortedRangeBehindWhatIsGivenUp(t *testing.T) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[int64](t, disruptor.Config{Capacity: 16, Producers: producers})
		p := newProducer(r)
		var calls ranges
		c := r.HandleWith(disruptor.ConsumerConfig[int64]{OnFailure: disruptor.FailurePolicy{Retries: 1, Skip: true}},
			func(b disruptor.Batch[int64]) error {
				calls = append(calls, [2]int64{b.From(), b.To()})
				return errBoom
			})
		publish(t, p, 3)
		abort(t, p, 2)
		publish(t, p, 2)
		end := r.Published()
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, ranges{{0, 3}, {0, 3}, {5, end}, {5, end}}, calls)
		require.Equal(t, end, c.Position())
		require.Equal(t, end-2, r.Stats().Consumers[0].Skipped)
	}
}
