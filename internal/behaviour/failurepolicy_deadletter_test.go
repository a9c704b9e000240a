package behaviour

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Dead letters, what an Each says of its event, and what a policy can't be.

// A later stage sees an event only when DeadLetter has returned, and what that wrote. The race detector sees the edge.
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

// Under a policy an Each says of a panic, too, at which event it was, and keeps its value and its stack.
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

// Without a policy on the ring a panic goes through an Each as it is.
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

// The error of another ring's Each says nothing about the events in hand, nor does one about an event that is finished,
// or that is not in hand yet. An error that wraps such a one may wrap one that does.
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

// A call with an empty batch that fails is repeated, also the last one of a Run, which comes once all the same.
func TestACallWithAnEmptyBatchIsRepeated(t *testing.T) {
	for _, then := range []string{"succeed", "stop", "skip", "dead letter"} {
		t.Run(then, func(t *testing.T) {
			forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
				var calls ranges
				dead := 0
				cfg := disruptor.ConsumerConfig[int64]{
					Name: "c", Idle: time.Hour,
					OnFailure: disruptor.FailurePolicy{Retries: 2, Backoff: time.Second, Skip: then == "skip"},
				}
				if then == "dead letter" {
					cfg.DeadLetter = func(b disruptor.Batch[int64], err error) error { dead++; require.Zero(t, b.Len()); return nil }
				}
				empty := 0
				c := r.HandleWith(cfg, func(b disruptor.Batch[int64]) error {
					calls = append(calls, [2]int64{b.From(), b.To()})
					if b.Len() > 0 {
						return nil
					}
					if empty++; then == "succeed" && empty%3 == 0 {
						return nil
					}
					return errBoom
				})
				publish(t, p, 2)
				running := run(r)
				time.Sleep(time.Hour + time.Minute)
				first := ranges{{0, 2}, {2, 2}, {2, 2}, {2, 2}}
				require.Equal(t, first, calls)
				r.Close()
				if err := <-running; then == "stop" {
					require.EqualError(t, err, `consumer "c", at 2: boom`)
					require.Equal(t, first, calls)
					return
				}
				require.Equal(t, append(first, first[1:]...), calls, "and the last call, with its retries")
				require.EqualValues(t, 2, c.Position())
				require.Equal(t, then == "dead letter", dead == 2)
				got := r.Stats().Consumers[0]
				require.Equal(t, [3]int64{4, 0, 0}, [3]int64{got.Retried, got.Skipped, got.DeadLettered})
			})
		})
	}
}

// A batch ends before aborted slots, and the position passes them behind what is given up.
func TestAnAbortedRangeBehindWhatIsGivenUp(t *testing.T) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[int64](t, disruptor.Config{Capacity: 16, Producers: producers})
		p := newProducer(r)
		var calls ranges
		c := r.HandleWith(disruptor.ConsumerConfig[int64]{OnFailure: disruptor.FailurePolicy{Retries: 1, Skip: true}},
			func(b disruptor.Batch[int64]) error {
				calls = append(calls, [2]int64{b.From(), b.To()})
				return errBoom
			})
		publish(t, p, 3)
		abort(t, p, 2)
		publish(t, p, 2)
		end := r.Published()
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, ranges{{0, 3}, {0, 3}, {5, end}, {5, end}}, calls)
		require.Equal(t, end, c.Position())
		require.Equal(t, end-2, r.Stats().Consumers[0].Skipped)
	}
}

func TestStatsSayWhatBecameOfEventsThatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			Name: "bad", OnFailure: disruptor.FailurePolicy{Retries: 2, Backoff: time.Hour, Skip: true},
		}, func(disruptor.Batch[int64]) error { return errBoom })
		publish(t, r.MultiProducer(), 3)
		running := run(r)
		time.Sleep(90 * time.Minute)
		text := func() string { return strings.Split(r.Stats().String(), "\n")[1] }
		require.Equal(t, `  "bad" is busy at 0: 3 behind, 3 available; 1 calls retried, 0 events skipped, 0 dead-lettered`, text())
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, `  "bad" is unserved at 3: 0 behind, 0 available; 2 calls retried, 3 events skipped, 0 dead-lettered`, text())
	})
}

func TestAPolicyThatContradictsItselfPanics(t *testing.T) {
	letter := func(disruptor.Batch[int64], error) error { return nil }
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	for _, c := range []struct {
		policy disruptor.FailurePolicy
		letter func(disruptor.Batch[int64], error) error
		text   string
	}{
		{disruptor.FailurePolicy{Retries: 1, Backoff: -1}, nil, "Backoff of -1ns up to 0s"},
		{disruptor.FailurePolicy{Retries: 1, Backoff: 1, MaxBackoff: -1}, nil, "Backoff of 1ns up to -1ns"},
		{disruptor.FailurePolicy{Retries: 1, MaxBackoff: 1}, nil, "MaxBackoff of 1ns without Backoff"},
		{disruptor.FailurePolicy{Retries: 1, Backoff: 2, MaxBackoff: 1}, nil, "Backoff of 2ns exceeds MaxBackoff of 1ns"},
		{disruptor.FailurePolicy{Backoff: 1}, nil, "Backoff of 1ns without Retries"},
		{disruptor.FailurePolicy{Skip: true}, letter, "Skip and DeadLetter"},
		{disruptor.FailurePolicy{Retries: -1, Skip: true}, nil, "Skip after Retries without limit"},
		{disruptor.FailurePolicy{Retries: -1}, letter, "DeadLetter after Retries without limit"},
	} {
		cfg := disruptor.ConsumerConfig[int64]{Name: "c", OnFailure: c.policy, DeadLetter: c.letter}
		requirePanics(t, `disruptor: FailurePolicy of consumer "c": `+c.text, func() {
			r.HandleWith(cfg, func(disruptor.Batch[int64]) error { return nil })
		})
	}
	for _, cfg := range []disruptor.ConsumerConfig[int64]{
		{Name: "c", OnFailure: disruptor.FailurePolicy{Retries: 1}},
		{Name: "c", DeadLetter: letter},
	} {
		requirePanics(t, `disruptor: consumer "c" has no handler for OnFailure or DeadLetter`, func() { r.ConsumerWith(cfg) })
	}
	require.Empty(t, r.Stats().Consumers, "none of them has joined")
}

// The policy is for the handler: Start and Stop are called once.
func TestFailuresOfStartAndStopEndTheRingUnderAPolicy(t *testing.T) {
	for _, in := range []string{"start", "stop"} {
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		calls := 0
		fail := func(at string) error {
			if calls++; at == in {
				return panicInHandler(errBoom)
			}
			return nil
		}
		cfg := disruptor.ConsumerConfig[int64]{
			OnFailure: disruptor.FailurePolicy{Retries: 3, Skip: true},
			Start:     func(*disruptor.Consumer[int64]) error { return fail("start") },
			Stop:      func(*disruptor.Consumer[int64]) { _ = fail("stop") },
		}
		r.HandleWith(cfg, func(disruptor.Batch[int64]) error { return errLate })
		r.Close()
		require.ErrorIs(t, r.Run(context.Background()), errBoom)
		require.Equal(t, map[string]int{"start": 1, "stop": 2}[in], calls)
	}
}
