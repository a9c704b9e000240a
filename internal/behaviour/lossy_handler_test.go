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

// Lossy consumers that Run serves, and those that sleep. In a bubble a wake-up that is lost is a deadlock.

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

// It holds nobody up, so nothing is wrong with it.
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

func TestASleepingLossyConsumerIsWokenByAPublishAndByAnAbort(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, claims := range []int{1, 3} { // with three it has been lapped when it looks
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int64](t, disruptor.Config{Capacity: 1, Producers: kind, Wait: disruptor.BlockWait{Spin: -1}})
				p, c := newProducer(r), lossy(r, 1)
				l := newLedger(c)
				got := make(chan error)
				for turn := range 3 {
					go func() {
						c, err := c.Next(t.Context())
						if err == nil {
							err = l.enter(c)
						}
						got <- err
					}()
					synctest.Wait()
					if kind == disruptor.Multi && turn == 1 {
						abort(t, p, 1)
						synctest.Wait()
						require.Empty(t, got)
					}
					for range claims {
						publish(t, p, 1)
					}
					require.NoError(t, <-got)
				}
				drainCopies(t, c, l)
				require.NoError(t, l.close(c, r.Published(), true))
			})
		}
	}
}

// Where nothing but a lossy consumer could be in the way, a claim sleeps only while something is copied or another
// claim is open; here the first in the queue goes, and the next has room if it pushes. B9.
func TestTheNextClaimPushesALossyConsumer(t *testing.T) {
	for _, clear := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.BlockWait{Spin: -1}, Clear: clear})
			p, c := r.MultiProducer(), lossy(r, 1)
			for range 3 {
				publish(t, p, 1)
			}
			open := claim(t, p, 1)
			ctx, cancel := context.WithCancel(t.Context())
			first, second := make(chan error, 1), make(chan error, 1)
			go func() { _, err := p.Claim(ctx, 4); first <- err }()
			synctest.Wait()
			go func() { _, err := p.Claim(t.Context(), 1); second <- err }()
			synctest.Wait()
			require.Empty(t, first)
			require.Empty(t, second, "it waits behind the first")
			require.Zero(t, c.Missed(), "there is no room for the first anyway")
			cancel()
			require.ErrorIs(t, <-first, context.Canceled)
			require.NoError(t, <-second)
			p.Publish(open)
		})
	}
}

// A publish makes room for a claim that waited for another to be published, whoever stands behind. B9.
func TestAPublishLetsAClaimPush(t *testing.T) {
	for _, clear := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 2, Wait: disruptor.BlockWait{Spin: -1}, Clear: clear})
			p, c := r.MultiProducer(), lossy(r, 1)
			open := claim(t, p, 2)
			claimed := make(chan error, 1)
			go func() { _, err := p.Claim(t.Context(), 2); claimed <- err }()
			synctest.Wait()
			require.Empty(t, claimed)
			p.Publish(open)
			require.NoError(t, <-claimed)
			require.EqualValues(t, 2, c.Missed())
		})
	}
}

// A strict consumer that moves makes room up to where it stands, which it does only if somebody pushes.
func TestADoneLetsAClaimPush(t *testing.T) {
	for _, clear := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 2, Wait: disruptor.BlockWait{Spin: -1}, Clear: clear})
			p, c := r.MultiProducer(), lossy(r, 1)
			strict := r.Consumer("strict")
			publish(t, p, 1)
			publish(t, p, 1)
			claimed := make(chan error, 1)
			go func() { _, err := p.Claim(t.Context(), 2); claimed <- err }()
			synctest.Wait()
			advance(t, strict, 1)
			synctest.Wait()
			require.Empty(t, claimed)
			advance(t, strict, 2)
			require.NoError(t, <-claimed)
			require.EqualValues(t, 2, c.Missed())
		})
	}
}

// Slots are zeroed once they have been copied or missed, and what was copied with the next call.
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
