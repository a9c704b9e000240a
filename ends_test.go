package disruptor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/race"
)

// Ends that come together, seen from inside.

// Many goroutines end the ring at once; all see the first end.
func TestOneOfManyEndsWins(t *testing.T) {
	for range 20 * race.Scale {
		r := newRing[int](t, Config{Capacity: 2})
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				if i%2 == 0 {
					r.Close()
				} else {
					r.core.fail(errHandler)
				}
			})
		}
		wg.Wait()
		err := r.Err()
		require.ErrorIs(t, err, ErrClosed)
		_, sent := r.MultiProducer().Claim(testContext(t), 1)
		require.Equal(t, err, sent)
		_, err = r.Consumer("late").Next(testContext(t))
		require.True(t, errors.Is(err, ErrClosed))
	}
}

func TestAClaimThatRacesWithCloseIsBelowTheEndOrFails(t *testing.T) {
	for _, kind := range []Producers{Single, Multi} {
		for range 1000 {
			r := newRing[int](t, Config{Capacity: 1 << 10, Producers: kind, Wait: YieldWait{}})
			p := newProducer(r)
			started, claims := make(chan struct{}), int64(0)
			done := make(chan struct{})
			go func() {
				defer close(done)
				close(started)
				for claims < 1<<10 {
					b, ok := p.TryClaim(1)
					if !ok {
						return
					}
					p.Publish(b)
					claims++
				}
			}()
			<-started
			r.Close()
			<-done
			require.Equal(t, claims, r.core.end.load())
		}
	}
}

func TestOfTwoFailuresAtOnceOneIsTheEndForAll(t *testing.T) {
	// A second failure comes after the first one has been stored and before it becomes the end.
	a, b := errors.New("a"), errors.New("b")
	r := newRing[int](t, Config{Capacity: 8})
	c := r.Consumer("c")
	require.True(t, r.core.failure.cas(nil, &ending{errors.Join(ErrClosed, a), a}))
	r.core.fail(b)
	require.ErrorIs(t, r.Err(), a)
	require.Equal(t, a, r.Run(context.Background()))
	_, err := c.Next(context.Background())
	require.ErrorIs(t, err, a)
}

// Of two failures at once, Run returned one and all other calls the other.
func TestOfTwoFailuresAtOnceAllSeeTheSame(t *testing.T) {
	errs := []error{errors.New("one"), errors.New("other")}
	check := func(r *Ring[int]) (which error) {
		which = r.Run(context.Background())
		require.Contains(t, errs, which)
		require.ErrorIs(t, r.Err(), which)
		_, err := r.MultiProducer().Claim(context.Background(), 1)
		require.Equal(t, r.Err(), err)
		return which
	}
	for range 200 {
		r := newRing[int](t, Config{Capacity: 1})
		c := r.Consumer("c")
		var both sync.WaitGroup
		for _, e := range errs {
			both.Go(func() { r.core.fail(e) })
		}
		both.Wait()
		which := check(r)
		_, err := c.Next(context.Background())
		require.Equal(t, r.Err(), err)
		require.ErrorIs(t, err, which)
	}
	// The order that matters: one has only stored its failure when the other runs to its end.
	r := newRing[int](t, Config{Capacity: 1})
	r.core.failure.cas(nil, &ending{errs[0], errs[0]})
	r.core.fail(errs[1])
	require.Equal(t, errs[0], check(r))
}

func TestWaitForFailsAtOnceOnARingThatHasFailed(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 8})
	c := r.Consumer("c")
	require.True(t, r.MultiProducer().TrySend(0))
	r.core.fail(errHandler)
	_, err := c.Next(context.Background())
	require.ErrorIs(t, err, errHandler)
	_, err = c.WaitFor(context.Background(), 0)
	require.ErrorIs(t, err, errHandler)
}

// Close of a served consumer was lost between the last call of its handler and the end of its
// goroutine: the consumer stayed in the ring, and the next Run started it again.
func TestACloseThatMeetsTheEndOfItsStageIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, Config{Capacity: 4})
		starts, release := 0, make(chan struct{})
		c := r.HandleWith(ConsumerConfig[int]{
			Name:  "c",
			Start: func(*Consumer[int]) error { starts++; return nil },
			Stop:  func(*Consumer[int]) { <-release },
		}, func(Batch[int]) error { return nil })
		done := make(chan error, 1)
		go func() { done <- r.Run(context.Background()) }()
		synctest.Wait()
		r.Close()
		synctest.Wait() // in Stop
		c.Close()
		close(release)
		require.NoError(t, <-done)
		require.Empty(t, r.Stats().Consumers)
		require.NoError(t, r.Run(context.Background()))
		require.Equal(t, 1, starts)
	})
}
