package behaviour

import (
	"context"
	"encoding/json"
	"expvar"
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The figures of Stats about the past: how long something has lasted, how far behind a consumer
// was, and the sizes of its batches.

func TestABlockedClaimIsCountedFromItsFirstParkToItsEnd(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		publish(t, p, 4)
		blocked := func() [2]any { s := r.Stats(); return [2]any{s.Blocked, s.BlockedFor} }
		require.Equal(t, [2]any{0, time.Duration(0)}, blocked())
		for name, end := range map[string]func(cancel context.CancelFunc){
			"room":        func(context.CancelFunc) { b, _ := c.TryNext(); first, _ := b.Split(1); c.Done(first) },
			"its context": func(cancel context.CancelFunc) { cancel() },
		} {
			ctx, cancel := context.WithCancel(context.Background())
			done := inBackground(func() error { return p.Send(ctx, 0) })
			synctest.Wait()
			time.Sleep(time.Second)
			require.Equal(t, [2]any{1, time.Second}, blocked(), name)
			end(cancel)
			<-done
			require.Equal(t, [2]any{0, time.Duration(0)}, blocked(), name)
			cancel()
		}
		done := inBackground(func() error { return p.Send(context.Background(), 0) })
		synctest.Wait()
		r.Close()
		require.ErrorIs(t, <-done, disruptor.ErrClosed)
		require.Equal(t, [2]any{0, time.Duration(0)}, blocked(), "Close")
	})
}

// Also under strategies that never park, and for each producer.
func TestEachStrategyShowsItsBlockedClaims(t *testing.T) {
	for _, v := range variants() {
		if v.producers == disruptor.Single {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(testContext(t))
			r := newRing[int64](t, v.config(2))
			p, done := r.MultiProducer(), make(chan error, 2)
			r.Consumer("c")
			publish(t, p, 2)
			for range cap(done) {
				go func() { done <- p.Send(ctx, 0) }()
			}
			eventually(t, func() bool { return r.Stats().Blocked == 2 }, "both are blocked")
			require.Positive(t, r.Stats().BlockedFor)
			cancel()
			for range cap(done) {
				require.ErrorIs(t, <-done, context.Canceled)
			}
			require.Zero(t, r.Stats().Blocked)
		})
	}
}

func TestTheFirstBlockedClaimSaysForHowLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 1})
		p, c := r.MultiProducer(), r.Consumer("c")
		publish(t, p, 1)
		done := make(chan error, 3)
		for i := range cap(done) {
			go func() { done <- p.Send(context.Background(), int64(i+1)) }()
			time.Sleep(time.Second)
		}
		for left := cap(done); left > 0; left-- {
			s := r.Stats()
			require.Equal(t, left, s.Blocked)
			require.Equal(t, time.Duration(left)*time.Second, s.BlockedFor)
			advance(t, c, c.Position()+1)
			require.NoError(t, <-done)
		}
		require.Zero(t, r.Stats().Blocked)
	})
}

func TestStatsKnowForHowLongByEarlierLooks(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		durations := func() [2]time.Duration { s := r.Stats(); return [2]time.Duration{s.Consumers[0].For, s.OpenFor} }
		wait := func() { time.Sleep(time.Second) }
		wait()
		require.Equal(t, [2]time.Duration{}, durations(), "nobody has looked before")
		wait()
		require.Equal(t, [2]time.Duration{time.Second, 0}, durations())
		b := claim(t, p, 1)
		wait()
		require.Equal(t, [2]time.Duration{2 * time.Second, 0}, durations())
		wait()
		require.Equal(t, [2]time.Duration{3 * time.Second, time.Second}, durations())
		p.Publish(b)
		require.Equal(t, [2]time.Duration{3 * time.Second, 0}, durations())
		advance(t, c, 1)
		wait()
		require.Equal(t, [2]time.Duration{}, durations(), "it has moved")
		next := inBackground(func() error { _, err := c.Next(context.Background()); return err })
		synctest.Wait()
		require.Equal(t, [2]time.Duration{}, durations(), "it waits now")
		b = claim(t, p, 1)
		require.Equal(t, [2]time.Duration{}, durations(), "another claim is open")
		wait()
		require.Equal(t, [2]time.Duration{time.Second, time.Second}, durations())
		p.Publish(b)
		require.NoError(t, <-next)
	})
}

func TestMaxLagIsTheGreatestThatAnybodyHasSeen(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		stage := r.Consumer("stage", c)
		tap := r.LossyConsumer(disruptor.LossyConfig[int64]{})
		w := r.Group(disruptor.GroupConfig[int64]{}).Worker()
		greatest := func() (lags [4]int64) {
			for i, c := range r.Stats().Consumers {
				lags[i] = c.MaxLag
			}
			return lags
		}
		all := func(to int64) {
			advance(t, c, to)
			advance(t, stage, to)
			b, ok := w.TryNext()
			require.True(t, ok)
			w.Done(b)
			_, ok = tap.TryNext()
			require.True(t, ok)
		}
		publish(t, p, 1)
		all(1)
		publish(t, p, 3)
		all(4)
		require.Equal(t, [4]int64{3, 3, 3, 3}, greatest(), "they have found that many themselves")
		publish(t, p, 4)
		advance(t, c, 8)
		require.Equal(t, [4]int64{4, 4, 4, 4}, greatest(), "this look has")
		sent := inBackground(func() error { return p.Send(context.Background(), 0) })
		synctest.Wait()
		advance(t, stage, 8)
		require.Equal(t, int64(4), r.Stats().Consumers[1].MaxLag)
		r.Close()
		require.ErrorIs(t, <-sent, disruptor.ErrClosed)
	})
}

func TestStatsCountTheSizesOfBatches(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		sizes := func() map[int64]int64 { return maps.Collect(r.Stats().Consumers[0].Batches.All()) }
		c := r.Consumer("by hand")
		publish(t, p, 3)
		b, _ := c.TryNext()
		require.Empty(t, sizes(), "not handed back yet")
		first, rest := b.Split(1)
		c.Done(first)
		c.Done(rest)
		require.Equal(t, map[int64]int64{1: 1, 2: 1}, sizes())
		c.Close()

		r.Handle("handler", nothing)
		publish(t, p, 3)
		running := run(r)
		synctest.Wait()
		publish(t, p, 3)
		synctest.Wait()
		require.Equal(t, map[int64]int64{3: 2}, sizes())
		require.EqualValues(t, 6, r.Stats().Consumers[0].Batches.Slots)
		r.Close()
		require.NoError(t, <-running)
	})
}

// expvars counts the variables of this process: expvar takes no name twice, also in another run of the test.
var expvars atomic.Int64

func TestAVarIsWhatExpvarPublishes(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Name: "orders\xff", Capacity: 4})
	c := r.Consumer(`"c"`)
	r.Consumer("d", c)
	p := r.MultiProducer()
	publish(t, p, 3)
	advance(t, c, 2)
	name := fmt.Sprint("orders ", expvars.Add(1))
	expvar.Publish(name, r.Var())
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(expvar.Get(name).String()), &got))
	consumer := got["consumers"].([]any)[0].(map[string]any)
	require.Equal(t, `"c"`, consumer["name"])
	require.Equal(t, "busy", consumer["state"])
	require.EqualValues(t, 2, consumer["position"])
	require.Equal(t, map[string]any{"count": 1., "mean": 2., "p50": 2., "p99": 2., "max": 2.}, consumer["batches"])
	require.Equal(t, []any{}, consumer["after"])
	require.Equal(t, []any{`"c"`}, got["consumers"].([]any)[1].(map[string]any)["after"])
	require.EqualValues(t, 1, got["free"])
	require.Contains(t, got["explain"], `1 of 4 slots free; consumer "\"c\"" at 2`, "as Explain says it")
	require.Len(t, got, 17)
}
