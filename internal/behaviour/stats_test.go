package behaviour

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// C18, C19, C84.
func TestStatsOfARingAtRest(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[int](t, disruptor.Config{Capacity: 8, Producers: kind})
		require.Equal(t, disruptor.Stats{Capacity: 8, Free: 8, Consumers: []disruptor.ConsumerStats{}}, settled(r.Stats()))
		p := newProducer(r)
		a := r.Consumer("a")
		b := r.Consumer("b", a)
		for i := range 3 {
			require.True(t, p.TrySend(i))
		}
		open, ok := p.TryClaim(2)
		require.True(t, ok)
		requireSequences(t, testContext(t), a, 0, 3)
		requireSequences(t, testContext(t), b, 0, 3)
		require.Equal(t, 2, open.Len())
		require.Equal(t, disruptor.Stats{
			Capacity: 8, Claimed: 5, Published: 3, Free: 6,
			Consumers: []disruptor.ConsumerStats{{Name: "a", Position: 3}, {Name: "b", After: []string{"a"}, Position: 3}},
		}, settled(r.Stats()))
		p.Publish(open)
		require.Equal(t, disruptor.Stats{
			Capacity: 8, Claimed: 5, Published: 5, Free: 6,
			Consumers: []disruptor.ConsumerStats{
				{Name: "a", Position: 3, Lag: 2, Available: 2},
				{Name: "b", After: []string{"a"}, Position: 3, Lag: 2},
			},
		}, settled(r.Stats()))
		a.Close()
		requireSequences(t, testContext(t), b, 3, 5)
		require.Equal(t, disruptor.Stats{
			Capacity: 8, Claimed: 5, Published: 5, Free: 8,
			Consumers: []disruptor.ConsumerStats{{Name: "b", Position: 5}},
		}, settled(r.Stats()))
		require.True(t, p.TrySend(5))
		r.Close()
		require.EqualValues(t, 6, r.Stats().Claimed, "without the closed bit")
		b.Close()
		require.Equal(t, disruptor.Stats{
			Capacity: 8, Claimed: 6, Published: 6, Free: 8,
			Consumers: []disruptor.ConsumerStats{},
		}, settled(r.Stats()))
	}
}

func TestStatsCountAnAbortAsPublished(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 8, Clear: true})
	p, c := r.MultiProducer(), r.Consumer("c")
	b, ok := p.TryClaim(3)
	require.True(t, ok)
	p.Abort(b)
	s := r.Stats()
	require.EqualValues(t, 3, s.Published)
	require.Equal(t, []disruptor.ConsumerStats{{Name: "c", Lag: 3, Available: 3}}, settled(s).Consumers)
	require.Equal(t, 5, s.Free)
	_, ok = c.TryNext()
	require.False(t, ok)
	require.Equal(t, 8, r.Stats().Free)
	require.Zero(t, c.Lag())
}

func TestStatsAreConsistentWhileProducersRunAndConsumersComeAndGo(t *testing.T) {
	for _, clear := range []bool{false, true} {
		ctx := testContext(t)
		r := newRing[int](t, disruptor.Config{Capacity: 16, Clear: clear})
		var wg sync.WaitGroup
		read := func(c *disruptor.Consumer[int], batches int) {
			for range c.Batches(ctx) {
				if batches--; batches == 0 {
					break
				}
			}
		}
		stays := r.Consumer("stays")
		wg.Go(func() { read(stays, -1) })
		for i := range 4 {
			wg.Go(func() {
				for p := r.MultiProducer(); ; {
					b, err := p.Claim(ctx, 1+i)
					if err != nil {
						return
					}
					if i == 3 {
						p.Abort(b)
					} else {
						p.Publish(b)
					}
				}
			})
		}
		wg.Go(func() {
			for r.Err() == nil {
				c := r.Consumer("guest")
				read(c, 3)
				c.Close()
			}
		})
		var last disruptor.Stats
		for range 1500 {
			s := r.Stats()
			requireConsistent(t, s, last)
			last = s
			runtime.Gosched()
		}
		r.Close()
		wg.Wait()
		s := r.Stats()
		requireConsistent(t, s, last)
		require.Equal(t, s.Claimed, s.Published)
		require.Equal(t, 16, s.Free)
	}
}

func requireConsistent(t *testing.T, s, last disruptor.Stats) {
	t.Helper()
	require.Equal(t, 16, s.Capacity)
	require.LessOrEqual(t, s.Published, s.Claimed)
	require.GreaterOrEqual(t, s.Free, 0)
	require.LessOrEqual(t, s.Free, s.Capacity)
	require.GreaterOrEqual(t, s.Blocked, 0)
	require.LessOrEqual(t, s.Blocked, 4)
	require.GreaterOrEqual(t, s.Published, last.Published)
	require.GreaterOrEqual(t, s.Claimed, last.Claimed)
	require.GreaterOrEqual(t, s.Parks, last.Parks)
	require.GreaterOrEqual(t, s.Wakes, last.Wakes)
	require.LessOrEqual(t, len(s.Consumers), 2)
	require.Equal(t, "stays", s.Consumers[0].Name)
	for i, c := range s.Consumers {
		if i > 0 {
			require.Equal(t, "guest", c.Name)
		}
		require.LessOrEqual(t, c.Position, s.Published)
		require.Equal(t, s.Published-c.Position, c.Lag)
	}
}

// LMAX: remainingCapacity read the cursor twice and could be negative.
func TestStatsNeverShowWhatCannotBe(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 4, Wait: disruptor.YieldWait{}})
	c := r.Consumer("c")
	ctx := testContext(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer r.Close()
		p := r.MultiProducer()
		for i := range 2000 * race.Scale {
			if err := p.Send(ctx, i); err != nil {
				t.Error(err)
				return
			}
		}
	})
	wg.Go(func() {
		for b := range c.Batches(ctx) {
			c.Done(b)
		}
	})
	for r.Err() == nil {
		s := r.Stats()
		require.True(t, 0 <= s.Free && s.Free <= s.Capacity, "%+v", s)
		require.LessOrEqual(t, s.Published, s.Claimed)
		require.GreaterOrEqual(t, s.Consumers[0].Lag, int64(0))
		require.GreaterOrEqual(t, c.Lag(), int64(0))
		runtime.Gosched() // with one processor the others run now, and not after the next 10 ms
	}
	wg.Wait()
}
