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

// call is one call of a handler: its batch, and when it came.
type call struct {
	at       time.Duration
	from, to int64
}

// flush is the configuration of a handler that is also called when nothing has come for that long.
func flush(idle time.Duration) disruptor.ConsumerConfig[int] {
	return disruptor.ConsumerConfig[int]{Name: "flush", Idle: idle}
}

// handleIdle runs a ring in a bubble whose handler is also called when nothing comes for a
// second. do sends and closes.
func handleIdle(t *testing.T, wait disruptor.WaitStrategy,
	do func(r *disruptor.Ring[int], p *disruptor.MultiProducer[int])) (calls []call) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, disruptor.Config{Capacity: 4, Wait: wait})
		began := time.Now()
		r.HandleWith(flush(time.Second), func(b disruptor.Batch[int]) error {
			calls = append(calls, call{time.Since(began), b.From(), b.To()})
			return nil
		})
		done := make(chan error)
		go func() { done <- r.Run(context.Background()) }()
		do(r, r.MultiProducer())
		r.Close()
		require.NoError(t, <-done)
		synctest.Wait()
	})
	return calls
}

// C63.
func TestAHandlerIsToldWhenNothingHasComeForSomeTime(t *testing.T) {
	for _, wait := range []disruptor.WaitStrategy{
		disruptor.BlockWait{}, disruptor.BlockWait{Spin: -1}, disruptor.SleepWait{Max: time.Hour},
	} {
		calls := handleIdle(t, wait, func(_ *disruptor.Ring[int], p *disruptor.MultiProducer[int]) {
			time.Sleep(2500 * time.Millisecond)
			require.True(t, p.TrySend(0))
			if _, sleeps := wait.(disruptor.SleepWait); sleeps {
				return // and sees it when it wakes
			}
			time.Sleep(999 * time.Millisecond)
			require.True(t, p.TrySend(1))
			time.Sleep(1500 * time.Millisecond)
		})
		want := []call{{time.Second, 0, 0}, {2 * time.Second, 0, 0}, {2500 * time.Millisecond, 0, 1},
			{3499 * time.Millisecond, 1, 2}, {4499 * time.Millisecond, 2, 2},
			{4999 * time.Millisecond, 2, 2}}
		if _, sleeps := wait.(disruptor.SleepWait); sleeps {
			require.Equal(t, want[:2], calls[:2])
			require.Equal(t, call{calls[2].at, 0, 1}, calls[2])
			require.Equal(t, call{calls[3].at, 1, 1}, calls[3], "the last one")
			require.Len(t, calls, 4)
			continue
		}
		require.Equal(t, want, calls, "%#v", wait)
	}
}

func TestAHandlerThatIsNeverIdleIsToldSoAtTheEndOnly(t *testing.T) {
	calls := handleIdle(t, disruptor.BlockWait{Spin: -1}, func(_ *disruptor.Ring[int], p *disruptor.MultiProducer[int]) {
		for range 100 {
			require.NoError(t, p.Send(context.Background(), 0))
			time.Sleep(999 * time.Millisecond)
		}
	})
	require.Len(t, calls, 101)
	require.Equal(t, call{100 * 999 * time.Millisecond, 100, 100}, calls[100])
	for i, c := range calls[:100] {
		require.Equal(t, call{time.Duration(i) * 999 * time.Millisecond, int64(i), int64(i) + 1}, c)
	}
}

func TestSpinningStrategiesTellTheirHandlerToo(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(4))
		p := newProducer(r)
		idle := 0
		r.HandleWith(flush(time.Millisecond), func(b disruptor.Batch[int]) error {
			if b.Len() > 0 {
				return nil
			}
			if idle++; idle == 3 {
				r.Close()
			}
			return nil
		})
		require.True(t, p.TrySend(1))
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, 4, idle, "and once at the end")
	})
}

func TestAnErrorOrAPanicOfAnIdleHandlerEndsTheRing(t *testing.T) {
	for _, handler := range []disruptor.Handler[int]{
		func(disruptor.Batch[int]) error { return errHandler },
		func(disruptor.Batch[int]) error { panic(errHandler) },
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int](t, disruptor.Config{Capacity: 4})
			r.HandleWith(flush(time.Minute), handler)
			err := r.Run(context.Background())
			require.ErrorIs(t, err, errHandler)
			require.ErrorContains(t, err, `consumer "flush"`)
			require.ErrorIs(t, r.Err(), disruptor.ErrClosed)
		})
	}
}

func TestAnIdleHandlerSeesAFailureAtOnceAndIsNotCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, disruptor.Config{Capacity: 4})
		r.HandleWith(flush(time.Hour), func(disruptor.Batch[int]) error { return errors.New("called") })
		began := time.Now()
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- r.Run(ctx) }()
		synctest.Wait()
		cancel()
		require.Equal(t, context.Canceled, <-done)
		require.Zero(t, time.Since(began))
	})
}

func TestAnIdleTimeIsNotNegativeAndNeedsAHandler(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 4})
	requirePanics(t, `disruptor: Idle of -1ns for consumer "flush"`, func() {
		r.HandleWith(flush(-1), func(disruptor.Batch[int]) error { return nil })
	})
	requirePanics(t, `disruptor: nil handler for consumer "flush"`, func() { r.HandleWith(flush(1), nil) })
	for _, cfg := range []disruptor.ConsumerConfig[int]{
		flush(1),
		{Name: "flush", Start: func(*disruptor.Consumer[int]) error { return nil }},
		{Name: "flush", Stop: func(*disruptor.Consumer[int]) {}},
	} {
		requirePanics(t, `disruptor: consumer "flush": Idle, Start and Stop need a handler`,
			func() { r.ConsumerWith(cfg) })
	}
	require.Empty(t, r.Stats().Consumers, "none of them has joined")
}
