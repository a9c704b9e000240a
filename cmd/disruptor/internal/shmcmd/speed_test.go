//go:build linux

package shmcmd

import (
	"context"
	"errors"
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
