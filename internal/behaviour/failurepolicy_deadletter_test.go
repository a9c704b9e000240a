package behaviour

import (
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Dead letters.

// A later stage sees an event, and the writes of DeadLetter to it, only when DeadLetter has
// returned. The race detector sees the edge.
func TestDeadLettersComeInOrderBeforeLaterStagesPass(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int64](t, v.config(8))
		p := newProducer(r)
		var dead, seen []int64
		odd := r.HandleWith(disruptor.ConsumerConfig[int64]{
			Name:      "odd",
			OnFailure: disruptor.FailurePolicy{Retries: 1},
			DeadLetter: func(b disruptor.Batch[int64], err error) error {
				*b.At(0) = -b.From()
				dead = append(dead, b.From())
				return nil
			},
		}, disruptor.Each(func(_ int64, event *int64) error {
			if *event%2 == 1 {
				return errBoom
			}
			return nil
		}))
		r.Handle("stage", func(b disruptor.Batch[int64]) error {
			for seq, event := range b.All() {
				if seq%2 == 1 && *event != -seq {
					return errors.New("passed too early")
				}
				seen = append(seen, *event)
			}
			return nil
		}, odd)
		running := run(r)
		const n = 100
		for i := range int64(n) {
			require.NoError(t, p.Send(testContext(t), i))
		}
		r.Close()
		require.NoError(t, <-running)
		require.Len(t, dead, n/2)
		for i, seq := range dead {
			require.EqualValues(t, 2*i+1, seq)
		}
		require.Len(t, seen, n)
		require.EqualValues(t, n/2, r.Stats().Consumers[0].DeadLettered)
		require.EqualValues(t, n/2, r.Stats().Consumers[0].Retried)
	})
}

func TestAFailureOfDeadLetterFailsTheRing(t *testing.T) {
	for _, c := range []struct {
		name, err string
		fail      func() error
		is        []error
		stack     string
	}{
		{"error", "dead letter: late; after: sequence 2: boom", func() error { return errLate }, []error{errLate, errBoom}, ""},
		{"panic", "dead letter: panic: late; after: sequence 2: boom", func() error { return panicInHandler(errLate) },
			[]error{errLate, errBoom}, "panicInHandler"},
		{"Goexit", "runtime.Goexit was called", func() error { runtime.Goexit(); return nil }, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				bad := r.HandleWith(disruptor.ConsumerConfig[int64]{
					Name:       "bad",
					DeadLetter: func(disruptor.Batch[int64], error) error { return c.fail() },
				}, disruptor.Each(func(seq int64, _ *int64) error {
					if seq == 2 {
						return errBoom
					}
					return nil
				}))
				publish(t, p, 4)
				err := r.Run(testContext(t))
				var h *disruptor.HandlerError
				require.ErrorAs(t, err, &h)
				require.EqualError(t, h.Err, c.err)
				require.Equal(t, [2]int64{2, 4}, [2]int64{h.From, h.To}, "those before it are finished")
				require.Contains(t, string(h.Stack), c.stack)
				for _, is := range c.is {
					require.ErrorIs(t, err, is)
				}
				require.EqualValues(t, 2, bad.Position())
				require.Zero(t, r.Stats().Consumers[0].DeadLettered)
			})
		})
	}
}
