//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package behaviour

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

func TestCloseDrains(t *testing.T) {
	r, path := create[tick](t, shm.Config{Capacity: 4})
	o := attach[tick](t, path, shm.Options{})
	p, q, c := producer(t, r), producer(t, o), consumer(t, o, "c")
	send(t, p, 1, 2)
	b, ok := q.TryClaim(1)
	require.True(t, ok)
	require.NoError(t, r.Err())
	r.Close()
	r.Close()
	for _, ring := range []*shm.Ring[tick]{r, o} {
		require.Equal(t, shm.ErrClosed, ring.Err())
		require.True(t, ring.Stats().Closed)
		_, err := ring.Producer("")
		require.ErrorIs(t, err, shm.ErrClosed)
		_, err = ring.Consumer(shm.ConsumerConfig{})
		require.ErrorIs(t, err, shm.ErrClosed)
	}
	require.False(t, p.TrySend(tick{}))
	require.Equal(t, shm.ErrClosed, p.Send(long(t), tick{}))
	n, err := p.SendAll(long(t), make([]tick, 3))
	require.Equal(t, 0, n)
	require.Equal(t, shm.ErrClosed, err)
	require.Equal(t, []int64{1, 2}, take(c))
	_, err = c.Next(ended()) // what is claimed may be published yet
	require.ErrorIs(t, err, context.Canceled)
	b.At(0).ID = 3
	q.Publish(b)
	require.Equal(t, []int64{3}, take(c))
	_, err = c.Next(long(t))
	require.Equal(t, shm.ErrClosed, err)
	for range c.Batches(long(t)) {
	}
	require.NoError(t, c.Err(), "a drained ring is no failure")
}

func TestShutdown(t *testing.T) {
	r, path := create[tick](t, shm.Config{Capacity: 4})
	o := attach[tick](t, path, shm.Options{})
	p, c, d := producer(t, r), consumer(t, r, "c"), consumer(t, o, "d")
	send(t, p, 1, 2)
	cause := errors.New("cause")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	err := r.Shutdown(ctx)
	require.ErrorIs(t, err, cause)
	require.EqualError(t, err, `shm: shutdown: cause: consumer 0 "c" at 0 has 2 left`)
	require.Equal(t, []int64{1, 2}, take(c))
	require.NoError(t, r.Shutdown(ended()), "it doesn't wait for consumers of other processes")
	require.EqualError(t, o.Shutdown(ctx), `shm: shutdown: cause: consumer 1 "d" at 0 has 2 left`)
	d.Close()
	require.NoError(t, o.Shutdown(long(t)))
}

// C98: the memory is given back when nobody uses it any more.
func TestDetach(t *testing.T) {
	r, path := create[tick](t, shm.Config{Capacity: 2, Options: shm.Options{Name: "feed"}})
	o := attach[tick](t, path, shm.Options{})
	require.Len(t, o.Stats().Processes, 2)
	p, c := producer(t, r), consumer(t, r, "c")
	err := r.Detach(ended())
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, `shm: detach: context canceled: not closed: consumer 0 "c", producer 0 "p"`)
	_, err = c.Next(long(t))
	require.ErrorIs(t, err, shm.ErrDetached)
	require.ErrorIs(t, err, shm.ErrClosed)
	require.ErrorIs(t, r.Err(), shm.ErrDetached)
	_, err = r.Producer("")
	require.ErrorIs(t, err, shm.ErrDetached)
	_, err = r.Consumer(shm.ConsumerConfig{})
	require.ErrorIs(t, err, shm.ErrDetached)
	c.Close()
	require.EqualError(t, r.Detach(ended()), `shm: detach: context canceled: not closed: producer 0 "p"`)
	p.Close()
	require.NoError(t, r.Detach(long(t)))
	require.NoError(t, r.Detach(long(t)))
	require.Zero(t, c.Position())
	require.Zero(t, c.Lag())
	require.Equal(t, "c", c.Name())
	require.Zero(t, r.Stats())
	require.Equal(t, 2, r.Cap())
	require.ErrorIs(t, r.Err(), shm.ErrDetached)
	_, err = r.File()
	require.Error(t, err)
	r.Close()
	require.ErrorIs(t, r.Shutdown(long(t)), shm.ErrDetached)
	require.Len(t, o.Stats().Processes, 1)
	require.NoError(t, o.Err(), "the ring goes on")
}

func TestBatches(t *testing.T) {
	r, _ := create[tick](t, shm.Config{Capacity: 8})
	p, c := producer(t, r), consumer(t, r, "c")
	send(t, p, 1, 2, 3, 4)
	for b := range c.Batches(long(t)) {
		head, _ := b.Split(1)
		c.Done(head)
		require.Equal(t, int64(1), c.Position())
		break
	}
	require.NoError(t, c.Err())
	require.Equal(t, int64(4), c.Position(), "the loop hands back what its body has not")
	send(t, p, 5)
	requirePanics(t, "own", func() {
		for range c.Batches(long(t)) {
			panic("own")
		}
	})
	require.Equal(t, int64(4), c.Position(), "not after a panic")
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	cause := errors.New("cause")
	for range c.Batches(ctx) {
		cancel(cause)
	}
	require.Equal(t, cause, c.Err())
	for range c.Batches(ctx) {
		t.Error("a turn after the context has ended")
	}
	for range 2 {
		send(t, p, 6)
		for range c.Batches(long(t)) {
			c.Close()
		}
	}
	require.Equal(t, shm.ErrClosed, c.Err())
}

func TestBlockedError(t *testing.T) {
	r, path := create[tick](t, shm.Config{Capacity: 2, Options: shm.Options{Name: "feed"}})
	o := attach[tick](t, path, shm.Options{Name: "quotes"})
	p, c := producer(t, r), consumer(t, o, "c")
	f := consumer(t, r, "f", "c")
	text := func(err error) string {
		t.Helper()
		var b *shm.BlockedError
		require.ErrorAs(t, err, &b)
		require.ErrorIs(t, err, context.Canceled)
		pid := b.By[strings.Index(b.By+"process", "process"):]
		if pid != "" {
			pid = strings.Fields(pid)[1]
		}
		return strings.ReplaceAll(b.Error(), pid, "N")
	}
	_, err := c.Next(ended())
	require.EqualError(t, err, "shm: no events at 0: nothing is published: context canceled")
	b, ok := p.TryClaim(1)
	require.True(t, ok)
	_, err = c.Next(ended())
	require.Equal(t, `shm: no events at 0: producer 0 "p" of process N "feed" has claimed 0, or is about to, and not published it: context canceled`, text(err))
	p.Publish(b)
	_, err = f.Next(ended())
	require.Equal(t, `shm: no events at 0: consumer 0 "c" of process N "quotes" is 1 behind: context canceled`, text(err))
	send(t, p, 2)
	err = p.Send(ended(), tick{})
	require.Equal(t, `shm: no room at 2: consumer 0 "c" of process N "quotes" is 2 behind: context canceled`, text(err))
}
