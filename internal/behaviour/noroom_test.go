package behaviour

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The error of a claim that gives up says what was in the way.

// requireNoRoom requires that each call that claims gives up with this text, and with the cause of its context.
func requireNoRoom(t *testing.T, p disruptor.Producer[int64], text string) {
	t.Helper()
	for name, call := range map[string]func(ctx context.Context) error{
		"Claim":   func(ctx context.Context) error { _, err := p.Claim(ctx, 1); return err },
		"Send":    func(ctx context.Context) error { return p.Send(ctx, 1) },
		"SendAll": func(ctx context.Context) error { _, err := p.SendAll(ctx, make([]int64, 3)); return err },
		"Do": func(ctx context.Context) error {
			return p.Do(ctx, 1, func(disruptor.Batch[int64]) error { return nil })
		},
	} {
		ctx := context.Context(&endsAfter{context.Background(), 1})
		if name != "SendAll" { // which looks before it claims
			ctx = expired
		}
		err := call(ctx)
		require.EqualError(t, err, "disruptor: no room: "+text+": late", name)
		require.ErrorIs(t, err, errLate, name)
		require.NotErrorIs(t, err, disruptor.ErrClosed, name)
	}
	_, err := p.Claim(within(t, 1), 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.EqualError(t, err, "disruptor: no room: "+text+": context deadline exceeded")
}

func TestAClaimThatGivesUpNamesTheSlowestConsumer(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		fast := r.Consumer("fast")
		lazy := r.Consumer("lazy")
		to := publish(t, p, s.Capacity).To()
		advance(t, fast, to)
		text := map[int]string{1: "1", 2: "2", 8: "8", 1024: "1024"}[s.Capacity]
		_, err := p.Claim(expired, 1)
		require.EqualError(t, err, `disruptor: no room: consumer "lazy" is `+text+` behind: late`)
		require.ErrorIs(t, err, errLate)
		lazy.Close()
		publish(t, p, 1)
	})
}

func TestEveryCallThatClaimsSaysWhatWasInTheWay(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.Consumer("lazy")
		publish(t, p, 4)
		requireNoRoom(t, p, `consumer "lazy" is 4 behind`)
	})
}

func TestAClaimThatGivesUpNamesTheSlowStageAndNotThoseBehindIt(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		first := r.Consumer("first")
		slow := r.Consumer("slow", first)
		behind := r.Consumer("behind", slow)
		last := r.Consumer("last", behind, first)
		publish(t, p, 4)
		requireNoRoom(t, p, `consumer "first" is 4 behind`)
		advance(t, first, 4)
		requireNoRoom(t, p, `consumer "slow" is 4 behind`)
		advance(t, slow, 3)
		requireNoRoom(t, p, `consumer "behind" is 4 behind`) // by itself now
		advance(t, behind, 3)
		requireNoRoom(t, p, `consumer "last" is 4 behind`)
		behind.Close()
		requireNoRoom(t, p, `consumer "last" is 4 behind`)
		advance(t, last, 3)
		claim(t, p, 3)
	})
}

func TestAClaimThatGivesUpNamesTheClaimThatWasNeverPublished(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4}) // a Single producer has one claim open at a time
	p := r.MultiProducer()
	c := r.Consumer("c")
	publish(t, p, 2)
	advance(t, c, 2)
	lost := claim(t, p, 1)
	later := publish(t, p, 2)
	claim(t, p, 1)
	requireNoRoom(t, p, "claimed and not published: [2, 6)")
	p.Publish(lost)
	requireNoRoom(t, p, `consumer "c" is 3 behind`)
	advance(t, c, later.To())
	publish(t, p, 3)
	requireNoRoom(t, p, "claimed and not published: [5, 9)")
}

func TestAClaimThatGivesUpWithoutConsumersNamesTheClaim(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	p := r.MultiProducer()
	publish(t, p, 3)
	claim(t, p, 4)
	requireNoRoom(t, p, "claimed and not published: [3, 7)")
}

// At the end of the ring the error of a claim says nothing about room.
func TestAClaimOnAnEndedRingDoesNotSayWhatWasInTheWay(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.Consumer("lazy")
		publish(t, p, 4)
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(errors.New("both"))
		r.Close()
		require.Equal(t, disruptor.ErrClosed, p.Send(ctx, 1))
	})
}
