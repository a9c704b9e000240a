//go:build linux

package shmcmd

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

// TestRingAtFullSpeed looks at a ring while producers, consumers that come and go, and those that abort, have at it:
// nothing is found to be wrong.
func TestRingAtFullSpeed(t *testing.T) {
	path := filepath.Join(memoryDir(t), "ring")
	r := create(t, path, 32)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			for n := 1; ctx.Err() == nil; n++ {
				p, err := r.Producer("p")
				if err != nil {
					t.Error(err)
					return
				}
				for range 200 {
					b, err := p.Claim(ctx, 1+n%5)
					if err != nil {
						break
					}
					if n%7 == i {
						p.Abort(b)
					} else {
						p.Publish(b)
					}
				}
				p.Close()
			}
		})
	}
	consume := func(cfg shm.ConsumerConfig) {
		for ctx.Err() == nil {
			c, err := r.Consumer(cfg)
			if err != nil {
				if !errors.Is(err, shm.ErrName) {
					t.Error(err)
				}
				continue
			}
			for n := 0; n < 500; n++ {
				b, err := c.Next(ctx)
				if err != nil {
					break
				}
				c.Done(b)
			}
			c.Close()
		}
	}
	wg.Go(func() { consume(shm.ConsumerConfig{Name: "a"}) })
	wg.Go(func() { consume(shm.ConsumerConfig{Name: "b", After: []string{"a"}}) })
	wg.Go(func() { consume(shm.ConsumerConfig{Name: "c", Evictable: 32}) })
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	for range rounds {
		status, out, stderr := run("check", path)
		require.Equal(t, fine, status, out+stderr)
		for _, args := range [][]string{{"who"}, {"stat", "-interval", "0"}, {"tail", "-n", "20"}} {
			status, out, stderr = run(append(args, path)...)
			require.Equal(t, fine, status, out+stderr)
		}
	}
	stop()
	wg.Wait()
	require.NoError(t, r.Err())
	var c checkup
	require.Equal(t, fine, runJSON(t, &c, "check", path))
	require.Empty(t, c.Notes)
}

// TestCheckWhileProcessesDie has processes killed while they are at it, and recovered, and finds nothing wrong.
func TestCheckWhileProcessesDie(t *testing.T) {
	path := filepath.Join(memoryDir(t), "ring")
	r := create(t, path, 32)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	p, err := r.Producer("p")
	require.NoError(t, err)
	c, err := r.Consumer(shm.ConsumerConfig{Name: "c"})
	require.NoError(t, err)
	wg.Go(func() {
		for ctx.Err() == nil {
			_ = p.Send(ctx, tick{})
		}
	})
	wg.Go(func() {
		for range c.Batches(ctx) {
		}
	})
	kills := 20
	if testing.Short() {
		kills = 3
	}
	for range kills {
		a, b := startChild(t, "busy", path), startChild(t, "busy", path)
		for i := range 6 {
			if i == 2 {
				kill(a)
			}
			status, out, stderr := run("check", path)
			require.Equal(t, fine, status, out+stderr)
		}
		kill(b)
	}
	stop()
	wg.Wait()
	require.NoError(t, r.Err())
	require.Equal(t, fine, first(run("recover", path)))
	var k checkup
	require.Equal(t, fine, runJSON(t, &k, "check", path))
	require.Empty(t, k.Notes)
}

// TestFileThatIsScribbledOver has another program write anything anywhere, and cut the file and lengthen it.
func TestFileThatIsScribbledOver(t *testing.T) {
	raw := copied(t)
	path := filepath.Join(memoryDir(t), "ring")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		random := rand.New(rand.NewPCG(3, 4))
		for {
			select {
			case <-done:
				return
			default:
			}
			off := random.Int64N(int64(len(raw)))
			switch random.IntN(20) {
			case 0:
				_ = f.Truncate(off)
				_ = f.Truncate(int64(len(raw)))
			case 1:
				_, _ = f.WriteAt(raw, 0)
			default:
				_, _ = f.WriteAt([]byte{byte(random.Uint32()), byte(random.Uint32() & 0xff)}, off)
			}
		}
	})
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	for range rounds {
		for _, args := range readers {
			status, _, stderr := run(append(args[:len(args):len(args)], path)...)
			require.Contains(t, []int{fine, wrong}, status, stderr)
		}
	}
	close(done)
	wg.Wait()
}
