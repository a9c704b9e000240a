package behaviour

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Close fixes one end for all: events claimed before it are delivered to every consumer, and no
// others.

func TestCloseDeliversTheClaimsThatAreOpenAndLetsNoNewOneIn(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(8))
		p := newProducer(r)
		c := r.Consumer("c")
		stage := r.Consumer("stage", c)
		require.True(t, p.TrySend(0))
		b, err := p.Claim(ctx, 5)
		require.NoError(t, err)
		r.Close()
		r.Close()
		require.Equal(t, disruptor.ErrClosed, r.Err())
		noClaim := func() {
			require.False(t, p.TrySend(9))
			require.Equal(t, disruptor.ErrClosed, p.Send(ctx, 9))
		}
		if v.producers == disruptor.Multi { // a Single producer has one claim open at a time
			noClaim()
		}

		requireSequences(t, ctx, c, 0, 1)
		ended, cancel := context.WithCancelCause(context.Background())
		cause := errors.New("not yet")
		cancel(cause)
		_, err = c.Next(ended)
		require.Equal(t, cause, err, "an open claim holds the end back")

		head, rest := b.Split(2)
		middle, tail := rest.Split(1)
		p.Publish(tail)
		p.Publish(head)
		_, err = c.WaitFor(ended, 3)
		require.Equal(t, cause, err)
		p.Abort(middle)
		noClaim()
		for _, c := range []*disruptor.Consumer[int]{c, stage} {
			var seen []int64
			for b := range c.Batches(ctx) {
				for s := range b.All() {
					seen = append(seen, s)
				}
			}
			require.NoError(t, c.Err())
			if c == stage {
				require.Equal(t, []int64{0, 1, 2, 4, 5}, seen)
			} else {
				require.Equal(t, []int64{1, 2, 4, 5}, seen)
			}
			_, err := c.Next(ctx)
			require.Equal(t, disruptor.ErrClosed, err)
		}
		require.EqualValues(t, 6, r.Published())
	})
}

func TestAClaimAbortedAfterCloseReachesNobodyAndEndsTheRing(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(4))
		p := newProducer(r)
		c := r.Consumer("c")
		b, err := p.Claim(ctx, 4)
		require.NoError(t, err)
		r.Close()
		p.Abort(b)
		_, err = c.Next(ctx)
		require.Equal(t, disruptor.ErrClosed, err)
		_, err = c.WaitFor(ctx, 4)
		require.Equal(t, disruptor.ErrClosed, err)
	})
}

// sent records the events of a producer at full speed that were accepted, and so must be delivered.
type sent struct {
	producer int
	events   int
}

type numbered struct{ producer, event int }

// sendUntilClosed publishes numbered events in every way there is, until the ring ends, and aborts some claims.
func sendUntilClosed(t testing.TB, ctx context.Context, p disruptor.Producer[numbered], me int, rnd *rand.Rand) sent {
	s := sent{producer: me}
	for {
		n := 1 + rnd.IntN(3)
		var b disruptor.Batch[numbered]
		var err error
		switch rnd.IntN(4) {
		case 0:
			if err = p.Send(ctx, numbered{me, s.events}); err == nil {
				s.events++
			}
		case 1:
			var ok bool
			if b, ok = p.TryClaim(n); !ok {
				runtime.Gosched()
			}
		default:
			b, err = p.Claim(ctx, n)
		}
		if err != nil {
			if !errors.Is(err, disruptor.ErrClosed) {
				t.Error(err)
			}
			return s
		}
		if b.Len() == 0 {
			continue
		}
		head, rest := b.Split(rnd.IntN(b.Len() + 1))
		for _, e := range head.All() {
			*e = numbered{me, s.events}
			s.events++
		}
		p.Publish(head)
		p.Abort(rest)
	}
}

// readUntilClosed returns how many events of each producer c is handed.
func readUntilClosed(t testing.TB, ctx context.Context, c *disruptor.Consumer[numbered], producers int) []int {
	got := make([]int, producers)
	for b := range c.Batches(ctx) {
		for _, e := range b.All() {
			if e.event != got[e.producer] {
				t.Errorf("%s: event %d of producer %d, want %d", c.Name(), e.event, e.producer, got[e.producer])
			}
			got[e.producer]++
		}
	}
	if c.Err() != nil {
		t.Error(c.Err())
	}
	return got
}

func TestCloseFromAnotherGoroutineWhileProducersRunFlatOutHasOneEnd(t *testing.T) {
	for _, v := range variants() {
		if _, spins := v.wait.(disruptor.SpinWait); spins {
			continue // more spinners than processors; the protocol of the end is that of YieldWait
		}
		t.Run(v.name, func(t *testing.T) {
			rounds := 60 // 300 for each kind of producer
			if testing.Short() {
				rounds = 10
			}
			for round := range rounds {
				oneFlatOutRound(t, v, rand.New(rand.NewPCG(uint64(round), 7)))
			}
		})
	}
}

func oneFlatOutRound(t *testing.T, v variant, rnd *rand.Rand) {
	ctx := testContext(t)
	producers := 1
	if v.producers == disruptor.Multi {
		producers = 2
	}
	r := newRing[numbered](t, v.config(1<<rnd.IntN(5)<<2))
	first := r.Consumer("first")
	consumers := []*disruptor.Consumer[numbered]{first, r.Consumer("beside"), r.Consumer("stage", first)}
	var wg sync.WaitGroup
	told := make([]sent, producers)
	got := make([][]int, len(consumers))
	for i, c := range consumers {
		wg.Go(func() { got[i] = readUntilClosed(t, ctx, c, producers) })
	}
	for i := range producers {
		p, rnd := newProducer(r), rand.New(rand.NewPCG(rnd.Uint64(), 1))
		wg.Go(func() { told[i] = sendUntilClosed(t, ctx, p, i, rnd) })
	}
	for until := int64(rnd.IntN(200)); first.Position() < until && ctx.Err() == nil; {
		runtime.Gosched()
	}
	r.Close()
	wg.Wait()
	require.NoError(t, ctx.Err())
	for i, c := range consumers {
		for _, s := range told {
			require.Equal(t, s.events, got[i][s.producer], "%s: events of producer %d", c.Name(), s.producer)
		}
		require.Equal(t, r.Published(), c.Position(), c.Name())
	}
}

func TestAClosedRingDrainsWithoutBusyWaitingWhereTheStrategySleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the clock stands still while somebody is busy
		r := newRing[int](t, disruptor.Config{Capacity: 8, Wait: disruptor.SleepWait{Max: 10 * time.Millisecond}})
		a := r.Handle("a", func(disruptor.Batch[int]) error { time.Sleep(time.Second); return nil })
		r.Handle("b", func(disruptor.Batch[int]) error { return nil }, a)
		require.True(t, r.MultiProducer().TrySend(1))
		r.Close()
		require.NoError(t, r.Run(context.Background()))
	})
}

// python-disruptor: close() woke nobody. LMAX: "they will remain stuck" was the answer about producers of a full ring.
// smarty: a Reserve that had begun before Close never returned.
func TestCloseReleasesWhoWaits(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(1))
		full := r.Consumer("full")
		stage := r.Consumer("stage", full)
		p := newProducer(r)
		require.True(t, p.TrySend(1))
		errs := make(chan error)
		go func() { errs <- p.Send(context.Background(), 2) }()
		go func() { _, err := stage.WaitFor(context.Background(), 1); errs <- err }()
		if v.wait == (disruptor.BlockWait{Spin: -1}) {
			eventually(t, func() bool { return r.Stats().Parks >= 2 }, "both sleep")
		}
		r.Close()
		require.ErrorIs(t, <-errs, disruptor.ErrClosed)
		require.ErrorIs(t, <-errs, disruptor.ErrClosed)
		b, err := full.Next(context.Background())
		require.NoError(t, err, "what was accepted is still delivered")
		require.Equal(t, 1, b.Len())
	})
}

// python-disruptor: after close(), wait_for refused events that had been published before.
// smarty: what was published shortly before Close could be lost.
func TestWhatWasPublishedBeforeCloseIsStillThere(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		for range 20 {
			r := newRing[int](t, v.config(8))
			c := r.Consumer("c")
			var got []int
			var wg sync.WaitGroup
			ctx := testContext(t)
			wg.Go(func() {
				for b := range c.Batches(ctx) {
					collect(&got, b)
				}
			})
			p := newProducer(r)
			for i := range 5 {
				require.True(t, p.TrySend(i))
			}
			r.Close()
			wg.Wait()
			require.Equal(t, []int{0, 1, 2, 3, 4}, got)
		}
	})
}

// LMAX: shutdown() never returned while a claim was open, and shutdown with a timeout did not stop the handlers.
func TestAnAbandonedClaimStopsNeitherCloseNorTheEndOfRun(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int](t, v.config(4))
		handled := make(chan int, 1)
		r.Handle("h", func(b disruptor.Batch[int]) error { handled <- *b.At(0); return nil })
		p := newProducer(r)
		require.True(t, p.TrySend(1))
		_, ok := p.TryClaim(1)
		require.True(t, ok)
		r.Close()
		ctx, cancel := context.WithCancelCause(context.Background())
		done := make(chan error)
		go func() { done <- r.Run(ctx) }()
		require.Equal(t, 1, <-handled)
		cancel(errLate)
		require.ErrorIs(t, <-done, errLate)
	})
}

// A consumer made after the end stands where the ring has ended, and finds the end that all others find.
func TestAConsumerMadeAfterTheEndFindsItAsTheOthersDo(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[int](t, disruptor.Config{Capacity: 4, Producers: kind})
		early, p := r.Consumer("early"), newProducer(r)
		require.True(t, p.TrySend(1))
		require.True(t, p.TrySend(2))
		r.Close()
		late := r.Consumer("late")
		for _, c := range []*disruptor.Consumer[int]{early, late} {
			for range c.Batches(context.Background()) {
			}
			require.NoError(t, c.Err(), c.Name())
			require.Equal(t, int64(2), c.Position())
			require.Zero(t, c.Lag())
			_, err := c.Next(context.Background())
			require.Equal(t, disruptor.ErrClosed, err)
			c.Close()
			for range c.Batches(context.Background()) {
			}
			require.Equal(t, disruptor.ErrClosed, c.Err(), "closed, and not drained")
		}
	}
}
