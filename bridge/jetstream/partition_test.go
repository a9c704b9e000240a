package jetstream

import (
	"fmt"
	"hash/fnv"
	"sync"
	"testing"

	"github.com/be395dad/disruptor"
	js "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// These must never change: events of the past lie where Partition put them.
func TestPartitionIsTheSameForEver(t *testing.T) {
	for key, want := range map[string][3]int{
		"": {5, 37, 37}, "a": {4, 12, 996}, "order-1": {5, 45, 325}, "order-2": {4, 20, 692}, "żółw": {6, 6, 102},
	} {
		require.Equal(t, want, [3]int{Partition(key, 8), Partition(key, 64), Partition(key, 1000)}, key)
	}
}

func TestPartitionIsFNV1a(t *testing.T) {
	for i := range 1000 {
		key := fmt.Sprint("key ", i*i)
		h := fnv.New64a()
		_, _ = h.Write([]byte(key))
		require.EqualValues(t, h.Sum64()%7, Partition(key, 7))
	}
	require.Panics(t, func() { Partition("a", 0) })
}

// A ring, a publisher and a stream for each partition: the order of each key is kept.
func TestPartitionsKeepTheOrderOfEachKey(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	ctx := limited(t)
	const n, keys, events = 3, 10, 600
	var rings [n]*disruptor.Ring[event]
	var producers [n]*disruptor.MultiProducer[event]
	var running sync.WaitGroup
	for i := range n {
		name := fmt.Sprint("P", i)
		_, err := jets(t, nc).CreateStream(ctx, js.StreamConfig{Name: name, Subjects: []string{"p." + name}})
		require.NoError(t, err)
		p := publisher(t, nc, func(c *Config[event]) { c.Stream, c.Subject = name, "p."+name })
		rings[i], err = disruptor.New[event](disruptor.Config{Capacity: 64})
		require.NoError(t, err)
		rings[i].Handle("publisher", p.Handler(ctx))
		producers[i] = rings[i].MultiProducer()
		running.Go(func() {
			if err := rings[i].Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	key := func(v int64) string { return fmt.Sprint("key ", v%keys) }
	for v := range int64(events) {
		require.NoError(t, producers[Partition(key(v), n)].Send(ctx, event{v}))
	}
	for _, r := range rings {
		r.Close()
	}
	running.Wait()

	next := map[string]int64{}
	for v := range int64(keys) {
		next[key(v)] = v
	}
	total := 0
	for i := range n {
		s, err := jets(t, nc).Stream(ctx, fmt.Sprint("P", i))
		require.NoError(t, err)
		for seq := uint64(1); seq <= s.CachedInfo().State.LastSeq; seq++ {
			m, err := s.GetMsg(ctx, seq)
			require.NoError(t, err)
			v := decode(m.Data)
			require.Equal(t, i, Partition(key(v), n))
			require.Equal(t, next[key(v)], v)
			next[key(v)] += keys
			total++
		}
	}
	require.Equal(t, events, total)
}
