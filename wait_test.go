package disruptor

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What the strategies say, and what the ring makes of it. wait_sync_test.go has the parking.

// idleFunc is a strategy made of a function.
type idleFunc func(n int) Action

func (f idleFunc) Idle(n int) Action { return f(n) }

// C24.
func TestOnlyStrategiesThatParkDoSo(t *testing.T) {
	for _, c := range []struct {
		name  string
		wait  WaitStrategy
		parks bool
	}{
		{"SpinWait", SpinWait{}, false},
		{"YieldWait", YieldWait{}, false},
		{"SleepWait", SleepWait{}, false},
		{"BlockWait", BlockWait{}, true},
		{"BlockWait at once", BlockWait{Spin: -1}, true},
		{"no strategy", nil, true},
		{"own that yields", idleFunc(func(int) Action { return Yield }), false},
		{"own that parks", idleFunc(func(int) Action { return Park }), true},
	} {
		for _, kind := range []Producers{Single, Multi} {
			t.Run(c.name, func(t *testing.T) {
				r := newRing[int](t, Config{Capacity: 2, Producers: kind, Wait: c.wait})
				p := newProducer(r)
				consumer := r.Consumer("consumer")
				stage := r.Consumer("stage", consumer)
				// Each call waits as long as its context lets it.
				waits := func(call func(ctx context.Context) error) {
					ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
					defer cancel()
					before := r.Stats().Parks
					require.Equal(t, context.DeadlineExceeded, call(ctx))
					require.Equal(t, c.parks, r.Stats().Parks > before)
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

func TestTheRingAsksBuiltInStrategiesWhatTheyAnswer(t *testing.T) {
	for _, s := range []WaitStrategy{
		SpinWait{}, YieldWait{}, SleepWait{}, SleepWait{Max: 3 * time.Microsecond}, SleepWait{Max: -1},
		BlockWait{}, BlockWait{Spin: -1}, BlockWait{Spin: 1}, BlockWait{Spin: time.Millisecond}, BlockWait{Fence: true},
	} {
		idling := newIdling(s)
		for n := range 10_000 {
			w := wait{idling: &idling, n: n, spun: n}
			require.Equal(t, s.Idle(n), w.action(), "%#v at %d", s, n)
		}
	}
	idling := newIdling(nil)
	for n := range 1000 {
		w := wait{idling: &idling, n: n, spun: n}
		require.Equal(t, BlockWait{}.Idle(n), w.action())
	}
}

func TestStrategiesDoWhatTheirNamesSay(t *testing.T) {
	count := func(s WaitStrategy, n int) (spins, yields, parks, sleeps int) {
		for i := range n {
			switch a := s.Idle(i); {
			case a == Spin:
				spins++
			case a == Yield:
				yields++
			case a == Park:
				parks++
			default:
				require.Positive(t, a)
				sleeps++
			}
		}
		return
	}
	spins, yields, parks, sleeps := count(SpinWait{}, 10_000)
	require.Equal(t, []int{9990, 10, 0, 0}, []int{spins, yields, parks, sleeps})
	spins, yields, parks, sleeps = count(YieldWait{}, 31_000)
	require.Equal(t, []int{30_000, 1000, 0, 0}, []int{spins, yields, parks, sleeps})
	_, _, parks, sleeps = count(SleepWait{}, 1000)
	require.Equal(t, []int{0, 900}, []int{parks, sleeps})
	_, _, parks, sleeps = count(BlockWait{}, 1000)
	require.Equal(t, []int{1000 - int(blockSpin/spinTime), 0}, []int{parks, sleeps})
	_, _, parks, _ = count(BlockWait{Spin: 40 * spinTime}, 1000)
	require.Equal(t, 959, parks)
	_, _, parks, _ = count(BlockWait{Spin: 1}, 1000)
	require.Equal(t, 999, parks)
	_, _, parks, _ = count(BlockWait{Spin: -1}, 1000)
	require.Equal(t, 1000, parks)
}

func TestSleepWaitSleepsLongerAndLongerUpToMax(t *testing.T) {
	require.Equal(t, Sleep(time.Microsecond), SleepWait{}.Idle(100))
	require.Equal(t, Sleep(8*time.Microsecond), SleepWait{}.Idle(103))
	for n := 100; n < 200; n++ {
		require.LessOrEqual(t, SleepWait{}.Idle(n), SleepWait{}.Idle(n+1))
	}
	require.Equal(t, Sleep(time.Millisecond), SleepWait{}.Idle(1<<30))
	require.Equal(t, Sleep(5*time.Microsecond), SleepWait{Max: 5 * time.Microsecond}.Idle(110))
	require.Equal(t, Sleep(time.Hour), SleepWait{Max: time.Hour}.Idle(1<<30))
}

func TestSleepOfNothingIsYield(t *testing.T) {
	require.Equal(t, Yield, Sleep(0))
	require.Equal(t, Yield, Sleep(-2)) // and not Park
	require.Equal(t, Action(5*time.Millisecond), Sleep(5*time.Millisecond))
}

func TestAnOwnStrategyIsAskedWithTheNumberOfTheLook(t *testing.T) {
	var looks []int
	ctx, cancel := context.WithCancel(context.Background())
	r := newRing[int](t, Config{Capacity: 1, Wait: idleFunc(func(n int) Action {
		looks = append(looks, n)
		if n == 5 {
			cancel()
		}
		return []Action{Spin, Yield, Sleep(time.Microsecond), Spin, Sleep(2 * time.Millisecond), Yield}[n%6]
	})})
	p, c := r.MultiProducer(), r.Consumer("c")
	for _, call := range []func() error{
		func() error { _, err := c.Next(ctx); return err },
		func() error { _, err := c.WaitFor(ctx, 0); return err },
		func() error { require.True(t, p.TrySend(0)); return p.Send(ctx, 1) },
	} {
		looks = nil
		require.Equal(t, context.Canceled, call())
		require.Equal(t, []int{0, 1, 2, 3, 4, 5}, looks)
		ctx, cancel = context.WithCancel(context.Background())
	}
	cancel()
}

func TestAnUnknownActionPanics(t *testing.T) {
	ctx := context.Background()
	r := newRing[int](t, Config{Capacity: 1, Wait: idleFunc(func(int) Action { return -3 })})
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
	for _, kind := range []Producers{Single, Multi} {
		ctx, cancel := context.WithCancel(context.Background())
		var meanwhile func()
		r := newRing[int](t, Config{Capacity: 1, Producers: kind, Wait: idleFunc(func(int) Action {
			meanwhile()
			cancel()
			return Yield
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
			require.Equal(t, end.want, p.Send(ctx, 1))
			cancel()
			requireSequences(t, context.Background(), c, c.Position(), c.Position()+1)
		}
	})
}

// A context that nobody's timer ends: its deadline has to be compared with the clock.
func TestEveryStrategyThatLooksSeesItsDeadlineWithoutATimer(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		cfg := v.config(1)
		switch cfg.Wait.(type) {
		case BlockWait:
			cfg.Wait = BlockWait{Spin: time.Second}
		case ownWait: // parks soon, and waits for its context then
			return
		}
		r := newRing[int](t, cfg)
		p, c := newProducer(r), r.Consumer("c")
		late := timerless{testContext(t), time.Now().Add(time.Millisecond)}
		_, err := c.Next(late)
		require.Equal(t, context.DeadlineExceeded, err)
		require.True(t, p.TrySend(0))
		require.Equal(t, context.DeadlineExceeded, p.Send(late, 1))
	})
}

// timerless is a context that does not notice its deadline.
type timerless struct {
	context.Context
	deadline time.Time
}

func (c timerless) Deadline() (time.Time, bool) { return c.deadline, true }
