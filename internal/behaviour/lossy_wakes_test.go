package behaviour

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Claims that sleep for a lossy consumer, and lossy consumers that sleep. In a bubble a lost
// wake-up is a deadlock.

func TestASleepingLossyConsumerIsWokenByAPublishAndByAnAbort(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, claims := range []int{1, 3} { // with three it has been lapped when it looks
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int64](t, disruptor.Config{Capacity: 1, Producers: kind, Wait: disruptor.BlockWait{Spin: -1}})
				p, c := newProducer(r), lossy(r, 1)
				l := newLedger(c)
				got := make(chan error, 1)
				for turn := range 3 {
					go func() {
						c, err := c.Next(t.Context())
						if err == nil {
							err = l.enter(c)
						}
						got <- err
					}()
					synctest.Wait()
					if kind == disruptor.Multi && turn == 1 {
						abort(t, p, 1)
						synctest.Wait()
						require.Empty(t, got)
					}
					for range claims { // the second may wait for a copy of the first
						require.NoError(t, p.Do(t.Context(), 1, func(b disruptor.Batch[int64]) error {
							*b.At(0) = b.From()
							return nil
						}))
					}
					require.NoError(t, <-got)
					drainCopies(t, c, l) // the rest, or it would not sleep in the next turn
				}
				require.NoError(t, l.close(c, r.Published(), true))
			})
		}
	}
}

// If only a lossy consumer is in the way, a claim sleeps only while something is copied or
// another claim is open. Here the first in the queue goes, and the next has room if it pushes.
// B9.
func TestTheNextClaimPushesALossyConsumer(t *testing.T) {
	for _, clear := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.BlockWait{Spin: -1}, Clear: clear})
			p, c := r.MultiProducer(), lossy(r, 1)
			for range 3 {
				publish(t, p, 1)
			}
			open := claim(t, p, 1)
			ctx, cancel := context.WithCancel(t.Context())
			first, second := make(chan error, 1), make(chan error, 1)
			go func() { _, err := p.Claim(ctx, 4); first <- err }()
			synctest.Wait()
			go func() { _, err := p.Claim(t.Context(), 1); second <- err }()
			synctest.Wait()
			require.Empty(t, first)
			require.Empty(t, second, "it waits behind the first")
			require.Zero(t, c.Missed(), "there is no room for the first anyway")
			cancel()
			require.ErrorIs(t, <-first, context.Canceled)
			require.NoError(t, <-second)
			p.Publish(open)
		})
	}
}

// A publish makes room for a claim that waits for another claim to be published. B9.
func TestAPublishLetsAClaimPush(t *testing.T) {
	for _, clear := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 2, Wait: disruptor.BlockWait{Spin: -1}, Clear: clear})
			p, c := r.MultiProducer(), lossy(r, 1)
			open := claim(t, p, 2)
			claimed := make(chan error, 1)
			go func() { _, err := p.Claim(t.Context(), 2); claimed <- err }()
			synctest.Wait()
			require.Empty(t, claimed)
			p.Publish(open)
			require.NoError(t, <-claimed)
			require.EqualValues(t, 2, c.Missed())
		})
	}
}

// A strict consumer that moves makes room up to its position, but only if the lossy consumer is
// pushed.
func TestADoneLetsAClaimPush(t *testing.T) {
	for _, clear := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 2, Wait: disruptor.BlockWait{Spin: -1}, Clear: clear})
			p, c := r.MultiProducer(), lossy(r, 1)
			strict := r.Consumer("strict")
			publish(t, p, 1)
			publish(t, p, 1)
			claimed := make(chan error, 1)
			go func() { _, err := p.Claim(t.Context(), 2); claimed <- err }()
			synctest.Wait()
			advance(t, strict, 1)
			synctest.Wait()
			require.Empty(t, claimed)
			advance(t, strict, 2)
			require.NoError(t, <-claimed)
			require.EqualValues(t, 2, c.Missed())
		})
	}
}
