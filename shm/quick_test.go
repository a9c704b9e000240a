package shm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

type tick struct {
	ID    int64
	Price float64
	Size  uint32
}

func TestQuick(t *testing.T) {
	require.Equal(t, 512, int(unsafe.Sizeof(place{})))
	require.Equal(t, 256, int(unsafe.Sizeof(record{})))
	require.Equal(t, 128, int(unsafe.Sizeof(attachment{})))
	require.Equal(t, 128, int(unsafe.Sizeof(eventcount{})))
	require.Equal(t, 640, int(unsafe.Sizeof(control{})))
	path := fmt.Sprintf("/dev/shm/quick-%d", os.Getpid())
	defer os.Remove(path)
	r, err := Create[tick](path, Config{Capacity: 64})
	require.NoError(t, err)
	o, err := Open[tick](path, Options{})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	const n, producers = 20000, 3
	var wg sync.WaitGroup
	check := func(c *Consumer[tick], err error) {
		require.NoError(t, err)
		wg.Add(1)
		go func() {
			defer wg.Done()
			last := [producers]int64{}
			total := 0
			for b := range c.Batches(ctx) {
				for _, e := range b.All() {
					p := e.Size
					if e.ID != last[p]+1 {
						t.Errorf("%v after %d", e, last[p])
					}
					last[p] = e.ID
					total++
				}
			}
			if errors.Is(c.Err(), ErrEvicted) && c.Name() == "c" {
				t.Log(c.Err())
			} else if c.Err() != nil || total != n*producers {
				t.Errorf("%s: %v, %d", c.Name(), c.Err(), total)
			}
			c.Close()
		}()
	}
	check(r.Consumer(ConsumerConfig{Name: "a"}))
	check(o.Consumer(ConsumerConfig{Name: "b", After: []string{"a"}, MaxBatch: 5}))
	check(o.Consumer(ConsumerConfig{Name: "c", After: []string{"a", "b"}, Evictable: 64}))
	var pw sync.WaitGroup
	for p := range producers {
		ring := r
		if p == 1 {
			ring = o
		}
		pr, err := ring.Producer("p")
		require.NoError(t, err)
		pw.Add(1)
		go func() {
			defer pw.Done()
			defer pr.Close()
			for i := range n {
				if err := pr.Send(ctx, tick{int64(i + 1), 1, uint32(p)}); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	pw.Wait()
	require.NoError(t, r.Shutdown(ctx))
	require.NoError(t, o.Shutdown(ctx))
	wg.Wait()
	require.NoError(t, r.Detach(ctx))
	require.NoError(t, o.Detach(ctx))
}
