//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package behaviour

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

// C98: producers and consumers of two attachments pass on all events, each producer's in order.
func TestCrowd(t *testing.T) {
	for _, marks := range []shm.Marks{shm.EmbeddedMarks, shm.SeparateMarks} {
		for _, capacity := range []int{2, 64} {
			crowd(t, shm.Config{Capacity: capacity, Marks: marks})
		}
	}
}

func crowd(t *testing.T, cfg shm.Config) {
	r, path := create[tick](t, cfg)
	o := attach[tick](t, path, shm.Options{})
	ctx := long(t)
	const n, producers = 3000, 3
	var consumers, others sync.WaitGroup
	follow := func(ring *shm.Ring[tick], cfg shm.ConsumerConfig) {
		c, err := ring.Consumer(cfg)
		require.NoError(t, err)
		consumers.Add(1)
		go func() {
			defer consumers.Done()
			var last [producers]int64
			total := 0
			for b := range c.Batches(ctx) {
				for _, e := range b.All() {
					if e.ID != last[e.Size]+1 {
						t.Errorf("%v after %d", *e, last[e.Size])
					}
					last[e.Size] = e.ID
					total++
				}
			}
			evicted := cfg.Evictable > 0 && errors.Is(c.Err(), shm.ErrEvicted)
			if !evicted && (c.Err() != nil || total != n*producers) {
				t.Errorf("%s: %v, %d events", c.Name(), c.Err(), total)
			}
			c.Close()
		}()
	}
	follow(r, shm.ConsumerConfig{Name: "a"})
	follow(o, shm.ConsumerConfig{Name: "b", After: []string{"a"}, MaxBatch: 5})
	follow(o, shm.ConsumerConfig{Name: "c", After: []string{"a", "b"}, Evictable: int64(cfg.Capacity)})
	for i := range producers {
		p := producer(t, []*shm.Ring[tick]{r, o}[i%2])
		others.Add(1)
		go func() {
			defer others.Done()
			defer p.Close()
			for id := range int64(n) {
				if err := p.Send(ctx, tick{id + 1, 1, uint32(i)}); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	others.Wait()
	require.NoError(t, r.Shutdown(ctx))
	require.NoError(t, o.Shutdown(ctx))
	consumers.Wait()
	require.NoError(t, r.Detach(ctx))
	require.NoError(t, o.Detach(ctx))
	require.NoError(t, shm.Remove(path))
}
