package disruptor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Parking, in bubbles: synctest.Wait returns when every goroutine is parked for good, and the
// clock moves only when a goroutine waits for it. So a wait that is woken while the clock stands
// still has needed no timer.

// parked is a ring of 2 slots, full for its producer and empty for stage, on which calls wait.
type parked struct {
	r               *Ring[int]
	p               Producer[int]
	consumer, stage *Consumer[int]
}

func newParked(t *testing.T, kind Producers, wait WaitStrategy) *parked {
	r := newRing[int](t, Config{Capacity: 2, Producers: kind, Wait: wait})
	e := &parked{r: r, p: newProducer(r)}
	e.consumer = r.Consumer("consumer")
	e.stage = r.Consumer("stage", e.consumer)
	return e
}

func (e *parked) fill(t *testing.T) {
	require.True(t, e.p.TrySend(0))
	require.True(t, e.p.TrySend(1))
}

func (e *parked) empty(t *testing.T) {
	requireSequences(t, context.Background(), e.consumer, e.consumer.Position(), e.r.Published())
	requireSequences(t, context.Background(), e.stage, e.stage.Position(), e.r.Published())
}

// parkedWaits are the waits of a ring: the state in which each waits, the call, and the event
// that ends the wait.
var parkedWaits = []struct {
	name  string
	setup func(*testing.T, *parked)
	call  func(context.Context, *parked) error
	wake  func(*testing.T, *parked)
}{
	{
		"a claim on a full ring", func(t *testing.T, e *parked) { e.fill(t) },
		func(ctx context.Context, e *parked) error { return e.p.Send(ctx, 2) },
		func(t *testing.T, e *parked) { e.empty(t) },
	},
	{
		"a consumer on an empty ring", func(*testing.T, *parked) {},
		func(ctx context.Context, e *parked) error { _, err := e.consumer.Next(ctx); return err },
		func(t *testing.T, e *parked) { e.fill(t) },
	},
	{
		"a stage behind a slow stage", func(t *testing.T, e *parked) { e.fill(t) },
		func(ctx context.Context, e *parked) error { _, err := e.stage.Next(ctx); return err },
		func(t *testing.T, e *parked) { requireSequences(t, context.Background(), e.consumer, 0, 2) },
	},
	{
		"a stage whose predecessor leaves", func(t *testing.T, e *parked) { e.fill(t) },
		func(ctx context.Context, e *parked) error { _, err := e.stage.Next(ctx); return err },
		func(t *testing.T, e *parked) { e.consumer.Close() },
	},
	{
		"WaitFor of a sequence", func(*testing.T, *parked) {},
		func(ctx context.Context, e *parked) error { _, err := e.consumer.WaitFor(ctx, 1); return err },
		func(t *testing.T, e *parked) { e.fill(t) },
	},
	{
		"WaitFor of a stage", func(t *testing.T, e *parked) { e.fill(t) },
		func(ctx context.Context, e *parked) error { _, err := e.stage.WaitFor(ctx, 1); return err },
		func(t *testing.T, e *parked) { requireSequences(t, context.Background(), e.consumer, 0, 2) },
	},
}

// forEachParkedWait runs test for each wait and each kind of producer, each in a separate bubble.
func forEachParkedWait(t *testing.T, wait WaitStrategy, test func(*testing.T, *parked, func(context.Context) <-chan error, func())) {
	for _, w := range parkedWaits {
		for _, kind := range []Producers{Single, Multi} {
			name := w.name + "/multi"
			if kind == Single {
				name = w.name + "/single"
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e := newParked(t, kind, wait)
					w.setup(t, e)
					start := func(ctx context.Context) <-chan error {
						done := make(chan error, 1)
						go func() { done <- w.call(ctx, e) }()
						synctest.Wait()
						return done
					}
					test(t, e, start, func() { w.wake(t, e) })
				})
			})
		}
	}
}

// C37.
func TestBlockWaitParksWithoutATimerUntilWhatItWaitsForHasCome(t *testing.T) {
	for _, wait := range []WaitStrategy{nil, BlockWait{}, BlockWait{Spin: -1}} {
		forEachParkedWait(t, wait, func(t *testing.T, e *parked, start func(context.Context) <-chan error, wake func()) {
			began := time.Now()
			done := start(context.Background())
			require.EqualValues(t, 1, e.r.Stats().Parks)
			time.Sleep(time.Hour) // nothing happens meanwhile
			require.EqualValues(t, 1, e.r.Stats().Parks)
			require.Empty(t, done)
			wake()
			synctest.Wait()
			require.NoError(t, <-done)
			require.Equal(t, time.Hour, time.Since(began))
			requireNobodySleeps(t, e.r)
		})
	}
}

// C41, C103.
func TestAWaitEndsExactlyAtItsDeadlineWithTheCause(t *testing.T) {
	cause := errors.New("too late")
	for _, wait := range []WaitStrategy{
		BlockWait{}, BlockWait{Spin: -1}, SleepWait{}, SleepWait{Max: time.Minute},
		idleFunc(func(int) Action { return Sleep(7 * time.Second) }),
	} {
		forEachParkedWait(t, wait, func(t *testing.T, e *parked, start func(context.Context) <-chan error, _ func()) {
			const limit = 50 * time.Millisecond
			for _, with := range []struct {
				want error
				ctx  func() (context.Context, context.CancelFunc)
			}{
				{context.DeadlineExceeded, func() (context.Context, context.CancelFunc) {
					return context.WithTimeout(context.Background(), limit)
				}},
				{cause, func() (context.Context, context.CancelFunc) {
					return context.WithTimeoutCause(context.Background(), limit, cause)
				}},
			} {
				began := time.Now()
				ctx, cancel := with.ctx()
				require.ErrorIs(t, <-start(ctx), with.want)
				require.Equal(t, limit, time.Since(began))
				cancel()
			}
			requireNobodySleeps(t, e.r)
		})
	}
}

func TestACancelledContextWakesAtOnceAndLeavesNothingBehind(t *testing.T) {
	cause := errors.New("enough")
	longSleep := idleFunc(func(int) Action { return Sleep(time.Hour) })
	for _, wait := range []WaitStrategy{BlockWait{Spin: -1}, longSleep} {
		forEachParkedWait(t, wait, func(t *testing.T, e *parked, start func(context.Context) <-chan error, wake func()) {
			began := time.Now()
			for range 100 {
				ctx, cancel := context.WithCancelCause(context.Background())
				done := start(ctx)
				require.Empty(t, done)
				cancel(cause)
				require.ErrorIs(t, <-done, cause)
				requireNobodySleeps(t, e.r)
			}
			require.Zero(t, time.Since(began))
			done := start(context.Background())
			wake()
			require.NoError(t, <-done)
			requireNobodySleeps(t, e.r)
		})
	}
}

func TestCloseAndAFailureWakeWhoParksAndWhoSleeps(t *testing.T) {
	longSleep := idleFunc(func(int) Action { return Sleep(time.Hour) })
	for _, wait := range []WaitStrategy{BlockWait{Spin: -1}, longSleep} {
		forEachParkedWait(t, wait, func(t *testing.T, e *parked, start func(context.Context) <-chan error, _ func()) {
			began := time.Now()
			done := start(context.Background())
			ctx, cancel := context.WithCancelCause(context.Background())
			cancel(errHandler)
			require.Equal(t, errHandler, e.r.Run(ctx))
			require.ErrorIs(t, <-done, errHandler)
			require.Zero(t, time.Since(began))
			requireNobodySleeps(t, e.r)
		})
	}
}

func TestWhatComesWithTheEndOfTheContextWakesToASuccess(t *testing.T) {
	for range 10 { // the select of the sleeper chooses at random
		forEachParkedWait(t, BlockWait{Spin: -1}, func(t *testing.T, _ *parked, start func(context.Context) <-chan error, wake func()) {
			ctx, cancel := context.WithCancel(context.Background())
			done := start(ctx)
			wake()
			cancel()
			require.NoError(t, <-done)
		})
	}
}

// requireNobodySleeps checks that no sleeper is registered anywhere, and that no more sleepers
// were made than slept at once.
func requireNobodySleeps(t *testing.T, r *Ring[int]) {
	t.Helper()
	c := r.core
	lists := []*sleepers{&c.readers.sleepers, &c.claims.sleepers}
	wanted := []*word{c.wantedMark, c.wantedRoom}
	for _, m := range *c.members.list.load() {
		lists, wanted = append(lists, &m.sleepers.sleepers), append(wanted, &m.wanted)
	}
	for i, l := range lists {
		require.Nil(t, l.first)
		require.Equal(t, never, wanted[i].load())
		if l.free != nil {
			require.Nil(t, l.free.next)
		}
	}
	require.Zero(t, c.queued.load())
}

func TestWhoIsAboutToParkLooksAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		event func(*testing.T, *parked)
		late  func(*parked) *reader
	}{
		{"what a consumer waits for is published", func(t *testing.T, e *parked) { e.fill(t) },
			func(e *parked) *reader { return e.consumer.reader }},
		{"the stage before is done", func(t *testing.T, e *parked) {
			e.fill(t)
			requireSequences(t, context.Background(), e.consumer, 0, 2)
		}, func(e *parked) *reader { return e.stage.reader }},
		{"the stage before leaves", func(_ *testing.T, e *parked) { e.consumer.Close() },
			func(e *parked) *reader { return e.stage.reader }},
		{"the ring is closed", func(_ *testing.T, e *parked) { e.r.Close() },
			func(e *parked) *reader { return e.consumer.reader }},
		{"the ring is closed under a stage", func(_ *testing.T, e *parked) { e.r.Close() },
			func(e *parked) *reader { return e.stage.reader }},
	} {
		for _, kind := range []Producers{Single, Multi} {
			synctest.Test(t, func(t *testing.T) { // a sleeper would be a deadlock
				e := newParked(t, kind, BlockWait{})
				late := c.late(e)
				from, to := late.look()
				require.Equal(t, from, to, "nothing yet, says the last look")
				c.event(t, e)
				require.False(t, late.park(context.Background(), 0, false))
				require.Zero(t, e.r.Stats().Parks, c.name)
				requireNobodySleeps(t, e.r)
			})
		}
	}
}

func TestNoChannelOutlivesItsRing(t *testing.T) {
	// A channel made in one bubble and used in another, or outside, is fatal.
	park := func(t *testing.T) {
		for _, w := range parkedWaits {
			e := newParked(t, Multi, BlockWait{Spin: -1})
			w.setup(t, e)
			done := make(chan error, 1)
			go func() { done <- w.call(context.Background(), e) }()
			eventually(t, func() bool { return e.r.Stats().Parks > 0 }, "the call has parked")
			w.wake(t, e)
			require.NoError(t, <-done)
		}
	}
	for range 2 {
		synctest.Test(t, park)
		park(t)
	}
}

// In python-disruptor each awaited sequence left an Event behind. Here a wait leaves nothing.
func TestAWaitLeavesNothingBehind(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Spin: -1}})
	c := r.Consumer("c")
	p := r.MultiProducer()
	ctx := testContext(t)
	for range 50 {
		parks := r.Stats().Parks
		var wg sync.WaitGroup
		wg.Go(func() {
			if b, err := c.Next(ctx); err == nil {
				c.Done(b)
			}
		})
		eventually(t, func() bool { return r.Stats().Parks > parks }, "the consumer sleeps")
		require.True(t, p.TrySend(1))
		wg.Wait()
	}
	kept := 0
	for s := r.core.readers.free; s != nil; s = s.next {
		kept++
	}
	require.Equal(t, 1, kept)
	require.Nil(t, r.core.readers.first)
}
