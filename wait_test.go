package disruptor

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/machine"
	"github.com/be395dad/disruptor/internal/waiting"
)

// The last looks of a wait before it parks, the calls of the strategy, and the rests of a consumer.
// wait_sync_test.go has the parking, package waiting the steps of a wait, and package behaviour the
// behaviour of the strategies.

func TestTheRingAsksBuiltInStrategiesWhatTheyAnswer(t *testing.T) {
	for _, s := range []WaitStrategy{
		SpinWait{}, YieldWait{}, SleepWait{}, SleepWait{Max: 3 * time.Microsecond}, SleepWait{Max: -1},
		BlockWait{}, BlockWait{Spin: -1}, BlockWait{Spin: 1}, BlockWait{Spin: time.Millisecond}, BlockWait{Fence: true},
	} {
		own := newStrategy(s)
		for n := range 10_000 {
			require.Equal(t, s.Idle(n), Action(own.Action(n, int64(n))), "%#v at %d", s, n)
		}
	}
	none := newStrategy(nil)
	for n := range 1000 {
		require.Equal(t, BlockWait{}.Idle(n), Action(none.Action(n, int64(n))))
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
	require.Equal(t, []int{1000 - int(5*time.Microsecond/machine.SpinTime), 0}, []int{parks, sleeps})
	_, _, parks, _ = count(BlockWait{Spin: 40 * machine.SpinTime}, 1000)
	require.Equal(t, 959, parks)
	_, _, parks, _ = count(BlockWait{Spin: 1}, 1000)
	require.Equal(t, 999, parks)
	_, _, parks, _ = count(BlockWait{Spin: -1}, 1000)
	require.Equal(t, 1000, parks)
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// lateRoom is a claimer for which something happens right after a look in vain.
type lateRoom struct {
	claimer
	event func()
}

func (l *lateRoom) attempt(n int, t turn) (from, to int64) {
	from, to = l.claimer.attempt(n, t)
	if event := l.event; to == from && event != nil {
		l.event = nil
		event()
	}
	return from, to
}

func TestAClaimIsRegisteredBeforeItsLastLook(t *testing.T) {
	for _, c := range []struct {
		name  string
		event func(*Ring[int], *Consumer[int])
		want  error
	}{
		{"Done", func(_ *Ring[int], c *Consumer[int]) { b, _ := c.TryNext(); c.Done(b) }, nil},
		{"leave", func(_ *Ring[int], c *Consumer[int]) { c.Close() }, nil},
		{"Close", func(r *Ring[int], _ *Consumer[int]) { r.Close() }, ErrClosed},
	} {
		for _, zero := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Spin: -1}, Clear: zero})
				p := r.MultiProducer()
				consumer := r.Consumer("c")
				require.True(t, p.TrySend(0))
				late := &lateRoom{&p.multi, func() { c.event(r, consumer) }}
				_, _, err := r.core.claimSlow(context.Background(), 1, late)
				require.Equal(t, c.want, err, c.name)
				require.Nil(t, late.event)
			})
		}
	}
}

// The ring ends after the claim has looked for an end and before it is registered: then nobody
// wakes it.
func TestAClaimThatIsAboutToParkLooksAtTheEnds(t *testing.T) {
	cause := errors.New("enough")
	for _, c := range []struct {
		end  func(*Ring[int], context.CancelCauseFunc)
		want error
	}{
		{func(r *Ring[int], _ context.CancelCauseFunc) { r.Close() }, ErrClosed},
		{func(_ *Ring[int], cancel context.CancelCauseFunc) { cancel(cause) }, cause},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			var r *Ring[int]
			r = newRing[int](t, Config{Capacity: 1, Wait: idleFunc(func(int) Action { c.end(r, cancel); return Park })})
			p := r.MultiProducer()
			r.Consumer("c")
			require.True(t, p.TrySend(0))
			_, _, err := r.core.claimSlow(ctx, 1, &p.multi)
			require.ErrorIs(t, err, c.want)
			require.Zero(t, r.Stats().Parks)
		})
	}
}

func TestBackoffIsBounded(t *testing.T) {
	for backoff, rests := range map[time.Duration]int{-1: 1, 0: 16, 1: 1, 29: 1, 60: 2, time.Microsecond: 33, time.Millisecond: 33333} {
		r := newRing[int](t, Config{Capacity: 64, Backoff: backoff})
		require.Equal(t, rests, r.core.rests, backoff)
	}
	require.PanicsWithValue(t, "disruptor: Backoff of 1.000001ms: more than 1ms", func() {
		_, _ = New[int](Config{Capacity: 64, Backoff: time.Millisecond + 1})
	})
}

// A rest follows three looks in a row that find few slots. A wait in between, or a look that
// finds many, starts the count again.
func TestLooksThatFindFewAreFollowedByARest(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 256, Wait: YieldWait{}})
	defer waiting.ForceProcs(2)()
	p, c := newProducer(r), r.Consumer("c")
	next := func(published, want int) {
		t.Helper()
		for range published {
			require.True(t, p.TrySend(0))
		}
		b, err := c.Next(testContext(t))
		require.NoError(t, err)
		require.Equal(t, want, b.Len())
		c.Done(b)
	}
	next(1, 1)
	next(63, 63)
	require.Equal(t, 2, c.backoff.Hits())
	next(64, 64)
	require.Equal(t, 2, c.backoff.Hits(), "many")
	_, err := c.Next(cancelled())
	require.Error(t, err)
	require.Zero(t, c.backoff.Hits(), "a wait")
	for i := range 5 {
		next(1, 1)
		require.Equal(t, min(i+1, 3), c.backoff.Hits())
	}

	from, to := c.Position(), c.Position()+1
	require.True(t, p.TrySend(0))
	_, found := c.look()
	require.Equal(t, to, found)
	for range 3 { // as if they came during the rest
		require.True(t, p.TrySend(0))
	}
	c.backoff.Adapt(2, 1)
	require.Equal(t, 2, c.backoff.Spins())
	require.Equal(t, to+3, c.gather(from, to), "what has come during the rest is handed out, too")
	require.Equal(t, 4, c.backoff.Spins())
}

func TestWithoutBackoffNobodyRestsOnWhatThereIs(t *testing.T) {
	for _, cfg := range []Config{{Capacity: 64, Backoff: -1}, {Capacity: 2}, {Capacity: 64, MaxBatch: 1}} {
		r := newRing[int](t, cfg)
		p, c := newProducer(r), r.Consumer("c")
		for range 8 {
			require.True(t, p.TrySend(0))
			b, err := c.Next(context.Background())
			require.NoError(t, err)
			c.Done(b)
			require.Zero(t, c.backoff.Hits(), cfg)
		}
	}
}

// A pointer was taken for a user-defined strategy: Fence had no effect, and Spin was a count of looks.
func TestAPointerToABuiltInStrategyIsThatStrategy(t *testing.T) {
	for _, c := range []struct{ value, pointer, none WaitStrategy }{
		{SpinWait{}, &SpinWait{}, (*SpinWait)(nil)},
		{YieldWait{}, &YieldWait{}, (*YieldWait)(nil)},
		{SleepWait{Max: 5}, &SleepWait{Max: 5}, (*SleepWait)(nil)},
		{BlockWait{Fence: true, Spin: 7}, &BlockWait{Fence: true, Spin: 7}, (*BlockWait)(nil)},
	} {
		require.Equal(t, newStrategy(c.value), newStrategy(c.pointer))
		require.PanicsWithValue(t, fmt.Sprintf("disruptor: Config.Wait is a nil %T", c.none), func() {
			_, _ = New[int](Config{Capacity: 1, Wait: c.none})
		})
	}
	type named struct{ BlockWait }
	require.Equal(t, waiting.KindUser, newStrategy(named{}).Kind, "one that embeds a strategy is user-defined")
}

// A producer that keeps aborting delays the end of a look by a lap at most.
func TestALookOverAbortedSlotsEndsAfterALap(t *testing.T) {
	const capacity, most = 4, 100
	r := newRing[int](t, Config{Capacity: capacity, Clear: true, Wait: SpinWait{}})
	p, c := r.MultiProducer(), r.Consumer("c")
	abortOne := func() {
		b, ok := p.TryClaim(1)
		require.True(t, ok)
		p.Abort(b)
	}
	aborts := 0
	r.core.zero = func(int64, int64) { // is called for each step that the look makes
		if aborts++; aborts < most {
			abortOne()
		}
	}
	abortOne()
	_, ok := c.TryNext()
	require.False(t, ok)
	require.LessOrEqual(t, aborts, capacity)
}

// The timer does not run on between waits, where it would fire for nobody.
func TestTheTimerOfATimeoutIsStoppedBetweenWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := newTimeout(time.Second)
		for range 2 {
			out.Deadline()
			late := out.late()
			out.renew(context.Background())
			time.Sleep(time.Minute)
			require.NoError(t, out.Err())
			select {
			case <-late:
				require.Fail(t, "it has run on")
			default:
			}
		}
	})
}

// The end of the parent counts, with its cause, even if the timeout has passed too.
func TestATimeoutEndsWithItsParent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("enough")
		parent, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		out := newTimeout(time.Minute)
		for _, c := range []struct {
			parent context.Context
			after  time.Duration
			err    error
		}{
			{parent, time.Second, context.DeadlineExceeded},
			{context.Background(), time.Minute, errTimeout},
		} {
			out.renew(c.parent)
			began := time.Now()
			deadline, ok := out.Deadline()
			require.True(t, ok)
			require.Equal(t, c.after, deadline.Sub(began))
			require.NoError(t, out.Err())
			time.Sleep(c.after - 1)
			require.NoError(t, context.Cause(out))
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			require.Equal(t, c.err, out.Err())
			require.Equal(t, c.err, context.Cause(out))
		}
		ended, end := context.WithCancelCause(context.Background())
		out.renew(ended)
		out.Deadline()
		time.Sleep(time.Minute)
		end(cause)
		require.Equal(t, cause, context.Cause(out))
		require.Equal(t, ended.Done(), out.Done())
	})
}
