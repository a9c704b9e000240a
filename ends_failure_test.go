package disruptor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Ends that come together, and what goes on after them.

func TestOfTwoFailuresAtOnceOneIsTheEndForAll(t *testing.T) {
	// The first failure has been stored, and before it is made the end, a second one comes.
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

func TestAClosedRingDrainsWithoutBusyWaitingWhereTheStrategySleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the clock stands still while somebody is busy
		r := newRing[int](t, Config{Capacity: 8, Wait: SleepWait{Max: 10 * time.Millisecond}})
		a := r.Handle("a", func(Batch[int]) error { time.Sleep(time.Second); return nil })
		r.Handle("b", func(Batch[int]) error { return nil }, a)
		require.True(t, r.MultiProducer().TrySend(1))
		r.Close()
		require.NoError(t, r.Run(context.Background()))
	})
}
