//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64) && !race

package shm

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// No call allocates per event, whatever the options.
func TestNoAllocations(t *testing.T) {
	for _, guarded := range []bool{false, true} {
		for _, evictable := range []int64{0, 8} {
			t.Run(fmt.Sprintf("guarded %t, evictable %d", guarded, evictable), func(t *testing.T) {
				r, _ := newRing[tick](t, Config{Capacity: 64, Options: Options{GuardFaults: guarded}})
				c, p := newConsumer(t, r, ConsumerConfig{Evictable: evictable}), newProducer(t, r)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				events := make([]tick, 5)
				require.Zero(t, testing.AllocsPerRun(1000, func() {
					p.TrySend(tick{})
					_ = p.Send(ctx, tick{})
					_, _ = p.SendAll(ctx, events)
					b, _ := p.Claim(ctx, 3)
					p.Publish(b)
					b, _ = p.TryClaim(2)
					p.Abort(b)
					read, _ := c.Next(ctx)
					c.Done(read)
					for read, ok := c.TryNext(); ok; read, ok = c.TryNext() {
						c.Done(read)
					}
				}))
			})
		}
	}
}
