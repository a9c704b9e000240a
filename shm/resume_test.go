//go:build disruptor_faults && linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/faults"
)

// The dead consumer had agreed to be evicted alive. The consumer that resumes its place has not:
// it is not evicted before its own agreement is stored.
func TestNoEvictionBeforeOneIsBack(t *testing.T) {
	for name, evictable := range map[string]int64{"agrees again": 4, "does not agree": 0} {
		for _, point := range []string{"joining", "bit set"} {
			t.Run(name+", "+point, func(t *testing.T) {
				r, path := newRing[tick](t, Config{Capacity: 8})
				p := newProducer(t, r)
				dead := openRing[tick](t, path, Options{})
				newConsumer(t, dead, ConsumerConfig{Name: "back", OnDeath: Hold, Grace: time.Hour, Evictable: 4})
				for i := range 8 {
					require.True(t, p.TrySend(tick{ID: int64(i)}))
				}
				send := func() { // what there is room for, but not for ever if nobody holds it back
					for i := 0; i < 16 && p.TrySend(tick{ID: p.claim.to}); i++ {
					}
				}
				require.NoError(t, dead.core.file.Unmap()) // as if its process had ended
				r.core.recover()
				require.Equal(t, held, state(r.core.place(0).state.Load()).phase())
				faults.At = func(at string) {
					if at == point { // a producer that finds no room looks after the one in the way
						r.core.examine(obstacle{0, -1})
						send()
					}
				}
				defer func() { faults.At = nil }()
				back := openRing[tick](t, path, Options{})
				c, err := back.Consumer(ConsumerConfig{Name: "back", OnDeath: Hold, Grace: time.Hour, Evictable: evictable})
				require.NoError(t, err)
				faults.At = nil
				send()
				b, err := c.Next(long(t))
				require.NoError(t, err)
				for seq, event := range b.All() {
					require.Equal(t, seq, event.ID)
				}
				c.Done(b)
				require.NoError(t, r.Err())
				require.EqualValues(t, 1, r.core.control.members.Load())
				send()
				r.core.examine(obstacle{0, -1})
				_, ok := c.TryNext()
				require.Equal(t, evictable == 0, ok)
				require.NoError(t, r.Err())
			})
		}
	}
}
