package behaviour

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Lossy consumers that Run serves, and those of rings that clear.

type lossyConfig = disruptor.LossyConfig[int64]

func TestAHandlerThatHangsHoldsNobodyIfItIsLossy(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		hold := make(chan struct{})
		var l *ledger
		c := r.HandleLossy(lossyConfig{Name: "c", MaxBatch: 2}, func(c disruptor.Copy[int64]) error {
			<-hold
			return l.enter(c)
		})
		l = newLedger(c)
		strict := int64(0)
		r.Handle("strict", func(b disruptor.Batch[int64]) error { strict += int64(b.Len()); return nil })
		running := run(r)
		for seq := range int64(1000) {
			require.NoError(t, p.Send(t.Context(), seq))
		}
		synctest.Wait()
		require.EqualValues(t, 1000, strict)
		require.Equal(t, disruptor.Busy, r.Stats().Consumers[0].State)
		require.GreaterOrEqual(t, c.Missed(), int64(1000-2-4), "it has not come to know that yet")
		close(hold)
		require.NoError(t, r.Shutdown(t.Context()))
		require.NoError(t, <-running)
		require.NoError(t, l.close(c, 1000, false))
		require.Equal(t, disruptor.Unserved, r.Stats().Consumers[0].State)
	})
}

func TestShutdownWaitsForALossyHandler(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		hold := make(chan struct{})
		r.HandleLossy(lossyConfig{Name: "c", MaxBatch: 1}, func(disruptor.Copy[int64]) error { <-hold; return nil })
		running := run(r)
		publish(t, p, 3)
		synctest.Wait()
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(enough)
		err := r.Shutdown(ctx)
		require.ErrorIs(t, err, enough)
		require.ErrorContains(t, err, `consumer "c" at 1 has 2 left`)
		close(hold)
		require.Equal(t, err, <-running)
	})
}

func TestALossyHandlerThatFailsEndsTheRing(t *testing.T) {
	for name, fails := range map[string]func(){
		"error": nil, "panic": func() { panic(errHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				stopped := false
				r.HandleLossy(lossyConfig{
					Name: "c", MaxBatch: 2,
					Stop: func(*disruptor.LossyConsumer[int64]) { stopped = true },
				}, func(c disruptor.Copy[int64]) error {
					switch {
					case c.From < 2:
						return nil
					case fails != nil:
						fails()
					}
					return errHandler
				})
				publish(t, p, 4)
				err := r.Run(t.Context())
				var failed *disruptor.HandlerError
				require.ErrorAs(t, err, &failed)
				require.Equal(t, disruptor.HandlerError{Consumer: "c", From: 2, To: 4, Err: failed.Err, Stack: failed.Stack}, *failed)
				require.ErrorIs(t, err, errHandler)
				require.Equal(t, fails != nil, failed.Stack != nil)
				require.True(t, stopped)
				require.ErrorIs(t, p.Send(t.Context(), 0), errHandler)
			})
		})
	}
}

func TestStartAndStopOfALossyHandler(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var calls []string
		cfg := lossyConfig{Name: "c"}
		var c *disruptor.LossyConsumer[int64]
		cfg.Start = func(me *disruptor.LossyConsumer[int64]) error {
			require.Equal(t, c, me)
			calls = append(calls, "start")
			return nil
		}
		cfg.Stop = func(me *disruptor.LossyConsumer[int64]) {
			require.Equal(t, c, me)
			calls = append(calls, "stop")
		}
		c = r.HandleLossy(cfg, func(disruptor.Copy[int64]) error { calls = append(calls, "call"); return nil })
		publish(t, p, 2)
		r.Close()
		require.NoError(t, r.Run(t.Context()))
		require.Equal(t, []string{"start", "call", "stop"}, calls)

		r = newRing[int64](t, disruptor.Config{Capacity: 4})
		cfg.Start = func(*disruptor.LossyConsumer[int64]) error { return errHandler }
		c = r.HandleLossy(cfg, func(disruptor.Copy[int64]) error { t.Error("called"); return nil })
		publish(t, newProducer(r), 2)
		var failed *disruptor.HandlerError
		require.ErrorAs(t, r.Run(t.Context()), &failed)
		require.Equal(t, [2]int64{0, 0}, [2]int64{failed.From, failed.To})
	})
}

func TestALossyHandlerIsClosedByAnyGoroutine(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		calls := 0
		c := r.HandleLossy(lossyConfig{Name: "c"}, func(disruptor.Copy[int64]) error { calls++; return nil })
		unserved := r.HandleLossy(lossyConfig{Name: "unserved"}, func(disruptor.Copy[int64]) error { calls++; return nil })
		unserved.Close()
		running := run(r)
		synctest.Wait()
		c.Close() // which sleeps
		synctest.Wait()
		require.Empty(t, r.Stats().Consumers)
		c.Close()
		publish(t, p, 4)
		require.Zero(t, calls)
		late := r.HandleLossy(lossyConfig{Name: "late"}, func(disruptor.Copy[int64]) error { calls++; return nil })
		publish(t, p, 4)
		synctest.Wait()
		require.Equal(t, 1, calls)
		require.Zero(t, late.Lag())
		r.Close()
		require.NoError(t, <-running)
	})
}

// A slow lossy handler holds nobody up, so it counts as no problem.
func TestALossyHandlerMayWaitForRoomInItsRing(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 2})
	p := r.MultiProducer()
	slow := r.Consumer("slow")
	sent := make(chan error)
	r.HandleLossy(lossyConfig{MaxBatch: 1}, func(c disruptor.Copy[int64]) error {
		if c.From == 0 {
			go func() { sent <- nil }()
			return p.Send(context.Background(), 2)
		}
		return nil
	})
	running := run(r)
	publish(t, p, 2)
	require.NoError(t, <-sent)
	advance(t, slow, 2)
	eventually(t, func() bool { return r.Published() == 3 }, "the handler has sent an event")
	r.Close()
	require.NoError(t, <-running)
}

// Slots are zeroed once they have been copied or missed; the memory of a copy is zeroed by the
// next call.
func TestALossyConsumerOfARingThatClears(t *testing.T) {
	forEachClearScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := lossy(r, s.Capacity)
		b := publish(t, p, s.Capacity)
		requireCleared(t, b, b.From(), b.From(), b.To())
		got, ok := c.TryNext()
		require.True(t, ok)
		requireCleared(t, b, b.From(), b.To(), b.To())
		require.Equal(t, b.From(), got.Events[0])
		requireNoCopy(t, c)
		require.Equal(t, make([]int64, s.Capacity), got.Events, "nothing is kept alive")

		publish(t, p, s.Capacity)
		next, ok := p.TryClaim(s.Capacity)
		require.True(t, ok, "nobody waits for it")
		for seq, v := range next.All() {
			require.Zero(t, *v)
			*v = seq
		}
		p.Publish(next)
		got, ok = c.TryNext()
		require.True(t, ok)
		require.EqualValues(t, s.Capacity, got.Missed)
		c.Close()
		require.Equal(t, make([]int64, s.Capacity), got.Events)
	})
}

func TestALossyHandlerKeepsNothingAliveWhileItWaits(t *testing.T) {
	r := newRing[owner](t, disruptor.Config{Capacity: 4, Clear: true})
	p := r.MultiProducer()
	c := r.HandleLossy(disruptor.LossyConfig[owner]{}, func(disruptor.Copy[owner]) error { return nil })
	running := run(r)
	var held []weak.Pointer[[64]byte]
	for range 3 {
		func() {
			owned := new([64]byte)
			held = append(held, weak.Make(owned))
			require.True(t, p.TrySend(owner{owned, 1}))
		}()
	}
	eventually(t, func() bool { return r.Stats().Consumers[0].State == disruptor.Waiting && c.Lag() == 0 }, "it waits")
	requireFreed(t, held)
	r.Close()
	require.NoError(t, <-running)
}
