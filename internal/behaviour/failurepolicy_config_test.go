package behaviour

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The counts of a policy in Stats, its invalid values, and the failures it does not apply to.

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
		require.Equal(t, `  "bad" is retrying at 0: 3 behind, 3 available; 1 calls retried, 0 events skipped, 0 dead-lettered`, text())
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, `  "bad" is unserved at 3: 0 behind, 0 available; 1 batch, median 3, at most 3 behind; 2 calls retried, 3 events skipped, 0 dead-lettered`, text())
	})
}

// C75.
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
		{disruptor.FailurePolicy{Skip: true}, letter, "both Skip and DeadLetter"},
		{disruptor.FailurePolicy{Retries: -1, Skip: true}, nil, "Skip with unlimited Retries"},
		{disruptor.FailurePolicy{Retries: -1}, letter, "DeadLetter with unlimited Retries"},
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
		requirePanics(t, `disruptor: consumer "c": OnFailure and DeadLetter need a handler`, func() { r.ConsumerWith(cfg) })
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
