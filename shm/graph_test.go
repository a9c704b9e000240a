//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/stretchr/testify/require"
)

// Consumers are in layers, and each follows both consumers of the layer before. The last one is
// reached in more ways than can be walked. The time limit of a test finds a walk of them all.
func TestManyWaysUp(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	ctx := long(t)
	var before []string
	var all []*Consumer[tick]
	for layer := range ringfile.MaxRoles / 2 {
		names := []string{fmt.Sprintf("a%d", layer), fmt.Sprintf("b%d", layer)}
		for _, name := range names {
			all = append(all, newConsumer(t, r, ConsumerConfig{Name: name, After: before}))
		}
		before = names
	}
	p := newProducer(t, r)
	require.NoError(t, p.Send(ctx, tick{ID: 1}))
	last := all[len(all)-1]
	_, ok := last.TryNext()
	require.False(t, ok)
	// All except the first two leave, unnoticed, and then the last one looks.
	for _, c := range all[2 : len(all)-1] {
		c.Close()
	}
	_, ok = last.TryNext()
	require.False(t, ok)
	require.ElementsMatch(t, []int{0, 1}, []int{last.read.upstream[0].index, last.read.upstream[1].index})
	for _, c := range all[:2] {
		b, ok := c.TryNext()
		require.True(t, ok)
		c.Done(b)
	}
	b, ok := last.TryNext()
	require.True(t, ok)
	require.Equal(t, int64(1), b.At(0).ID)
}

// follow stores which consumers the one at place i follows.
func follow(c *core, i int, whom ...int) {
	for k := range c.place(i).after {
		word := uint64(0)
		if k < len(whom) {
			word = state(c.place(whom[k]).state.Load()).epoch()<<8 | uint64(whom[k]+1)
		}
		c.place(i).after[k].Store(word)
	}
}

func TestHostileGraphs(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	c := r.core
	for i := range 63 {
		newConsumer(t, r, ConsumerConfig{Name: fmt.Sprint(i)})
	}
	join := func(after string) error {
		c, err := r.Consumer(ConsumerConfig{Name: "new", After: []string{after}})
		if err == nil {
			c.Close()
		}
		return err
	}
	for i := 1; i < 63; i++ { // each follows the one before 16 times
		whom := make([]int, ringfile.MaxAfter)
		for k := range whom {
			whom[k] = i - 1
		}
		follow(c, i, whom...)
	}
	require.NoError(t, join("62"))
	require.EqualError(t, join("63"), `shm: consumer name not usable: no consumer is called "63"`)

	follow(c, 0, 62) // a circle
	require.EqualError(t, join("62"), `shm: consumer name not usable: can't tell what consumer "62" follows`)
	follow(c, 5, 5) // itself
	require.ErrorIs(t, join("5"), ErrName)
	follow(c, 5, 4)
	follow(c, 0)
	require.NoError(t, join("62"))
	c.place(30).version.Store(1) // it changes for ever
	require.ErrorIs(t, join("62"), ErrName)
	c.place(30).version.Store(2)
	c.place(30).after[3].Store(1<<63 | 7) // an epoch that never was
	require.ErrorIs(t, join("62"), ErrName)
	c.place(30).after[3].Store(0xff) // no place
	require.NoError(t, join("62"))
}

// All consumers of a hostile graph have left when one looks what to follow instead.
func TestHostileGraphOfThoseWhoLeft(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	c := r.core
	var all []*Consumer[tick]
	for i := range 63 {
		all = append(all, newConsumer(t, r, ConsumerConfig{Name: fmt.Sprint(i)}))
	}
	for i := 1; i < 63; i++ { // each follows all before, 16 at most
		var whom []int
		for k := max(0, i-ringfile.MaxAfter); k < i; k++ {
			whom = append(whom, k)
		}
		follow(c, i, whom...)
	}
	last := newConsumer(t, r, ConsumerConfig{Name: "last", After: []string{"62"}})
	for _, c := range all {
		c.Close()
	}
	p := newProducer(t, r)
	require.True(t, p.TrySend(tick{}))
	_, ok := last.TryNext()
	require.True(t, ok, "it follows the producers")
	require.Empty(t, last.read.upstream)
}

// If a consumer's upstream has left and another consumer has its place, nobody else can tell what
// the consumer follows until it has looked for itself. A join waits a while for that.
func TestJoinAfterOneWhoseUpstreamHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where a busy machine makes nobody late
		r, _ := newRing[tick](t, Config{Capacity: 8})
		first := newConsumer(t, r, ConsumerConfig{Name: "first"})
		second := newConsumer(t, r, ConsumerConfig{Name: "second", After: []string{"first"}})
		first.Close()
		newConsumer(t, r, ConsumerConfig{Name: "another"})
		cfg := ConsumerConfig{Name: "third", After: []string{"second"}}
		_, err := r.Consumer(cfg)
		require.ErrorIs(t, err, ErrName)
		require.ErrorContains(t, err, `can't tell what consumer "second" follows`)
		looked := make(chan struct{})
		go func() {
			defer close(looked)
			time.Sleep(2 * time.Millisecond)
			second.TryNext()
		}()
		_, err = r.Consumer(cfg)
		require.NoError(t, err)
		<-looked
	})
}

// A consumer may come to follow more than its place has words for, when one that has left is
// replaced by those it followed. Nobody new can follow it then: a new follower would not know all
// of them when it leaves.
func TestFollowingOneThatFollowsMany(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	for _, name := range []string{"x", "y"} {
		newConsumer(t, r, ConsumerConfig{Name: name})
	}
	leaves := newConsumer(t, r, ConsumerConfig{Name: "0", After: []string{"x", "y"}})
	names := []string{"0"}
	for i := 1; i < ringfile.MaxAfter; i++ {
		names = append(names, fmt.Sprint(i))
		newConsumer(t, r, ConsumerConfig{Name: names[i]})
	}
	many := newConsumer(t, r, ConsumerConfig{Name: "many", After: names})
	before := newConsumer(t, r, ConsumerConfig{Name: "before", After: []string{"many"}})
	leaves.Close()
	_, ok := many.TryNext()
	require.False(t, ok)
	require.Len(t, many.read.upstream, ringfile.MaxAfter+1)
	_, err := r.Consumer(ConsumerConfig{Name: "later", After: []string{"many"}})
	require.EqualError(t, err, `shm: consumer name not usable: can't tell what consumer "many" follows`)

	many.Close()
	_, ok = before.TryNext()
	require.False(t, ok)
	require.Len(t, before.read.upstream, ringfile.MaxAfter+1)
}
