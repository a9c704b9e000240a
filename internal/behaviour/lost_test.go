package behaviour

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// No wake-up is lost: otherwise these tests hang until the context of the test ends.

// python-disruptor and LMAX 2: a wake-up between the look at the cursor and the registration of the sleeper was lost.
func TestNoWakeUpIsLostBetweenTheLookAndTheSleep(t *testing.T) {
	cfg := disruptor.Config{Capacity: 1, Wait: disruptor.BlockWait{Spin: -1}}
	there, back := newRing[int](t, cfg), newRing[int](t, cfg)
	in, out := there.Consumer("there"), back.Consumer("back")
	ctx := testContext(t)
	n := 500 * race.Scale
	var wg sync.WaitGroup
	wg.Go(func() {
		p := back.MultiProducer()
		for range n {
			b, err := in.Next(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			v := *b.At(0)
			in.Done(b)
			if err := p.Send(ctx, v); err != nil {
				t.Error(err)
			}
		}
	})
	p := there.MultiProducer()
	for i := range n {
		require.NoError(t, p.Send(ctx, i))
		b, err := out.Next(ctx)
		require.NoError(t, err)
		require.Equal(t, i, *b.At(0))
		out.Done(b)
	}
	wg.Wait()
}

// python-disruptor: removeSubscriber did not tell the publisher that slept until that subscriber would move.
func TestAConsumerThatLeavesFreesAProducerThatSleeps(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 1, Wait: disruptor.BlockWait{Spin: -1}})
	forgotten := r.Consumer("forgotten")
	p := r.MultiProducer()
	require.True(t, p.TrySend(1))
	errs := make(chan error)
	ctx := testContext(t)
	go func() { errs <- p.Send(ctx, 2) }()
	eventually(t, func() bool { return r.Stats().Parks > 0 }, "the producer sleeps")
	forgotten.Close()
	require.NoError(t, <-errs)
}

func TestNoWakeUpIsLostWhereEveryoneWaitsForTheOther(t *testing.T) {
	const events = 10_000
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		ctx := testContext(t)
		r := newRing[int](t, disruptor.Config{Capacity: 1, Producers: kind, Wait: disruptor.BlockWait{Spin: -1}})
		p := newProducer(r)
		first := r.Consumer("first")
		var wg sync.WaitGroup
		for _, c := range []*disruptor.Consumer[int]{first, r.Consumer("stage", first)} {
			wg.Go(func() {
				for range c.Batches(ctx) {
				}
			})
		}
		for i := range events { // nothing else happens that could make up for a lost wake-up
			require.NoError(t, p.Send(ctx, i))
		}
		r.Close()
		wg.Wait()
		require.NoError(t, context.Cause(ctx))
	}
}

func TestNoWakeUpIsLostWhenAPredecessorLeavesWhileAStageParks(t *testing.T) {
	ctx := testContext(t)
	for range 2000 {
		r := newRing[int](t, disruptor.Config{Capacity: 1, Wait: disruptor.BlockWait{Spin: -1}})
		p := r.MultiProducer()
		leaver := r.Consumer("leaver")
		stage := r.Consumer("stage", leaver)
		require.True(t, p.TrySend(0))
		done := make(chan error, 1)
		go func() { _, err := stage.Next(ctx); done <- err }()
		leaver.Close()
		require.NoError(t, <-done)
	}
}

func TestNoWakeUpIsLostInACrowd(t *testing.T) {
	const parks = 10_000
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		ctx := testContext(t)
		r := newRing[numbered](t, disruptor.Config{Capacity: 4, Producers: kind, Wait: disruptor.BlockWait{Spin: -1}})
		producers := 1
		if kind == disruptor.Multi {
			producers = 3
		}
		first := r.Consumer("first")
		consumers := []*disruptor.Consumer[numbered]{first, r.Consumer("stage", first), r.Consumer("beside")}
		consumers = append(consumers, r.Consumer("last", consumers[1], consumers[2]))

		var wg sync.WaitGroup
		told := make([]sent, producers)
		got := make([][]int, len(consumers))
		for i, c := range consumers {
			wg.Go(func() {
				if c.Name() == "beside" {
					got[i] = readImpatiently(t, ctx, c, producers)
				} else {
					got[i] = readUntilClosed(t, ctx, c, producers)
				}
			})
		}
		for i := range producers {
			p, rnd := newProducer(r), rand.New(rand.NewPCG(uint64(i), 3))
			wg.Go(func() {
				if i == 1 {
					told[i] = sendImpatiently(t, ctx, p, i)
				} else {
					told[i] = sendUntilClosed(t, ctx, p, i, rnd)
				}
			})
		}
		eventually(t, func() bool { return r.Stats().Parks >= parks || ctx.Err() != nil }, "enough parks")
		r.Close()
		wg.Wait()
		require.NoError(t, context.Cause(ctx))
		for i, c := range consumers {
			for _, s := range told {
				require.Equal(t, s.events, got[i][s.producer], "%s: events of producer %d", c.Name(), s.producer)
			}
		}
	}
}

var errImpatient = errors.New("impatient")

// impatient returns a context that ends soon, while its user parks or just before or after.
func impatient(ctx context.Context, wg *sync.WaitGroup) context.Context {
	short, cancel := context.WithCancelCause(ctx)
	wg.Go(func() { cancel(errImpatient) })
	return short
}

func sendImpatiently(t testing.TB, ctx context.Context, p disruptor.Producer[numbered], me int) sent {
	var wg sync.WaitGroup
	defer wg.Wait()
	s := sent{producer: me}
	for {
		err := p.Send(impatient(ctx, &wg), numbered{me, s.events})
		switch {
		case err == nil:
			s.events++
		case errors.Is(err, errImpatient):
		case errors.Is(err, disruptor.ErrClosed):
			return s
		default:
			t.Error(err)
			return s
		}
	}
}

func readImpatiently(t testing.TB, ctx context.Context, c *disruptor.Consumer[numbered], producers int) []int {
	var wg sync.WaitGroup
	defer wg.Wait()
	got := make([]int, producers)
	for {
		b, err := c.Next(impatient(ctx, &wg))
		switch {
		case err == nil:
			for _, e := range b.All() {
				if e.event != got[e.producer] {
					t.Errorf("%s: event %d of producer %d, want %d", c.Name(), e.event, e.producer, got[e.producer])
				}
				got[e.producer]++
			}
			c.Done(b)
		case errors.Is(err, errImpatient):
		case errors.Is(err, disruptor.ErrClosed):
			return got
		default:
			t.Error(err)
			return got
		}
	}
}
