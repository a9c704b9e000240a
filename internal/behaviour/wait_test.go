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

// The answers of the strategies, and what the ring does with them.

// C42. A backoff in phases is a user-defined strategy: here it looks at once, and after 1, 2 and
// 10 ms.
func TestAUserDefinedStrategyBacksOffInPhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var looks []time.Duration
		phases := []disruptor.Action{
			disruptor.Spin, disruptor.Yield, disruptor.Sleep(time.Millisecond),
			disruptor.Sleep(2 * time.Millisecond), disruptor.Sleep(10 * time.Millisecond),
		}
		r := newRing[int](t, disruptor.Config{Capacity: 1, Wait: idleFunc(func(n int) disruptor.Action {
			looks = append(looks, time.Since(began))
			return phases[min(n, len(phases)-1)]
		})})
		ctx, cancel := context.WithTimeout(context.Background(), 25*time.Millisecond)
		defer cancel()
		_, err := r.Consumer("c").Next(ctx)
		require.Equal(t, context.DeadlineExceeded, err)
		var ms []int
		for _, l := range looks {
			ms = append(ms, int(l.Milliseconds()))
		}
		require.Equal(t, []int{0, 0, 0, 1, 3, 13, 23}, ms[:7])
		require.Equal(t, 25*time.Millisecond, time.Since(began))
	})
}

// askedOften is a context that ends when its Err has been called 40 times.
type askedOften struct {
	context.Context
	asked int
}

func (c *askedOften) Err() error {
	if c.asked++; c.asked > 40 {
		return context.Canceled
	}
	return nil
}

// C24.
func TestOnlyStrategiesThatParkDoSo(t *testing.T) {
	for _, c := range []struct {
		name  string
		wait  disruptor.WaitStrategy
		parks bool
	}{
		{"SpinWait", disruptor.SpinWait{}, false},
		{"YieldWait", disruptor.YieldWait{}, false},
		{"SleepWait", disruptor.SleepWait{}, false},
		{"BlockWait", disruptor.BlockWait{}, true},
		{"BlockWait at once", disruptor.BlockWait{Spin: -1}, true},
		{"no strategy", nil, true},
		{"user-defined that yields", idleFunc(func(int) disruptor.Action { return disruptor.Yield }), false},
		{"user-defined that parks", idleFunc(func(int) disruptor.Action { return disruptor.Park }), true},
	} {
		for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
			t.Run(c.name, func(t *testing.T) {
				r := newRing[int](t, disruptor.Config{Capacity: 2, Producers: kind, Wait: c.wait})
				p := newProducer(r)
				consumer := r.Consumer("consumer")
				stage := r.Consumer("stage", consumer)
				// A call waits until it has parked, or has looked at its context often enough that it won't.
				waits := func(call func(ctx context.Context) error) {
					before := r.Stats().Parks
					if !c.parks {
						require.ErrorIs(t, call(&askedOften{Context: context.Background()}), context.Canceled)
						require.Equal(t, before, r.Stats().Parks)
						return
					}
					ctx, cancel := context.WithCancel(context.Background())
					done := make(chan error, 1)
					go func() { done <- call(ctx) }()
					eventually(t, func() bool { return r.Stats().Parks > before }, "the call has parked")
					cancel()
					require.ErrorIs(t, <-done, context.Canceled)
				}
				waits(func(ctx context.Context) error { _, err := consumer.Next(ctx); return err })
				waits(func(ctx context.Context) error { _, err := consumer.WaitFor(ctx, 1); return err })
				require.True(t, p.TrySend(0))
				require.True(t, p.TrySend(1))
				waits(func(ctx context.Context) error { _, err := stage.Next(ctx); return err })
				waits(func(ctx context.Context) error { _, err := stage.WaitFor(ctx, 1); return err })
				waits(func(ctx context.Context) error { return p.Send(ctx, 2) })
				waits(func(ctx context.Context) error { _, err := p.Claim(ctx, 2); return err })
				require.Zero(t, r.Stats().Wakes)
			})
		}
	}
}

func TestSleepWaitSleepsLongerAndLongerUpToMax(t *testing.T) {
	require.Equal(t, disruptor.Sleep(time.Microsecond), disruptor.SleepWait{}.Idle(100))
	require.Equal(t, disruptor.Sleep(8*time.Microsecond), disruptor.SleepWait{}.Idle(103))
	for n := 100; n < 200; n++ {
		require.LessOrEqual(t, disruptor.SleepWait{}.Idle(n), disruptor.SleepWait{}.Idle(n+1))
	}
	require.Equal(t, disruptor.Sleep(time.Millisecond), disruptor.SleepWait{}.Idle(1<<30))
	require.Equal(t, disruptor.Sleep(5*time.Microsecond), disruptor.SleepWait{Max: 5 * time.Microsecond}.Idle(110))
	require.Equal(t, disruptor.Sleep(time.Hour), disruptor.SleepWait{Max: time.Hour}.Idle(1<<30))
}

func TestSleepOfNothingIsYield(t *testing.T) {
	require.Equal(t, disruptor.Yield, disruptor.Sleep(0))
	require.Equal(t, disruptor.Yield, disruptor.Sleep(-2)) // and not Park
	require.Equal(t, disruptor.Action(5*time.Millisecond), disruptor.Sleep(5*time.Millisecond))
}

func TestAUserDefinedStrategyIsAskedWithTheNumberOfTheLook(t *testing.T) {
	var looks []int
	ctx, cancel := context.WithCancel(context.Background())
	r := newRing[int](t, disruptor.Config{Capacity: 1, Wait: idleFunc(func(n int) disruptor.Action {
		looks = append(looks, n)
		if n == 5 {
			cancel()
		}
		return []disruptor.Action{
			disruptor.Spin, disruptor.Yield, disruptor.Sleep(time.Microsecond),
			disruptor.Spin, disruptor.Sleep(2 * time.Millisecond), disruptor.Yield,
		}[n%6]
	})})
	p, c := r.MultiProducer(), r.Consumer("c")
	for _, call := range []func() error{
		func() error { _, err := c.Next(ctx); return err },
		func() error { _, err := c.WaitFor(ctx, 0); return err },
		func() error { require.True(t, p.TrySend(0)); return p.Send(ctx, 1) },
	} {
		looks = nil
		require.ErrorIs(t, call(), context.Canceled)
		require.Equal(t, []int{0, 1, 2, 3, 4, 5}, looks)
		ctx, cancel = context.WithCancel(context.Background())
	}
	cancel()
}

func TestAnUnknownActionPanics(t *testing.T) {
	ctx := context.Background()
	r := newRing[int](t, disruptor.Config{Capacity: 1, Wait: idleFunc(func(int) disruptor.Action { return -3 })})
	p, c := r.MultiProducer(), r.Consumer("c")
	const text = "disruptor: WaitStrategy.Idle returned the unknown action -3"
	require.PanicsWithValue(t, text, func() { _, _ = c.Next(ctx) })
	require.PanicsWithValue(t, text, func() { _, _ = c.WaitFor(ctx, 0) })
	require.True(t, p.TrySend(0))
	require.PanicsWithValue(t, text, func() { _ = p.Send(ctx, 1) })
	requireSequences(t, ctx, c, 0, 1) // the ring is as it was
	require.NoError(t, p.Send(ctx, 1))
}

func TestWhatComesTogetherWithTheEndOfTheContextIsASuccess(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		ctx, cancel := context.WithCancel(context.Background())
		var meanwhile func()
		r := newRing[int](t, disruptor.Config{Capacity: 1, Producers: kind, Wait: idleFunc(func(int) disruptor.Action {
			meanwhile()
			cancel()
			return disruptor.Yield
		})})
		p := newProducer(r)
		c := r.Consumer("c")
		stage := r.Consumer("stage", c)

		meanwhile = func() { require.True(t, p.TrySend(0)) }
		b, err := c.Next(ctx)
		require.NoError(t, err)

		ctx, cancel = context.WithCancel(context.Background())
		meanwhile = func() { c.Done(b) }
		available, err := stage.WaitFor(ctx, 0)
		require.NoError(t, err)
		require.EqualValues(t, 1, available)

		ctx, cancel = context.WithCancel(context.Background())
		meanwhile = func() { requireSequences(t, context.Background(), stage, 0, 1) }
		require.NoError(t, p.Send(ctx, 1))
		cancel()
	}
}

// C102, C103.
func TestEveryStrategySeesTheEndOfItsContextSoonerOrLater(t *testing.T) {
	cause := errors.New("too late")
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(1))
		p, c := newProducer(r), r.Consumer("c")
		for _, end := range []struct {
			want error
			ctx  func() (context.Context, context.CancelFunc)
		}{
			{context.DeadlineExceeded, func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(context.Background(), time.Millisecond)
			}},
			{cause, func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancelCause(context.Background())
				time.AfterFunc(time.Millisecond, func() { cancel(cause) })
				return ctx, func() { cancel(nil) }
			}},
		} {
			ctx, cancel := end.ctx()
			_, err := c.Next(ctx)
			require.Equal(t, end.want, err)
			cancel()
			require.True(t, p.TrySend(0))
			ctx, cancel = end.ctx()
			require.ErrorIs(t, p.Send(ctx, 1), end.want)
			cancel()
			requireSequences(t, context.Background(), c, c.Position(), c.Position()+1)
		}
	})
}

// A context whose deadline has no timer: the wait has to compare it with the clock.
func TestEveryStrategyThatLooksSeesItsDeadlineWithoutATimer(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		cfg := v.config(1)
		switch cfg.Wait.(type) {
		case disruptor.BlockWait:
			cfg.Wait = disruptor.BlockWait{Spin: time.Second}
		case UserWait: // parks soon, and waits for its context then
			return
		}
		r := newRing[int](t, cfg)
		p, c := newProducer(r), r.Consumer("c")
		late := timerless{testContext(t), time.Now().Add(time.Millisecond)}
		_, err := c.Next(late)
		require.Equal(t, context.DeadlineExceeded, err)
		require.True(t, p.TrySend(0))
		require.ErrorIs(t, p.Send(late, 1), context.DeadlineExceeded)
	})
}

// timerless is a context that does not notice its deadline.
type timerless struct {
	context.Context
	deadline time.Time
}

func (c timerless) Deadline() (time.Time, bool) { return c.deadline, true }

// alwaysSpin never yields and never sleeps.
type alwaysSpin struct{}

func (alwaysSpin) Idle(int) disruptor.Action { return disruptor.Spin }

// LMAX: PhasedBackoff did not look at alerts while it spun.
func TestAWaitThatOnlySpinsHearsItsContextAndClose(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 1, Wait: alwaysSpin{}})
	c := r.Consumer("c")
	ctx, cancel := context.WithTimeout(testContext(t), time.Millisecond)
	defer cancel()
	_, err := c.Next(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	errs := make(chan error)
	go func() { _, err := c.Next(context.Background()); errs <- err }()
	r.Close()
	require.ErrorIs(t, <-errs, disruptor.ErrClosed)
}

// Each sleep after Close ended at once: the channel that interrupts sleeps had stayed closed.
func TestALongSleepAfterCloseIsNoBusyLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(testContext(t))
		looks := 0
		r := newRing[int](t, disruptor.Config{Capacity: 2, Wait: idleFunc(func(int) disruptor.Action {
			if looks++; looks > 1000 { // the clock of the bubble would stand still forever
				cancel(errors.New("busy loop"))
			}
			return disruptor.Sleep(50 * time.Millisecond)
		})})
		p, c := r.MultiProducer(), r.Consumer("c")
		b, ok := p.TryClaim(1)
		require.True(t, ok)
		r.Close()
		done := make(chan error, 1)
		go func() { _, err := c.Next(ctx); done <- err }()
		time.Sleep(100 * time.Millisecond)
		p.Publish(b)
		require.NoError(t, <-done)
		require.LessOrEqual(t, looks, 110)
		cancel(nil)
	})
}
