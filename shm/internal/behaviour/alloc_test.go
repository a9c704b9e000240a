//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package behaviour

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/shm"
)

// Neither an event nor a wait allocates.
func TestNoAllocations(t *testing.T) {
	for _, marks := range []shm.Marks{shm.EmbeddedMarks, shm.SeparateMarks} {
		r, _ := create[tick](t, shm.Config{Capacity: 8, Marks: marks, Options: shm.Options{Wait: disruptor.BlockWait{Spin: -1}}})
		p, c := producer(t, r), consumer(t, r, "c")
		f := consumer(t, r, "f", "c")
		ctx := context.Background()
		drain := func() {
			for _, c := range []*shm.Consumer[tick]{c, f} {
				b, ok := c.TryNext()
				if !ok {
					panic("nothing")
				}
				c.Done(b)
			}
		}
		for name, run := range map[string]func(){
			"Send": func() {
				if p.Send(ctx, tick{}) != nil {
					panic("Send")
				}
				drain()
			},
			"Claim": func() {
				b, err := p.Claim(ctx, 3)
				if err != nil {
					panic(err)
				}
				p.Publish(b)
				drain()
			},
			"parts": func() {
				b, _ := p.TryClaim(3)
				head, rest := b.Split(1)
				p.Publish(rest)
				p.Publish(head)
				drain()
			},
			"Abort": func() {
				b, _ := p.TryClaim(2)
				head, rest := b.Split(1)
				p.Abort(head)
				p.Publish(rest)
				drain()
			},
			"Next": func() {
				p.TrySend(tick{})
				b, err := c.Next(ctx)
				if err != nil {
					panic(err)
				}
				c.Done(b)
				b, _ = f.TryNext()
				f.Done(b)
			},
		} {
			require.Zero(t, testing.AllocsPerRun(500, run), name)
		}
	}
}

// A wait that parks does not allocate, except the first with its context. Here each wait ends
// with a wake-up.
func TestNoAllocationsOfWaits(t *testing.T) {
	opts := shm.Options{Wait: disruptor.BlockWait{Spin: -1}}
	r, path := create[tick](t, shm.Config{Capacity: 2, Options: opts})
	back, _ := create[tick](t, shm.Config{Capacity: 2, Options: opts})
	o := attach[tick](t, path, opts)
	ctx, cancel := context.WithCancel(context.Background())
	p, c := producer(t, r), consumer(t, back, "c")
	echo, hear := producer(t, back), consumer(t, o, "echo")
	done := make(chan error)
	go func() {
		for {
			b, err := hear.Next(ctx)
			if err != nil {
				done <- err
				return
			}
			hear.Done(b)
			if err := echo.Send(ctx, tick{}); err != nil {
				done <- err
				return
			}
		}
	}()
	trip := func() {
		if err := p.Send(ctx, tick{}); err != nil {
			panic(err)
		}
		b, err := c.Next(ctx)
		if err != nil {
			panic(err)
		}
		c.Done(b)
	}
	require.Zero(t, testing.AllocsPerRun(300, trip))
	cancel()
	require.True(t, errors.Is(<-done, context.Canceled))
}
