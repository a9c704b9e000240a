//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package behaviour

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

// a; b and c after a; d after b and c. In one process, and in two.
func TestStages(t *testing.T) {
	r, path := create[tick](t, shm.Config{Capacity: 8})
	o := attach[tick](t, path, shm.Options{})
	p := producer(t, r)
	a, b := consumer(t, r, "a"), consumer(t, o, "b", "a")
	c, d := consumer(t, r, "c", "a"), consumer(t, o, "d", "b", "c")
	send(t, p, 1, 2, 3)
	require.Empty(t, take(b))
	require.Empty(t, take(d))
	got, ok := a.TryNext()
	require.True(t, ok)
	head, _ := got.Split(2)
	a.Done(head)
	require.Equal(t, []int64{1, 2}, take(c))
	require.Empty(t, take(d))
	require.Equal(t, []int64{1, 2}, take(b))
	require.Equal(t, []int64{1, 2}, take(d))
	require.Equal(t, []int64{3}, take(a))
	require.Equal(t, []int64{3, 3}, append(take(c), take(b)...))
	require.Equal(t, []int64{3}, take(d))

	// Each consumer steps over aborted sequences.
	claim, ok := p.TryClaim(2)
	require.True(t, ok)
	p.Abort(claim)
	send(t, p, 6)
	for _, each := range []*shm.Consumer[tick]{a, b, c, d} {
		require.Equal(t, []int64{6}, take(each), each.Name())
	}
}

// When a consumer leaves, those that it followed take its place.
func TestUpstreamLeaves(t *testing.T) {
	r, path := create[tick](t, shm.Config{Capacity: 8})
	o := attach[tick](t, path, shm.Options{})
	p := producer(t, r)
	a, b, c := consumer(t, r, "a"), consumer(t, o, "b", "a"), consumer(t, r, "c", "b")
	send(t, p, 1)
	b.Close()
	require.Empty(t, take(c), "it follows a")
	require.Equal(t, []int64{1}, take(a))
	require.Equal(t, []int64{1}, take(c))
	require.Equal(t, []string{"a"}, r.Stats().Consumers[1].After)
	send(t, p, 2)
	a.Close()
	require.Equal(t, []int64{2}, take(c), "it follows the producers")
	consumer(t, r, "a")
	send(t, p, 3)
	require.Equal(t, []int64{3}, take(c), "another of the name is not who it followed")
}

// C98: a second consumer of the same name is refused.
func TestNames(t *testing.T) {
	r, path := create[tick](t, shm.Config{Capacity: 8})
	o := attach[tick](t, path, shm.Options{})
	a := consumer(t, r, "a")
	for _, ring := range []*shm.Ring[tick]{r, o} {
		_, err := ring.Consumer(shm.ConsumerConfig{Name: "a"})
		require.ErrorIs(t, err, shm.ErrName)
		require.EqualError(t, err, `shm: consumer name not usable: another consumer is called "a"`)
		_, err = ring.Consumer(shm.ConsumerConfig{Name: "b", After: []string{"a", "c"}})
		require.ErrorIs(t, err, shm.ErrName)
		require.Len(t, ring.Stats().Consumers, 1)
	}
	a.Close()
	consumer(t, o, "a").Close()
	for range 2 {
		consumer(t, r, "")
	}
}

func TestManyNames(t *testing.T) {
	r, _ := create[tick](t, shm.Config{Capacity: 8})
	p := producer(t, r)
	var names []string
	var all []*shm.Consumer[tick]
	for i := range 16 {
		names = append(names, fmt.Sprint(i))
		all = append(all, consumer(t, r, names[i]))
	}
	_, err := r.Consumer(shm.ConsumerConfig{After: append(names, "0")})
	require.EqualError(t, err, "shm: ConsumerConfig.After has 17 names: at most 16")
	last := consumer(t, r, "last", names...)
	twice := consumer(t, r, "twice", "3", "3")
	send(t, p, 1)
	for _, c := range all {
		require.Empty(t, take(last))
		require.Equal(t, []int64{1}, take(c))
	}
	require.Equal(t, []int64{1}, take(last))
	require.Equal(t, []int64{1}, take(twice))
}

func TestMaxBatch(t *testing.T) {
	r, _ := create[tick](t, shm.Config{Capacity: 8})
	p := producer(t, r)
	a, err := r.Consumer(shm.ConsumerConfig{Name: "a", MaxBatch: 3})
	require.NoError(t, err)
	b, err := r.Consumer(shm.ConsumerConfig{After: []string{"a"}, MaxBatch: 2})
	require.NoError(t, err)
	send(t, p, 1, 2, 3, 4, 5)
	for _, want := range []int{3, 2} {
		got, ok := a.TryNext()
		require.True(t, ok)
		require.Equal(t, want, got.Len())
		again, ok := a.TryNext()
		require.True(t, ok)
		require.Equal(t, got, again)
		a.Done(got)
	}
	for _, want := range []int{2, 2, 1} {
		got, ok := b.TryNext()
		require.True(t, ok)
		require.Equal(t, want, got.Len())
		b.Done(got)
	}
}

// A consumer that agreed is evicted when it is that far behind and a producer finds no room.
func TestEvictable(t *testing.T) {
	r, path := create[tick](t, shm.Config{Capacity: 4})
	o := attach[tick](t, path, shm.Options{})
	p := producer(t, r)
	slow, err := o.Consumer(shm.ConsumerConfig{Name: "slow", Evictable: 4})
	require.NoError(t, err)
	follows := consumer(t, o, "follows", "slow")
	send(t, p, 1, 2, 3, 4)
	got, ok := slow.TryNext()
	require.True(t, ok)
	sent := make(chan error)
	ctx := long(t)
	go func() { sent <- p.Send(ctx, tick{ID: 5}) }()
	_, err = follows.Next(ctx)
	require.ErrorIs(t, err, shm.ErrUpstreamDead)
	require.ErrorIs(t, err, shm.ErrClosed)
	follows.Close()
	require.NoError(t, <-sent)
	var ids []int64
	for _, e := range got.All() {
		ids = append(ids, e.ID)
	}
	require.Equal(t, []int64{1, 2, 3, 4}, ids, "its batches are copies")
	slow.Done(got)
	_, ok = slow.TryNext()
	require.False(t, ok)
	_, err = slow.Next(long(t))
	require.ErrorIs(t, err, shm.ErrEvicted)
	require.ErrorIs(t, err, shm.ErrClosed)
	slow.Close()
	require.Equal(t, int64(1), r.Stats().Evicted)
	require.NoError(t, r.Err())
	consumer(t, r, "slow")
}
