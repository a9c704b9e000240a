package behaviour

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The event that an Each names when it fails.

// Under a policy an Each also names the event of a panic, and keeps its value and its stack.
func TestAPanicOfAnEachKeepsItsValueAndItsStack(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var dead *disruptor.HandlerError
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			Name:       "c",
			DeadLetter: func(_ disruptor.Batch[int64], err error) error { require.ErrorAs(t, err, &dead); return nil },
		}, disruptor.Each(func(seq int64, _ *int64) error {
			if seq == 2 {
				return panicInHandler(errBoom)
			}
			return nil
		}))
		publish(t, p, 4)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.EqualError(t, dead, `consumer "c", batch [2, 3): sequence 2: panic: boom`)
		require.ErrorIs(t, dead, errBoom)
		require.Contains(t, string(dead.Stack), "panicInHandler")
	})
}

// Without a policy a panic passes through an Each unchanged.
func TestAnEachLeavesPanicsAlone(t *testing.T) {
	for _, policy := range []bool{false, true} {
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		if policy {
			r.HandleWith(disruptor.ConsumerConfig[int64]{OnFailure: disruptor.FailurePolicy{Skip: true}}, func(disruptor.Batch[int64]) error { return nil })
		}
		c := r.Consumer("by hand")
		publish(t, r.MultiProducer(), 2)
		h := disruptor.Each(func(int64, *int64) error { panic(errBoom) })
		func() {
			defer func() {
				if v := recover(); policy {
					require.EqualError(t, v.(error), "sequence 0: panic: boom")
					require.ErrorIs(t, v.(error), errBoom)
				} else {
					require.Equal(t, errBoom, v)
				}
			}()
			_ = h(take(t, c, 0, 2))
		}()
	}
}

// The error of another ring's Each says nothing about the events in hand. Nor does an error
// about an event that is finished, or that is not in hand yet. An error that wraps one of these
// may also wrap one that does.
func TestAnEachOfOtherEventsIsIgnored(t *testing.T) {
	other := newRing[int64](t, disruptor.Config{Capacity: 4})
	c := other.Consumer("c")
	publish(t, other.MultiProducer(), 4)
	failAt := func(at int64, err error) disruptor.Handler[int64] {
		return disruptor.Each(func(seq int64, _ *int64) error {
			if seq == at {
				return err
			}
			return nil
		})
	}
	foreign := take(t, c, 0, 4)

	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[int64](t, disruptor.Config{Capacity: 8, Producers: producers})
		byHand := r.Consumer("by hand")
		var dead ranges
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			MaxBatch: 2,
			DeadLetter: func(b disruptor.Batch[int64], _ error) error {
				dead = append(dead, [2]int64{b.From(), b.To()})
				return nil
			},
		}, func(b disruptor.Batch[int64]) error {
			all := take(t, byHand, 0, 8)
			switch b.From() {
			case 0:
				return failAt(1, errBoom)(foreign)
			case 2:
				return failAt(1, errBoom)(all)
			case 4:
				return failAt(6, errBoom)(all)
			}
			return failAt(1, failAt(7, errBoom)(b))(foreign)
		})
		publish(t, newProducer(r), 8)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, ranges{{0, 2}, {2, 4}, {4, 6}, {7, 8}}, dead)
	}
}

// C74.
func TestGoexitAlwaysEndsTheRing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		calls := 0
		r.HandleWith(disruptor.ConsumerConfig[int64]{OnFailure: disruptor.FailurePolicy{Retries: 5, Skip: true}},
			disruptor.Each(func(seq int64, _ *int64) error {
				if calls++; calls == 2 {
					runtime.Goexit()
				}
				return errBoom
			}))
		publish(t, p, 4)
		require.EqualError(t, r.Run(testContext(t)), `consumer "", batch [0, 4): runtime.Goexit was called`)
		require.Equal(t, 2, calls)
	})
}
