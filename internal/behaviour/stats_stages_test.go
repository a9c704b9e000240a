package behaviour

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Which consumer holds a ring back: Stats tells a stage that waits for another from one that is
// slow.

func TestStatsOfThreeStagesOfWhichTheFirstIsStuck(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		handler := func(disruptor.Batch[int64]) error { return nil }
		hold := make(chan struct{})
		first := r.HandleWith(disruptor.ConsumerConfig[int64]{Name: "first", MaxBatch: 1},
			func(b disruptor.Batch[int64]) error {
				if b.From() == 1 {
					<-hold
				}
				return nil
			})
		second := r.Handle("second", handler, first)
		r.Handle("third", handler, second, first)
		running := run(r)
		publish(t, p, 4)
		synctest.Wait()
		require.Equal(t, []disruptor.ConsumerStats{
			{Name: "first", Position: 1, Lag: 3, Available: 3, State: disruptor.Busy},
			{Name: "second", After: []string{"first"}, Position: 1, Lag: 3, State: disruptor.Waiting},
			{Name: "third", After: []string{"second", "first"}, Position: 1, Lag: 3, State: disruptor.Waiting},
		}, settled(r.Stats()).Consumers)

		close(hold)
		synctest.Wait()
		for _, c := range r.Stats().Consumers {
			require.Equal(t, disruptor.Waiting, c.State, c.Name)
			require.Zero(t, c.Lag, c.Name)
			require.Zero(t, c.Available, c.Name)
		}

		second.Close() // and the third follows the first
		synctest.Wait()
		stats := r.Stats().Consumers
		require.Len(t, stats, 2)
		require.Equal(t, []string{"first"}, stats[1].After)
		r.Close()
		require.NoError(t, <-running)
		for _, c := range r.Stats().Consumers {
			require.Equal(t, disruptor.Unserved, c.State, c.Name)
		}
	})
}

func TestAHandledConsumerIsUnservedWithoutRun(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	r.Handle("handled", func(disruptor.Batch[int64]) error { return nil })
	r.Consumer("by hand")
	publish(t, r.MultiProducer(), 3)
	require.Equal(t, []disruptor.ConsumerStats{
		{Name: "handled", Lag: 3, Available: 3, State: disruptor.Unserved},
		{Name: "by hand", Lag: 3, Available: 3, State: disruptor.Busy},
	}, settled(r.Stats()).Consumers)
}

func TestAConsumerByHandIsWaitingInItsWaitsOnly(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		state := func() disruptor.ConsumerState { return r.Stats().Consumers[0].State }
		for _, wait := range []func(ctx context.Context) error{
			func(ctx context.Context) error { _, err := c.Next(ctx); return err },
			func(ctx context.Context) error { _, err := c.WaitFor(ctx, c.Position()); return err },
			func(ctx context.Context) error {
				for range c.Batches(ctx) {
					break
				}
				return c.Err()
			},
		} {
			require.Equal(t, disruptor.Busy, state())
			require.ErrorIs(t, wait(expired), errLate)
			require.Equal(t, disruptor.Busy, state(), "after a wait in vain")
			done := inBackground(func() error { return wait(context.Background()) })
			synctest.Wait()
			require.Equal(t, disruptor.Waiting, state())
			end := publish(t, p, 1).To()
			require.NoError(t, <-done)
			require.Equal(t, disruptor.Busy, state())
			advance(t, c, end)
		}
	})
}

func TestStatsHasALineForEachConsumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 8})
		p := r.MultiProducer()
		a := r.Consumer("a")
		b := r.Handle("b", func(disruptor.Batch[int64]) error { return nil })
		r.Consumer("c", a, b)
		publish(t, p, 3)
		claim(t, p, 2)
		advance(t, a, 1)
		done := inBackground(func() error { _, err := r.Consumer("d").Next(context.Background()); return err })
		synctest.Wait()
		lines := strings.Split(r.Stats().String(), "\n")
		require.Equal(t, []string{
			"ring of 8 slots: 5 claimed, 3 published, 3 free",
			`  "a" is busy at 1: 2 behind, 2 available; 1 batch, median 1, at most 3 behind`,
			`  "b" is unserved at 0: 3 behind, 3 available`,
			`  "c" after "a", "b" is busy at 0: 3 behind, 0 available`,
			`  "d" is waiting at 3: 0 behind, 0 available`,
		}, lines[:5])
		require.Len(t, lines, 6)
		require.Contains(t, lines[5], "parked 1 times")
		r.Close()
		fail(t, r)
		require.ErrorIs(t, <-done, errLate)
	})
}

func TestConsumerStateHasAText(t *testing.T) {
	require.Equal(t, "busy waiting unserved retrying ConsumerState(4)", strings.Join([]string{
		disruptor.Busy.String(), disruptor.Waiting.String(), disruptor.Unserved.String(), disruptor.Retrying.String(),
		disruptor.ConsumerState(4).String(),
	}, " "))
}
