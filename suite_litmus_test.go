package disruptor

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// The join edge needs store->load order on both sides, which acquire and release don't give, and an amd64 store buffer
// does not either: the producer stores its mark and its position as a consumer and then reads the list, the joiner
// stores the list and then reads marks. Were both to read old values, the producer would lap a joiner of whom it knows
// nothing: with one slot, the joiner would be handed two at once, or a slot with a later event in it.
//
// No hook can force this order, because it is made by the processor. What can be done is to keep the store buffer full:
// the producer writes to memory that is in no cache before it publishes.
func TestNoClaimLapsAJoinerThatItDoesNotSee(t *testing.T) {
	joins := 10_000
	if !buffersStores {
		joins = 500 // sync/atomic leaves nothing in a store buffer
	}
	cold := make([]int64, 1<<23)
	for _, kind := range []Producers{Single, Multi} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			r := newRing[int64](t, Config{Capacity: 1, Producers: kind, Wait: SpinWait{}})
			var stop atomic.Bool
			var producer sync.WaitGroup
			own := r.Consumer("the producer's own") // its positions are what the gate is made of
			p := newProducer(r)
			producer.Go(func() {
				at := uint64(1)
				for !stop.Load() {
					b, ok := p.TryClaim(1)
					if !ok {
						runtime.Gosched()
						continue
					}
					*b.At(0) = b.From()
					for range 16 {
						at = at*6364136223846793005 + 1442695040888963407
						cold[at>>41] = int64(at)
					}
					p.Publish(b)
					b, _ = own.TryNext()
					own.Done(b)
				}
			})
			defer producer.Wait()
			defer stop.Store(true)
			for range joins {
				c := r.Consumer("joiner")
				from := c.Position()
				var b Batch[int64]
				for i, ok := 0, false; !ok; i++ {
					if b, ok = c.TryNext(); !ok && i > 100 {
						runtime.Gosched()
					}
				}
				pause(maxPause) // let it go on as far as it believes that it may
				require.Equal(t, from+1, r.core.claimed(), "the joiner holds the only slot, at %d", from)
				requireRange(t, b, from, from+1)
				c.Close()
			}
		})
	}
}
