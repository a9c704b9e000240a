//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package behaviour

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

// Misuse panics with a text that says what was wrong, and leaves the ring as it was.

func TestMisuseOfAProducer(t *testing.T) {
	r, _ := create[tick](t, shm.Config{Capacity: 4})
	other, _ := create[tick](t, shm.Config{Capacity: 4})
	p, foreign := producer(t, r), producer(t, other)
	for _, n := range []int{0, -1, 5, 1 << 40} {
		require.Panics(t, func() { p.TryClaim(n) })
	}
	requirePanics(t, "disruptor: shm: claim of 5 slots in a ring of 4", func() { _, _ = p.Claim(long(t), 5) })
	requirePanics(t, "disruptor: shm: Do with a nil function", func() { _ = p.Do(long(t), 1, nil) })
	b, ok := p.TryClaim(3)
	require.True(t, ok)
	open := "disruptor: shm: claim while 3 slots of [0, 3) are neither published nor aborted"
	requirePanics(t, open, func() { p.TryClaim(1) })
	requirePanics(t, open, func() { p.TrySend(tick{}) })
	requirePanics(t, open, func() { _ = p.Send(long(t), tick{}) })
	f, ok := foreign.TryClaim(1)
	require.True(t, ok)
	requirePanics(t, "disruptor: shm: Publish of a batch of another ring, or of none: [0, 1)", func() { p.Publish(f) })
	requirePanics(t, "disruptor: shm: Abort of a batch of another ring, or of none: [0, 0)", func() { p.Abort(shm.Batch[tick]{}) })
	none, _ := b.Split(0)
	requirePanics(t, "disruptor: shm: Publish of an empty batch", func() { p.Publish(none) })
	head, rest := b.Split(1)
	p.Publish(head)
	requirePanics(t, "disruptor: shm: Publish of [0, 1), which was published or aborted already", func() { p.Publish(head) })
	requirePanics(t, "disruptor: shm: Abort of [0, 3): the open claim is [0, 3), and 2 slots of it are left", func() { p.Abort(b) })
	requirePanics(t, "disruptor: shm: claim while 2 slots of [0, 3) are neither published nor aborted", func() { p.TryClaim(1) })
	p.Publish(rest)
	requirePanics(t, "disruptor: shm: Publish of [1, 3): no claim is open", func() { p.Publish(rest) })
	require.True(t, p.TrySend(tick{}))
	p.Close()
	p.Close()
	requirePanics(t, "disruptor: shm: claim by a closed producer", func() { p.TryClaim(1) })
	requirePanics(t, "disruptor: shm: Publish of [1, 3): no claim is open", func() { p.Publish(rest) })
	require.Equal(t, int64(4), r.Stats().Published)
}

func TestMisuseOfAConsumer(t *testing.T) {
	r, _ := create[tick](t, shm.Config{Capacity: 4})
	p, c, d := producer(t, r), consumer(t, r, "c"), consumer(t, r, "d")
	send(t, p, 1, 2, 3)
	b, ok := c.TryNext()
	require.True(t, ok)
	head, rest := b.Split(1)
	requirePanics(t, "disruptor: shm: Done of [1, 3): in hand is [0, 3)", func() { c.Done(rest) })
	requirePanics(t, "disruptor: shm: Done of [0, 3): in hand is [0, 0)", func() { d.Done(b) })
	requirePanics(t, "disruptor: shm: Done of a batch of another ring, or of none: [0, 0)", func() { c.Done(shm.Batch[tick]{}) })
	c.Done(head)
	requirePanics(t, "disruptor: shm: Done of [0, 1): in hand is [1, 3)", func() { c.Done(head) })
	c.Done(rest)
	require.Equal(t, int64(3), c.Position())
	var none context.Context
	requirePanics(t, "disruptor: shm: nil context", func() { _, _ = c.Next(none) })
	requirePanics(t, "disruptor: shm: nil context", func() { c.Batches(none) })
	c.Close()
	c.Close()
	requirePanics(t, "disruptor: shm: Done of a closed consumer", func() { c.Done(rest) })
	_, ok = c.TryNext()
	require.False(t, ok)
	_, err := c.Next(long(t))
	require.Equal(t, shm.ErrClosed, err)
}

func TestBatch(t *testing.T) {
	r, _ := create[tick](t, shm.Config{Capacity: 4})
	p, c := producer(t, r), consumer(t, r, "c")
	send(t, p, 1, 2, 3)
	require.Equal(t, []int64{1, 2, 3}, take(c))
	b, ok := p.TryClaim(4) // it goes over the end
	require.True(t, ok)
	require.Equal(t, []int64{4, 3, 7}, []int64{int64(b.Len()), b.From(), b.To()})
	require.Equal(t, 2, b.Write([]tick{{ID: 10}, {ID: 11}}))
	*b.At(2), b.At(3).ID = tick{ID: 12}, 13
	for _, i := range []int{-1, 4} {
		require.Panics(t, func() { b.At(i) })
	}
	requirePanics(t, "disruptor: shm: At(4) of a batch of 4 slots", func() { b.At(4) })
	requirePanics(t, "disruptor: shm: Split(5) of a batch of 4 slots", func() { b.Split(5) })
	requirePanics(t, "disruptor: shm: Split(-1) of a batch of 4 slots", func() { b.Split(-1) })
	requirePanics(t, "disruptor: shm: At(0) of a batch of 0 slots", func() { shm.Batch[tick]{}.At(0) })
	head, rest := b.Split(4)
	require.Equal(t, []int{4, 0}, []int{head.Len(), rest.Len()})
	p.Publish(b)
	got, ok := c.TryNext()
	require.True(t, ok)
	var ids []int64
	for s, e := range got.All() {
		require.Equal(t, got.From()+int64(len(ids)), s)
		ids = append(ids, e.ID)
		if len(ids) == 3 {
			break
		}
	}
	require.Equal(t, []int64{10, 11, 12}, ids)
	events := make([]tick, 6)
	require.Equal(t, 4, got.Read(events))
	require.Equal(t, tick{ID: 13}, events[3])
	require.Equal(t, 2, got.Read(events[:2]))
	require.Equal(t, 4, b.Write(make([]tick, 9)))
	require.Zero(t, shm.Batch[tick]{}.Read(events))
}

func TestDo(t *testing.T) {
	r, _ := create[tick](t, shm.Config{Capacity: 4})
	p, c := producer(t, r), consumer(t, r, "c")
	require.NoError(t, p.Do(long(t), 2, func(b shm.Batch[tick]) error { b.At(0).ID, b.At(1).ID = 1, 2; return nil }))
	require.Equal(t, context.Canceled, p.Do(long(t), 1, func(shm.Batch[tick]) error { return context.Canceled }))
	requirePanics(t, "own", func() { _ = p.Do(long(t), 1, func(shm.Batch[tick]) error { panic("own") }) })
	require.Equal(t, []int64{1, 2}, take(c))
	require.Equal(t, int64(2), r.Stats().Aborted)
	require.Equal(t, int64(4), c.Position(), "aborted sequences are stepped over")
}
