package behaviour

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// Several producers want the same slots.

// disruptor-rs: a ring for several producers had to have 64 slots or more.
func TestSeveralProducersShareARingOfOneSlot(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 1})
	c := r.Consumer("c")
	ctx := testContext(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := r.MultiProducer().Send(ctx, 1); err != nil {
				t.Error(err)
			}
		})
	}
	for range 3 {
		b, err := c.Next(ctx)
		require.NoError(t, err)
		require.Equal(t, 1, b.Len())
		c.Done(b)
	}
	wg.Wait()
}

// smarty: with a shared sequencer, TryReserve said "full" when another goroutine had merely been faster.
func TestAClaimDoesNotFailBecauseAnotherWasFaster(t *testing.T) {
	for range 50 * race.Scale {
		r := newRing[int](t, disruptor.Config{Capacity: 64})
		p := r.MultiProducer()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 8 {
					if _, ok := p.TryClaim(2); !ok {
						t.Error("there was room for everyone")
					}
				}
			})
		}
		wg.Wait()
	}
}
